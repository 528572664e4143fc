#include "engine/casework/projections.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "engine/casework/age_band.h"
#include "engine/casework/dossier_reading.h"
#include "engine/casework/schema.h"
#include "platform/base/check.h"

namespace sacoche::casework {
namespace {

const Value kNotKnown = Value::OfCode("NSP");

// A derived record in the making. It takes what its fields can hold, and drops whatever else it is
// handed: a code of a newer release, or bytes that are no code at all.
class Draft {
 public:
  Draft(std::string_view kind, std::uint32_t index) : kind_(*CaseworkSchema().FindKind(kind)) {
    record_.kind = kind_.id;
    record_.index = index;
    for (const FieldDef& field : kind_.fields)
      if (field.policy != MergePolicy::kErasure)
        record_.values[field.id] = field.is_list() ? Value::List({}) : Value::Nothing();
  }

  void Set(std::string_view name, const std::optional<Value>& value) {
    const FieldDef& field = FieldOf(name);
    if (value && CaseworkSchema().CheckValue(field, *value)) record_.values[field.id] = *value;
  }

  // A field in which "not known" is an answer.
  void SetOrUnknown(std::string_view name, const std::optional<Value>& value) {
    Set(name, kNotKnown);
    Set(name, value);
  }

  void SetNumber(std::string_view name, std::optional<std::int64_t> number) {
    if (number) Set(name, Value::Integer(*number));
  }

  void SetCount(std::string_view name, std::size_t count) {
    Set(name, Value::Integer(static_cast<std::int64_t>(count)));
  }

  void SetAll(std::string_view name, ValueList elements) {
    const FieldDef& field = FieldOf(name);
    std::erase_if(elements, [&](const Value& element) {
      return element.empty() || !CaseworkSchema().CheckValue(field, element);
    });
    const std::set<Value> distinct(elements.begin(), elements.end());
    record_.values[field.id] = Value::List({distinct.begin(), distinct.end()});
  }

  [[nodiscard]] ProjectedRecord Finish() && { return std::move(record_); }

 private:
  [[nodiscard]] const FieldDef& FieldOf(std::string_view name) const {
    const FieldDef* field = kind_.FindField(name);
    SACOCHE_CHECK(field != nullptr);
    return *field;
  }

  const KindDef& kind_;
  ProjectedRecord record_;
};

// A person whom the situation concerns: as somebody's record, by what was said of them in this
// situation, or both.
struct Concerned {
  const DossierRecord* person = nullptr;
  RecordPointers participations;
};

// By the person's id, so that two colleagues who each noted the participation of one person count
// one, and that a person keeps their place when it is noted later.
std::map<RecordId, Concerned> ConcernedIn(const DossierReading& dossier) {
  std::map<RecordId, Concerned> all;
  for (const DossierRecord* person : dossier.Of(kPersonne)) all[person->id].person = person;
  for (const DossierRecord* participation : dossier.Of("participation"))
    all[LinkIn(*participation, "personne").value_or(participation->id)].participations.push_back(
        participation);
  return all;
}

// The earliest that tells its month; one without a date only if there is no other.
const DossierRecord* FirstReferral(const DossierReading& dossier) {
  const DossierRecord* first = nullptr;
  const auto day = [](const DossierRecord& referral) {
    const auto date = DateIn(referral, "date");
    return MonthOf(date) ? *date : Date{Date::Precision::kDay, 9999, 12, 31};
  };
  const auto is_earlier = [&](const Date& a, const Date& b) {
    return std::tie(a.year, a.month_or_season, a.day) < std::tie(b.year, b.month_or_season, b.day);
  };
  for (const DossierRecord* referral : dossier.Of("saisine"))
    if (first == nullptr || is_earlier(day(*referral), day(*first))) first = referral;
  return first;
}

// What both kinds of projections tell of a situation.
class SituationReading {
 public:
  SituationReading(const DossierReading& dossier, const ReferenceData& reference)
      : dossier_(dossier),
        reference_(reference),
        situation_(*dossier.situation()),
        referral_(FirstReferral(dossier)),
        concerned_(ConcernedIn(dossier)) {}

