#include "engine/casework/dossier_reading.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "engine/casework/schema.h"
#include "platform/base/check.h"

namespace sacoche::casework {
namespace {

bool IsErased(const KindDef& kind, const DossierRecord& record) {
  const FieldDef* erasure = kind.FindErasure();
  if (erasure == nullptr) return false;
  const auto found = record.values.find(erasure->id);
  return found != record.values.end() && !found->second.empty();
}

template <class T>
std::optional<T> Typed(const DossierRecord& record, std::string_view field) {
  const Value* value = Shown(record, field);
  const T* typed = value == nullptr ? nullptr : value->As<T>();
  return typed == nullptr ? std::nullopt : std::optional<T>(*typed);
}

}  // namespace

DossierReading::DossierReading(const RecordId& dossier, const std::vector<DossierRecord>& records) {
  std::set<RecordId> seen;
  for (const DossierRecord& record : records) {
    SACOCHE_CHECK(seen.insert(record.id).second);
    const KindDef* kind = CaseworkSchema().FindKind(record.kind);
    if (kind == nullptr || IsErased(*kind, record)) continue;
    by_kind_[record.kind].push_back(&record);
    if (record.id == dossier && kind->name == kSituation) situation_ = &record;
  }
  for (auto& [kind, found] : by_kind_)
    std::ranges::sort(found, {}, [](const DossierRecord* record) { return record->id; });
}

const RecordPointers& DossierReading::Of(std::string_view kind) const {
  static const RecordPointers kNone;
  const KindDef* def = CaseworkSchema().FindKind(kind);
  SACOCHE_CHECK(def != nullptr);
  const auto found = by_kind_.find(def->id);
  return found == by_kind_.end() ? kNone : found->second;
}

const Value* Shown(const DossierRecord& record, std::string_view field) {
  const FieldDef* def = CaseworkSchema().FindKind(record.kind)->FindField(field);
  SACOCHE_CHECK(def != nullptr);
  const auto found = record.values.find(def->id);
  return found == record.values.end() ? nullptr : &found->second;
}

std::optional<Value> CodeIn(const DossierRecord& record, std::string_view field) {
  const auto code = Typed<Code>(record, field);
  return code ? std::optional(Value::OfCode(code->text)) : std::nullopt;
}

std::optional<RecordId> LinkIn(const DossierRecord& record, std::string_view field) {
  return Typed<RecordId>(record, field);
}

std::optional<Date> DateIn(const DossierRecord& record, std::string_view field) {
  return Typed<Date>(record, field);
}

bool IsYes(const DossierRecord& record, std::string_view field) {
  return Typed<bool>(record, field).value_or(false);
}

ValueList CodesIn(const DossierRecord& record, std::string_view field) {
  return Typed<ValueList>(record, field).value_or(ValueList());
}

ValueList CodesIn(const RecordPointers& records, std::string_view field) {
  ValueList all;
  for (const DossierRecord* record : records) {
    if (const auto code = CodeIn(*record, field)) all.push_back(*code);
    std::ranges::copy(CodesIn(*record, field), std::back_inserter(all));
  }
  return all;
}

std::optional<Value> FirstCodeIn(const RecordPointers& records, std::string_view field) {
  for (const DossierRecord* record : records)
    if (auto code = CodeIn(*record, field)) return code;
  return std::nullopt;
}

std::optional<std::int64_t> MonthOf(const std::optional<Date>& date) {
  if (!date || date->precision < Date::Precision::kMonth) return std::nullopt;
  return std::int64_t{date->year} * 100 + date->month_or_season;
}

}  // namespace sacoche::casework
