// Whatever people write into a dossier, and wherever: nothing of it comes out but months, counts,
// codes of lists and places of the directory.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "engine/casework/projections.h"
#include "engine/record/edit.h"
#include "engine/record/value_codec.h"
#include "tests/engine/casework/dossier_samples.h"

namespace sacoche::casework {
namespace {

const std::string kCanary = "canari-";
constexpr std::int64_t kCanaryNumber = 8'127'000'000;
const std::string kCommune = "99123";  // known to the reference data, and told as a band only
const RecordId kDossier = SampleId(1);
const RecordId kPost = SampleId(201);
const RecordId kUnit = SampleId(202);
const ReferenceData kReference{{{kCommune, "INF_2000"}}, {{kUnit, kUnit}}, {kPost}};

std::size_t Below(std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); }

// A record of the dossier, one that exists nowhere, or one of the directory.
RecordId AnyReference() {
  const auto number = static_cast<std::uint8_t>(1 + Below(12));
  const std::vector<RecordId> places = {kPost, kUnit};
  return Below(4) == 0 ? places[Below(places.size())] : SampleId(number);
}

Value AnyValue(const FieldDef& field) {
  switch (field.type) {
    case FieldType::kText:
      return Value::Text(Below(4) == 0 ? kCommune : kCanary + std::to_string(Below(100)));
    case FieldType::kInteger:
      return Value::Integer(kCanaryNumber + static_cast<std::int64_t>(Below(100)));
    case FieldType::kDate:
      // One day more often than others, so that two records can share it.
      if (Below(2) == 0) return Day("2026-03-17");
      return Value::OfDate({Date::Precision::kDay, static_cast<std::uint16_t>(1930 + Below(100)),
                            static_cast<std::uint8_t>(1 + Below(12)),
                            static_cast<std::uint8_t>(1 + Below(28))});
    case FieldType::kCode: {
      // Also one that no list has, as a damaged or a newer laptop may have written.
      const auto& entries = CaseworkSchema().FindList(field.closed_list)->entries;
      return Value::OfCode(Below(4) == 0 ? kCanary : entries[Below(entries.size())].code);
    }
    case FieldType::kReference:
      return Value::Reference(AnyReference());
    case FieldType::kFlag:
      return Value::Flag(Below(2) == 0);
  }
  return {};
}

Value AnyShown(const FieldDef& field) {
  if (!field.is_list()) return AnyValue(field);
  ValueList list;
  for (std::size_t count = Below(4); count > 0; --count) list.push_back(AnyValue(field));
  return Value::List(std::move(list));
}

DossierRecord AnyRecord(const RecordId& id, const KindDef& kind) {
  DossierRecord record{id, kind.id, {}};
  for (const FieldDef& field : kind.fields)
    if (field.policy != MergePolicy::kErasure ? Below(5) != 0 : Below(8) == 0)
      record.values[field.id] = AnyShown(field);
  return record;
}

// Every kind of a dossier's records, those on which most is computed more often than others.
std::vector<const KindDef*> ChildKinds() {
  std::vector<const KindDef*> kinds;
  for (const KindDef& kind : CaseworkSchema().kinds())
    if (kind.space == SpaceKind::kDossiers && kind.place == KindDef::Place::kChild)
      kinds.push_back(&kind);
  for (int i = 0; i < 4; ++i)
    for (const char* often : {"personne", "participation", "saisine"})
      kinds.push_back(CaseworkSchema().FindKind(often));
  return kinds;
}

// A situation and whatever a dossier can hold beside it.
std::vector<DossierRecord> AnyDossier() {
  const auto kinds = ChildKinds();
  const KindDef& situation = *CaseworkSchema().FindKind(kSituation);
  std::vector<DossierRecord> dossier = {AnyRecord(kDossier, situation)};
  dossier[0].values.erase(situation.FindErasure()->id);
  const std::size_t count = Below(24);
  for (std::size_t i = 0; i < count; ++i) {
    const KindDef& kind = *kinds[Below(kinds.size())];
    dossier.push_back(AnyRecord(SampleId(static_cast<std::uint8_t>(2 + i)), kind));
  }
  return dossier;
}

std::vector<ProjectedRecord> AllOf(const Projections& told) {
  std::vector<ProjectedRecord> all = told.facts;
  if (told.suivi) all.push_back(*told.suivi);
  return all;
}

// As bytes and as people read it.
std::string Encoded(const ProjectedRecord& record) {
  std::string bytes;
  for (const auto& [field, value] : record.values)
    bytes += std::string(TextOf(EncodeValue(value))) + "\n" + FormatValue(value) + "\n";
  return bytes;
}

void CollectDates(const Value& value, std::set<std::string>& found) {
  if (const auto* date = value.As<Date>()) {
    found.insert(FormatDate(*date));
    found.insert(std::string(TextOf(EncodeValue(value))));
    std::string digits = FormatDate(*date);
    std::erase(digits, '-');
    found.insert(digits);
  }
}

// What must not be found: ids of the dossier, and its days.
std::set<std::string> Traces(const std::vector<DossierRecord>& dossier) {
  std::set<std::string> traces = {kCanary, kCommune};
  for (const DossierRecord& record : dossier) {
    traces.insert(record.id.ToUuid());
    traces.insert(std::string(TextOf(record.id.view())));
    for (const auto& [field, value] : record.values) CollectDates(value, traces);
  }
  return traces;
}

RC_GTEST_PROP(ProjectionLeaks, NothingOfWhatPeopleWroteComesOut, ()) {
  const auto dossier = AnyDossier();
  const Projections told = Project(kDossier, dossier, kReference);
  RC_ASSERT(told.suivi.has_value());
  RC_ASSERT(!told.facts.empty());
  const auto traces = Traces(dossier);
  for (const ProjectedRecord& record : AllOf(told)) {
    const std::string encoded = Encoded(record);
    for (const std::string& trace : traces) RC_ASSERT(encoded.find(trace) == std::string::npos);
  }
}

RC_GTEST_PROP(ProjectionLeaks, EveryValueIsOneThatItsFieldDeclares, ()) {
  const auto dossier = AnyDossier();
  for (const ProjectedRecord& record : AllOf(Project(kDossier, dossier, kReference))) {
    const RecordId id = SampleId(250);
    Edit edit{id, {RecordEdit{id, record.kind, {}}}};
    for (const auto& [field, value] : record.values) {
      if (const auto* number = value.As<std::int64_t>()) RC_ASSERT(*number < kCanaryNumber);
      if (const auto* place = value.As<RecordId>()) RC_ASSERT(*place == kPost || *place == kUnit);
      edit.records[0].fields.push_back(FieldEdit{field, value, {}});
    }
    RC_ASSERT(CheckEdit(CaseworkSchema(), edit).has_value());
  }
}

RC_GTEST_PROP(ProjectionLeaks, TheOrderOfTheRecordsMeansNothing, ()) {
  auto dossier = AnyDossier();
  const Projections told = Project(kDossier, dossier, kReference);
  for (std::size_t i = dossier.size(); i > 1; --i) std::swap(dossier[i - 1], dossier[Below(i)]);
  RC_ASSERT(Project(kDossier, dossier, kReference) == told);
}

RC_GTEST_PROP(ProjectionLeaks, AnErasedRecordIsAsIfItWereNotThere, ()) {
  auto dossier = AnyDossier();
  const auto is_erased = [](const DossierRecord& record) {
    return record.values.contains(CaseworkSchema().FindKind(record.kind)->FindErasure()->id);
  };
  const Projections told = Project(kDossier, dossier, kReference);
  std::erase_if(dossier, is_erased);
  RC_ASSERT(Project(kDossier, dossier, kReference) == told);
}

RC_GTEST_PROP(ProjectionLeaks, AnErasedDossierIsNotTold, ()) {
  auto dossier = AnyDossier();
  dossier[0].values[FieldNamed(kSituation, "effacement").id] = OneCode("DEMANDE");
  RC_ASSERT(Project(kDossier, dossier, kReference) == Projections());
}

}  // namespace
}  // namespace sacoche::casework