  [[nodiscard]] ProjectedRecord Suivi() const {
    Draft draft(kSuivi, 0);
    SetCommon(draft);
    draft.SetNumber("mois_ouverture", MonthOf(Opening()));
    for (const char* field : {"statut", "danger", "information_preoccupante"})
      draft.Set(field, CodeIn(situation_, field));
    for (const char* field : {"type_violence", "suite_penale"})
      draft.SetAll(field, CodesIn(situation_, field));
    SetPersons(draft);
    SetWork(draft);
    return std::move(draft).Finish();
  }

  [[nodiscard]] std::vector<ProjectedRecord> Facts() const {
    std::vector<ProjectedRecord> facts;
    for (const auto& [id, concerned] : concerned_) facts.push_back(Fact(facts.size(), concerned));
    if (facts.empty()) facts.push_back(Fact(0, {}));
    return facts;
  }

 private:
  void SetCommon(Draft& draft) const {
    draft.Set("problematique_principale", CodeIn(situation_, "problematique_principale"));
    draft.SetAll("problematiques", CodesIn(situation_, "problematiques"));
    draft.Set("mode", Mode());
    draft.SetOrUnknown("commune_tranche", CommuneBand());
    draft.Set("poste", Post());
    draft.Set("unite", Unit());
    draft.Set("issue", Outcome());
    draft.SetCount("nb_interventions", dossier_.Of(kIntervention).size());
    draft.SetAll("orientations", CodesIn(dossier_.Of("orientation"), "type_partenaire"));
  }

  void SetPersons(Draft& draft) const {
    ValueList roles;
    ValueList ages;
    for (const auto& [id, concerned] : concerned_) {
      std::ranges::copy(Roles(concerned), std::back_inserter(roles));
      ages.push_back(AgeBand(concerned));
    }
    draft.SetAll("qualites", std::move(roles));
    draft.SetAll("tranches_age", std::move(ages));
    draft.SetCount("nb_personnes", concerned_.size());
  }

  void SetWork(Draft& draft) const {
    std::optional<std::int64_t> last_month;
    for (const DossierRecord* intervention : dossier_.Of(kIntervention))
      last_month = std::max(last_month, MonthOf(DateIn(*intervention, "date")));
    draft.SetNumber("mois_derniere_intervention", last_month);
    draft.SetCount("nb_faits", dossier_.Of("fait").size());
    draft.SetAll("orientations_statuts", CodesIn(dossier_.Of("orientation"), "statut"));
    draft.SetCount(
        "nb_taches_ouvertes",
        static_cast<std::size_t>(std::ranges::count_if(
            dossier_.Of(kTache), [](const DossierRecord* task) { return !IsYes(*task, "fait"); })));
  }

  [[nodiscard]] ProjectedRecord Fact(std::size_t index, const Concerned& concerned) const {
    Draft draft(kFaitStatistique, static_cast<std::uint32_t>(index));
    SetCommon(draft);
    draft.SetNumber("mois", MonthOf(Opening()));
    draft.SetAll("qualite", Roles(concerned));
    draft.SetOrUnknown(
        "sexe", concerned.person == nullptr ? std::nullopt : CodeIn(*concerned.person, "sexe"));
    draft.SetOrUnknown("tranche_age", AgeBand(concerned));
    draft.SetOrUnknown("connu_services", FirstCodeIn(concerned.participations, "connu_services"));
    draft.Set("recu", Received(concerned));
    draft.Set("compte_situation", Value::Flag(index == 0));
    return std::move(draft).Finish();
  }

  // The day of the opening, or of the first referral where the former tells no month.
  [[nodiscard]] std::optional<Date> Opening() const {
    const auto opening = DateIn(situation_, "date_ouverture");
    const auto referred = referral_ == nullptr ? std::nullopt : DateIn(*referral_, "date");
    return !MonthOf(opening) && MonthOf(referred) ? referred : opening;
  }

