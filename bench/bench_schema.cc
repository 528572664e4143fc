#include "bench/bench_schema.h"

#include <array>

namespace sacoche::bench {
namespace {

constexpr std::array<std::string_view, 25> kFieldNames = {
    "nom",
    "prenom",
    "date_naissance",
    "sexe",
    "commune",
    "code_insee",
    "telephone",
    "brigade",
    "mode_saisine",
    "date_saisine",
    "problematique_principale",
    "problematiques",
    "statut",
    "urgence",
    "enfants_presents",
    "situation_logement",
    "situation_emploi",
    "auteur_lien",
    "plainte_deposee",
    "suivi_social_connu",
    "consentement_partage",
    "orientation",
    "partenaire",
    "echeance",
    "synthese",
};

bool IsDate(std::string_view name) {
  return name == "date_naissance" || name == "date_saisine" || name == "echeance";
}

bool IsSearchable(std::string_view name) {
  return name == "nom" || name == "prenom" || name == "commune" || name == "synthese";
}

FieldDef CaseField(std::size_t index) {
  const std::string_view name = kFieldNames[index];
  FieldDef field;
  field.id = FieldId(static_cast<std::uint32_t>(index + 1));
  field.name = name;
  field.label = name;
  field.type = IsDate(name) ? FieldType::kDate : FieldType::kText;
  field.policy = name == "problematiques" ? MergePolicy::kAddWinsSet : MergePolicy::kKeepAll;
  if (name == "statut" || name == "brigade") field.indexed = FieldDef::Indexed::kYes;
  if (IsSearchable(name)) field.searchable = FieldDef::Searchable::kYes;
  return field;
}

FieldDef NoteField(FieldId id, std::string name, FieldDef::Searchable searchable) {
  FieldDef field;
  field.id = id;
  field.name = name;
  field.label = std::move(name);
  field.policy = MergePolicy::kKeepLatest;
  field.searchable = searchable;
  return field;
}

Schema Make() {
  KindDef cases{kCase, "case", "case", KindDef::Place::kRoot, {}};
  for (std::size_t i = 0; i < kFieldNames.size(); ++i) cases.fields.push_back(CaseField(i));
  KindDef notes{kNote, "note", "note", KindDef::Place::kChild, {}};
  notes.fields = {NoteField(kNoteAuthor, "author", FieldDef::Searchable::kNo),
                  NoteField(kNoteAt, "at", FieldDef::Searchable::kNo),
                  NoteField(kNoteText, "text", FieldDef::Searchable::kYes)};
  return Schema({std::move(cases), std::move(notes)}, {});
}

}  // namespace

const Schema& BenchSchema() {
  static const Schema schema = Make();
  return schema;
}

}  // namespace sacoche::bench
