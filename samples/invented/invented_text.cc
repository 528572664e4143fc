#include "samples/invented/invented_text.h"

#include <chrono>
#include <cstdio>

namespace sacoche::invented {
namespace {

constexpr std::string_view kLastNames[] = {
    "Aubrac",    "Bellanger", "Carpentras", "Delmotte", "Escoffier", "Fauvel",   "Garcin",
    "Hennequin", "Issartel",  "Jourdain",   "Kerbrat",  "Lacombe",   "Maupin",   "Noirot",
    "Oriol",     "Pellegrin", "Quesnel",    "Rabier",   "Sauvageot", "Tourneur", "Urbain",
    "Vasselin",  "Weiss",     "Yvelin",     "Zeller",   "Benhamou",  "Diallo",   "El Mansouri",
    "Ferreira",  "Nguyen",    "Kowalski",   "Traoré",   "Lefèvre",   "Hébert",   "Çelik"};
constexpr std::string_view kFirstNames[] = {
    "Maëlle",   "Corinne", "Sabrina", "Odile",   "Nadège", "Hélène", "Inès",    "Djamila",
    "Béatrice", "Lucie",   "Marthe",  "Yolande", "Joël",   "Cédric", "Bastien", "Ahmed",
    "Régis",    "Tanguy",  "Gaël",    "Loïc",    "Marcel", "Noé",    "Quentin", "Ulysse"};
constexpr std::string_view kCommunes[] = {
    "Saint-Aubin-des-Prés", "Vernoy-le-Haut",   "La Ferté-Brune",    "Montcel",
    "Les Essarts-Gris",     "Champlevé",        "Rieux-sur-Orle",    "Belle-Roche",
    "Courtenay-Vieux",      "Le Plessis-Dorin", "Villeneuve-d'Orle", "Grandcombe",
    "Pont-l'Érable",        "Lesches",          "Boissy-la-Forge"};
constexpr std::string_view kUnits[] = {"BTA Montcel", "COB La Ferté-Brune", "BTA Rieux-sur-Orle",
                                       "COB Grandcombe", "BTA Pont-l'Érable"};
constexpr std::string_view kStreets[] = {
    "rue des Tilleuls", "chemin du Lavoir", "rue de la Gare",  "impasse du Moulin",
    "avenue du 8-Mai",  "route de l'Étang", "place du Marché", "allée des Cerisiers"};
constexpr std::string_view kServices[] = {"le service social du secteur",
                                          "le CCAS",
                                          "l'association d'aide aux victimes",
                                          "le centre médico-psychologique",
                                          "la mission locale",
                                          "le 115",
                                          "le médecin traitant",
                                          "l'assistante sociale scolaire",
                                          "le bailleur",
                                          "la maison de protection des familles"};
// {p} a person, {c} a commune, {u} a unit, {s} a service, {d} a day, {n} a small number, {h} an
// hour.
constexpr std::string_view kSentences[] = {
    "{p} est reçue à {u}, l'entretien dure près d'une heure.",
    "Elle parle d'abord des enfants, puis des menaces répétées depuis {n} mois.",
    "Il reconnaît les cris, pas les coups.",
    "Un certificat médical a été remis le {d}, avec {n} jours d'incapacité.",
    "{p} demande que l'on n'appelle pas après {h} heures.",
    "Message laissé sur le répondeur, sans préciser le motif de l'appel.",
    "Rendez-vous proposé le {d} à {h} heures dans les locaux de {u}.",
    "La voisine, {p}, a entendu la dispute et accepte d'être recontactée.",
    "Le couple est séparé depuis {n} mois mais partage encore le logement de {c}.",
    "Les {n} enfants dorment chez leur grand-mère à {c} jusqu'à nouvel ordre.",
    "Orientation proposée vers {s}, acceptée.",
    "Orientation proposée vers {s}, refusée pour l'instant ; à reproposer.",
    "{s} confirme un premier rendez-vous le {d}.",
    "Aucun retour de la part de {s} malgré {n} relances.",
    "Le loyer n'est plus payé depuis {n} mois, une procédure est engagée.",
    "{p} travaille de nuit et ne peut venir qu'en début d'après-midi.",
    "Les ressources du foyer se limitent aux allocations ; le dossier est à constituer avec {s}.",
    "Elle souhaite réfléchir avant de déposer plainte.",
    "La plainte a été déposée le {d} à {u}.",
    "Les droits et la suite possible de la procédure ont été expliqués, sans influencer son choix.",
    "{p} ne dort plus, mange peu, et s'inquiète du retour de son frère.",
    "L'école a signalé des absences répétées ; contact pris avec {s}.",
    "Le téléphone de {p} est sans doute surveillé : passer par sa sœur.",
    "Une mise à l'abri a été demandée ; pas de place avant le {d}.",
    "Accord donné pour transmettre la situation à {s}, item par item.",
    "Accord retiré : ne rien transmettre à {s}.",
    "Visite au domicile à {c}, en présence d'un collègue ; échange calme.",
    "L'adjudant fait savoir que {p} sera convoqué le {d}.",
    "Pas de véhicule ; il faut prévoir une permanence à {c}.",
    "Le fils aîné, scolarisé à {c}, refuse de rentrer le week-end.",
    "Proposition de revoir {p} dans {n} semaines, ou avant si elle le demande.",
    "Situation déjà connue de {s}, suivi interrompu il y a {n} ans.",
    "Un voisin âgé, isolé depuis l'hiver, a été trouvé désorienté près de la mairie.",
    "La dette d'énergie s'élève à {n}00 euros ; un échéancier est possible.",
    "{p} dit avoir peur de rentrer, mais refuse de quitter sa maison.",
};
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";

}  // namespace

std::string InventedText::LastName() { return std::string(Pick(kLastNames)); }
std::string InventedText::FirstName() { return std::string(Pick(kFirstNames)); }
std::string InventedText::Commune() { return std::string(Pick(kCommunes)); }
std::string InventedText::CommuneCode() { return "990" + std::to_string(10 + Below(30)); }
std::string InventedText::Unit() { return std::string(Pick(kUnits)); }

std::string InventedText::Phone() {
  // 06 39 98 is reserved for fiction (ARCEP, national numbering plan).
  char text[24];
  std::snprintf(text, sizeof text, "06 39 98 %02u %02u", static_cast<unsigned>(Below(100)),
                static_cast<unsigned>(Below(100)));
  return text;
}

std::string InventedText::Address() {
  return std::to_string(1 + Below(90)) + ", " + std::string(Pick(kStreets)) + ", " + Commune();
}

std::string InventedText::Day(int days_min, int days_max) {
  using namespace std::chrono;
  const auto offset = static_cast<int>(Below(static_cast<std::uint64_t>(days_max - days_min + 1)));
  const sys_days day = sys_days(year(2026) / March / 2) + days(days_min + offset);
  const year_month_day date(day);
  char text[24];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::string InventedText::Filled(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{' || i + 2 >= pattern.size()) {
      out.push_back(pattern[i]);
      continue;
    }
    switch (pattern[i + 1]) {
      case 'p':
        out += FirstName() + " " + LastName();
        break;
      case 'c':
        out += Commune();
        break;
      case 'u':
        out += Unit();
        break;
      case 's':
        out += Pick(kServices);
        break;
      case 'd':
        out += Day(-40, 60);
        break;
      case 'n':
        out += std::to_string(2 + Below(8));
        break;
      case 'h':
        out += std::to_string(8 + Below(11));
        break;
      default:
        break;
    }
    i += 2;
  }
  return out;
}

std::string InventedText::Sentence() { return Filled(Pick(kSentences)); }

std::string InventedText::Text(std::size_t characters_min, std::size_t characters_max) {
  const std::size_t wanted = characters_min + Below(characters_max - characters_min + 1);
  std::string text;
  while (text.size() < wanted) {
    if (!text.empty()) text += ' ';
    text += Sentence();
    // A reference that no dictionary knows, as people type them.
    if (Chance(8))
      text += " Réf. " + std::string(1, kLetters[Below(26)]) + std::to_string(Below(100000)) + ".";
  }
  return text;
}

std::string InventedText::Uuid() {
  char text[40];
  const std::uint64_t a = engine_();
  const std::uint64_t b = engine_();
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xfff),
                static_cast<unsigned>(0x8000 | (b >> 50 & 0x3fff)),
                static_cast<unsigned long long>(b & 0xffffffffffffULL));
  return text;
}

}  // namespace sacoche::invented
