#include "samples/demo/scenario.h"

namespace sacoche::demo {
namespace {

using casework::kIntervention;
using casework::kPersonne;
using casework::kSituation;
using casework::kTache;

constexpr const char* kProblems[] = {"VC",       "VC_EX",     "VIF",      "CONF_CONJ", "ENF_DANGER",
                                     "VULN_AGE", "SOUFF_PSY", "LOGEMENT", "PRECARITE", "ISOLEMENT"};
constexpr const char* kSaisines[] = {"FDO_ORAL", "FDO_FICHE", "AUTO_CORG", "USAGER_DIRECT"};
constexpr const char* kViolences[] = {"PHYS", "PSY", "VERB", "ECO", "MENACE"};
constexpr const char* kInterventions[] = {"ENT_UNITE", "ENT_TEL", "VISITE_DOMICILE",
                                          "CONTACT_PARTENAIRE"};
constexpr unsigned kOwnDossiersADay = 6;

}  // namespace

Status Scenario::OpenDossiers(unsigned count) {
  for (unsigned i = 0; i < count; ++i) SACOCHE_TRY(OpenDossier(i % 2 == 0 ? *claire_ : *samir_));
  return {};
}

Status Scenario::OpenDossier(Laptop& laptop) {
  Laptop::Fields fields = {{"intitule", "Famille " + text_.LastName()},
                           {"statut", "EN_COURS"},
                           {"referent", laptop.profile().person},
                           {"date_ouverture", text_.Day(-60, 0)},
                           {"commune_insee", text_.CommuneCode()},
                           {"unite_origine", text_.Unit()},
                           {"saisine", text_.Pick(kSaisines)},
                           {"problematique_principale", text_.Pick(kProblems)},
                           {"danger", std::to_string(text_.Below(2))},
                           {"synthese", text_.Text(200, 500)}};
  if (text_.Chance(60)) fields.emplace_back("type_violence", text_.Pick(kViolences));
  SACOCHE_ASSIGN(const RecordId dossier, laptop.Create(kSituation, fields));
  dossiers_.push_back(dossier);
  for (std::uint64_t persons = 1 + text_.Below(2); persons > 0; --persons) {
    SACOCHE_TRY(laptop.Create(kPersonne,
                              {{"nom", text_.LastName()},
                               {"prenoms", text_.FirstName()},
                               {"sexe", text_.Chance(65) ? "F" : "H"},
                               {"naissance", std::to_string(1950 + text_.Below(70))},
                               {"tel", text_.Phone()},
                               {"adresse", text_.Address()},
                               {"qualite", text_.Chance(70) ? "VICTIME" : "TEMOIN"}},
                              dossier));
  }
  return Note(laptop, dossier);
}

Status Scenario::Note(Laptop& laptop, const RecordId& dossier) {
  const std::string note = text_.Text(200, 600) + " Repère : " + std::string(kCanary) + ".";
  SACOCHE_TRY(laptop.Create(kIntervention,
                            {{"date", text_.Day(0, 30)},
                             {"type", text_.Pick(kInterventions)},
                             {"duree_min", std::to_string(15 * (1 + text_.Below(5)))},
                             {"note", note}},
                            dossier));
  return {};
}

RecordId Scenario::OwnDossier(std::size_t parity) {
  // The first ones are shared; of the rest each keeps to every second.
  const std::size_t shared = next_shared_;
  const std::size_t own = (dossiers_.size() - shared) / 2;
  return dossiers_[shared + 2 * text_.Below(own) + parity];
}

Status Scenario::OwnWork(Laptop& laptop, std::size_t parity) {
  for (unsigned i = 0; i < kOwnDossiersADay; ++i) {
    const RecordId dossier = OwnDossier(parity);
    SACOCHE_TRY(Note(laptop, dossier));
    SACOCHE_TRY(laptop.Change(kSituation, dossier, dossier,
                              {{"statut", text_.Chance(50) ? "ATTENTE_RETOUR" : "RELAYEE"},
                               {"synthese", text_.Text(200, 500)}}));
    SACOCHE_TRY(laptop.Create(kTache,
                              {{"intitule", "Rappeler " + text_.FirstName()},
                               {"echeance", text_.Day(1, 40)},
                               {"porteur", laptop.profile().person}},
                              dossier));
  }
  return OpenDossier(laptop);
}

Status Scenario::Day(unsigned conflicts) {
  // What both touch today; no dossier is shared twice, so that each conflict stays as it is.
  const std::size_t first = next_shared_;
  next_shared_ += conflicts + 1;
  for (std::size_t i = 0; i < conflicts; ++i) {
    const RecordId dossier = dossiers_[first + i];
    // Claire sees more danger than Samir; the other field is only hers, and no conflict.
    SACOCHE_TRY(claire_->Change(kSituation, dossier, dossier,
                                {{"danger", "3"}, {"consignes_securite", "NE_PAS_APPELER"}}));
    SACOCHE_TRY(samir_->Change(kSituation, dossier, dossier,
                               {{"danger", i % 2 == 0 ? "2" : "3"}, {"type_violence", "MENACE"}}));
    SACOCHE_TRY(claire_->Change(kSituation, dossier, dossier, {{"referent", "Claire"}}));
    SACOCHE_TRY(samir_->Change(kSituation, dossier, dossier, {{"referent", "Samir"}}));
    // The same danger from both is agreement, not a conflict.
    true_conflicts_ += i % 2 == 0 ? 2 : 1;
  }
  // Both in one dossier, in different fields: no conflict.
  const RecordId peaceful = dossiers_[first + conflicts];
  SACOCHE_TRY(Note(*claire_, peaceful));
  SACOCHE_TRY(samir_->Change(kSituation, peaceful, peaceful, {{"commune_insee", "99099"}}));
  SACOCHE_TRY(OwnWork(*claire_, 0));
  return OwnWork(*samir_, 1);
}

}  // namespace sacoche::demo
