#include "engine/record/schema.h"

#include <charconv>
#include <functional>
#include <limits>

#include "engine/record/value_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

template <class Items, class Key, class Projection>
auto FindBy(const Items& items, const Key& key, Projection projection) -> const
    typename Items::value_type* {
  const auto found = std::ranges::find(items, key, projection);
  return found == items.end() ? nullptr : &*found;
}

tl::unexpected<Error> Invalid(const FieldDef& field, const std::string& what,
                              const std::string& advice) {
  return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\": " + what, advice);
}

std::string CodesOf(const ClosedList& list) {
  std::string codes;
  for (const auto& entry : list.entries) {
    if (entry.state == ClosedList::Entry::State::kRetired) continue;
    codes += (codes.empty() ? "" : ", ") + entry.code;
  }
  return codes;
}

bool HasType(const Value& value, FieldType type) {
  switch (type) {
    case FieldType::kText:
      return value.As<std::string>() != nullptr;
    case FieldType::kInteger:
      return value.As<std::int64_t>() != nullptr;
    case FieldType::kDate:
      return value.As<Date>() != nullptr;
    case FieldType::kCode:
      return value.As<Code>() != nullptr;
    case FieldType::kReference:
      return value.As<RecordId>() != nullptr;
    case FieldType::kFlag:
      return value.As<bool>() != nullptr;
  }
  return false;
}

std::string_view TypeName(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "a text";
    case FieldType::kInteger:
      return "a whole number";
    case FieldType::kDate:
      return "a date";
    case FieldType::kCode:
      return "a code";
    case FieldType::kReference:
      return "the id of a record";
    case FieldType::kFlag:
      return "oui or non";
  }
  return "";
}

bool IsOrdered(const FieldDef& field) {
  return field.policy == MergePolicy::kProtective || field.policy == MergePolicy::kMonotonic;
}

// Every value that the field can hold has its place.
bool HasWholeOrder(const FieldDef& field, const ClosedList* list) {
  const auto placed = [&](const Value& value) {
    return std::ranges::count(field.order, value, &Step::value) == 1;
  };
  if (field.type == FieldType::kFlag)
    return placed(Value::Flag(false)) && placed(Value::Flag(true));
  return list != nullptr && std::ranges::all_of(list->entries, [&](const ClosedList::Entry& entry) {
           return placed(Value::OfCode(entry.code));
         });
}

bool IsSensitiveEnough(const FieldDef& field) {
  const bool is_free = field.type == FieldType::kText && field.form == FieldDef::Form::kFree;
  return !is_free || field.sensitivity >= Sensitivity::kSensitive;
}

// Under the key of the right space, and of no other.
bool IsAtItsPlace(const FieldDef& field, SpaceKind space) {
  if (field.sensitivity == Sensitivity::kClinical) return space == SpaceKind::kClinical;
  if (field.sensitivity == Sensitivity::kProtocol) return space == SpaceKind::kProtocol;
  return !IsNameless(space) || (field.type != FieldType::kText && field.type != FieldType::kDate);
}

template <class Items, class Projection>
bool AreDistinct(const Items& items, Projection projection) {
  return std::ranges::all_of(items, [&](const auto& item) {
    return std::ranges::count(items, std::invoke(projection, item), projection) == 1;
  });
}

void CheckField(const FieldDef& field, SpaceKind space, const ClosedList* list) {
  SACOCHE_CHECK(field.type != FieldType::kCode || list != nullptr);
  SACOCHE_CHECK(!IsOrdered(field) || HasWholeOrder(field, list));
  SACOCHE_CHECK(field.policy != MergePolicy::kText ||
                (field.type == FieldType::kText && field.form == FieldDef::Form::kFree));
  SACOCHE_CHECK(IsSensitiveEnough(field));
  SACOCHE_CHECK(IsAtItsPlace(field, space));
}

}  // namespace

int FieldDef::RankOf(const Value& value) const {
  if (value.empty()) return std::numeric_limits<int>::min();
  const Step* step = FindBy(order, value, &Step::value);
  return step == nullptr ? std::numeric_limits<int>::max() : step->rank;
}

Step::Turn FieldDef::TurnOf(const Value& value) const {
  const Step* step = FindBy(order, value, &Step::value);
  return step == nullptr ? Step::Turn::kNone : step->turn;
}

const ClosedList::Entry* ClosedList::Find(std::string_view code) const {
  return FindBy(entries, code, &Entry::code);
}

const FieldDef* KindDef::FindField(FieldId wanted) const {
  return FindBy(fields, wanted, &FieldDef::id);
}

const FieldDef* KindDef::FindField(std::string_view wanted) const {
  return FindBy(fields, wanted, &FieldDef::name);
}