  [[nodiscard]] std::optional<Value> Mode() const {
    if (referral_ != nullptr)
      if (auto mode = CodeIn(*referral_, "mode")) return mode;
    const ValueList modes = CodesIn(situation_, "saisine");
    return modes.empty() ? std::nullopt : std::optional(modes.front());
  }

  [[nodiscard]] std::optional<Value> CommuneBand() const {
    const Value* commune = Shown(situation_, "commune_insee");
    const auto* code = commune == nullptr ? nullptr : commune->As<std::string>();
    if (code == nullptr) return std::nullopt;
    const auto band = reference_.commune_bands.find(*code);
    if (band == reference_.commune_bands.end()) return std::nullopt;
    return Value::OfCode(band->second);
  }

  [[nodiscard]] std::optional<Value> Post() const {
    const auto post = LinkIn(situation_, "poste");
    if (!post || !reference_.posts.contains(*post)) return std::nullopt;
    return Value::Reference(*post);
  }

  [[nodiscard]] std::optional<Value> Unit() const {
    auto unit = LinkIn(situation_, "unite");
    if (!unit && referral_ != nullptr) unit = LinkIn(*referral_, "unite");
    if (!unit) return std::nullopt;
    const auto reported = reference_.reported_units.find(*unit);
    if (reported == reference_.reported_units.end()) return std::nullopt;
    return Value::Reference(reported->second);
  }

  // Closed for a motive, passed on, or under way.
  [[nodiscard]] std::optional<Value> Outcome() const {
    const auto state = CodeIn(situation_, "statut");
    if (state == Value::OfCode("CLOSE"))
      return CodeIn(situation_, "motif_cloture").value_or(kNotKnown);
    return state == Value::OfCode("RELAYEE") ? state : Value::OfCode("EN_COURS");
  }

  [[nodiscard]] static ValueList Roles(const Concerned& concerned) {
    ValueList roles = CodesIn(concerned.participations, "qualite");
    if (roles.empty() && concerned.person != nullptr) roles = CodesIn(*concerned.person, "qualite");
    return roles;
  }

  // What was written down when the situation was opened stands, whatever is learnt of the birth.
  [[nodiscard]] Value AgeBand(const Concerned& concerned) const {
    const auto frozen = FirstCodeIn(concerned.participations, "tranche_age");
    if (frozen && *frozen != kNotKnown) return *frozen;
    const auto opening = Opening();
    const auto birth =
        concerned.person == nullptr ? std::nullopt : DateIn(*concerned.person, "naissance");
    if (!opening || !birth) return kNotKnown;
    return Value::OfCode(std::string(AgeBandAt(*opening, *birth)));
  }

  // Who was received in person by one colleague was received, whoever else only telephoned.
  [[nodiscard]] static std::optional<Value> Received(const Concerned& concerned) {
    const FieldDef& field = *CaseworkSchema().FindKind("participation")->FindField("recu");
    std::optional<Value> furthest;
    for (const Value& value : CodesIn(concerned.participations, "recu"))
      if (CaseworkSchema().CheckValue(field, value) &&
          (!furthest || field.RankOf(value) > field.RankOf(*furthest)))
        furthest = value;
    return furthest;
  }

  const DossierReading& dossier_;
  const ReferenceData& reference_;
  const DossierRecord& situation_;
  const DossierRecord* referral_;
  std::map<RecordId, Concerned> concerned_;
};

}  // namespace

DossierRecord DossierRecordOf(const RecordView& view) {
  DossierRecord record{view.head.id, view.head.kind, {}};
  for (const VisibleField& field : view.fields)
    if (!field.value.empty()) record.values[field.field] = field.value;
  return record;
}

Projections Project(const RecordId& dossier, const std::vector<DossierRecord>& records,
                    const ReferenceData& reference) {
  const DossierReading reading(dossier, records);
  if (reading.situation() == nullptr) return {};
  const SituationReading situation(reading, reference);
  return {situation.Suivi(), situation.Facts()};
}

}  // namespace sacoche::casework