const FieldDef* KindDef::FindErasure() const {
  return FindBy(fields, MergePolicy::kErasure, &FieldDef::policy);
}

Schema::Schema(std::vector<KindDef> kinds, std::vector<ClosedList> lists)
    : kinds_(std::move(kinds)), lists_(std::move(lists)) {
  SACOCHE_CHECK(AreDistinct(kinds_, &KindDef::id) && AreDistinct(kinds_, &KindDef::name));
  for (const KindDef& kind : kinds_) {
    SACOCHE_CHECK(kind.readers.Of(ReaderRole::kServerAdmin) == ReaderRule());
    SACOCHE_CHECK(AreDistinct(kind.fields, &FieldDef::id) &&
                  AreDistinct(kind.fields, &FieldDef::name));
    for (const FieldDef& field : kind.fields)
      CheckField(field, kind.space, FindList(field.closed_list));
  }
}

const KindDef* Schema::FindKind(KindId id) const { return FindBy(kinds_, id, &KindDef::id); }

const KindDef* Schema::FindKind(std::string_view name) const {
  return FindBy(kinds_, name, &KindDef::name);
}

const FieldDef* Schema::FindField(KindId kind, FieldId field) const {
  const KindDef* def = FindKind(kind);
  return def == nullptr ? nullptr : def->FindField(field);
}

const ClosedList* Schema::FindList(std::string_view name) const {
  return FindBy(lists_, name, &ClosedList::name);
}

Status Schema::CheckValue(const FieldDef& field, const Value& value) const {
  if (value.empty()) return {};
  if (!HasType(value, field.type))
    return Invalid(field, "the value is not " + std::string(TypeName(field.type)),
                   "Give " + std::string(TypeName(field.type)) + ".");
  if (const auto* text = value.As<std::string>()) {
    if (text->size() > kTextBytesMax)
      return Invalid(field, "the text is longer than 64 KiB", "Split it into several notes.");
    if (!IsText(ViewOf(*text)))
      return Invalid(field, "the text is not valid UTF-8", "Save the text as UTF-8 first.");
  }
  if (const auto* date = value.As<Date>(); date != nullptr && !IsValid(*date))
    return Invalid(field, "the date does not exist", "Check day and month.");
  if (const auto* code = value.As<Code>()) {
    const ClosedList& list = *FindList(field.closed_list);
    const ClosedList::Entry* entry = list.Find(code->text);
    if (entry == nullptr || entry->state == ClosedList::Entry::State::kRetired)
      return Invalid(field, "\"" + code->text.substr(0, 32) + "\" is not a code of its list",
                     "Choose one of: " + CodesOf(list) + ".");
  }
  return {};
}

Result<Value> Schema::ParseValue(const FieldDef& field, std::string_view text) const {
  if (text.empty()) return Value::Nothing();
  Value value;
  switch (field.type) {
    case FieldType::kText:
      value = Value::Text(std::string(text));
      break;
    case FieldType::kInteger: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size())
        return Invalid(field, "\"" + std::string(text.substr(0, 32)) + "\" is not a whole number",
                       "Write digits only.");
      value = Value::Integer(number);
      break;
    }
    case FieldType::kDate: {
      const auto date = ParseDate(text);
      if (!date) return Invalid(field, date.error().message, date.error().advice);
      value = Value::OfDate(*date);
      break;
    }
    case FieldType::kCode:
      value = Value::OfCode(std::string(text));
      break;
    case FieldType::kReference: {
      const auto id = RecordId::FromUuid(text);
      if (!id) return Invalid(field, "this is not the id of a record", "Copy it from `list`.");
      value = Value::Reference(*id);
      break;
    }
    case FieldType::kFlag:
      if (text != "oui" && text != "non")
        return Invalid(field, "the value is neither oui nor non", "Write oui or non.");
      value = Value::Flag(text == "oui");
      break;
  }
  SACOCHE_TRY(CheckValue(field, value));
  return value;
}

namespace {

struct Formatter {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(const Date& date) const { return FormatDate(date); }
  std::string operator()(const Code& code) const { return code.text; }
  std::string operator()(const RecordId& id) const { return id.ToUuid(); }
  std::string operator()(bool flag) const { return flag ? "oui" : "non"; }
  std::string operator()(const ValueList& list) const {
    std::string text;
    for (const Value& value : list) text += (text.empty() ? "" : ", ") + FormatValue(value);
    return text;
  }
  std::string operator()(const Bytes&) const { return ""; }
};

}  // namespace

std::string FormatValue(const Value& value) { return std::visit(Formatter{}, value.v); }

}  // namespace sacoche
