#include "bench/workload_generator.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "samples/invented/invented_text.h"

namespace sacoche::bench {
namespace {

using invented::InventedText;
using nlohmann::json;

constexpr unsigned kDayCreates = 4;
constexpr unsigned kDaySets = 10;
constexpr unsigned kDayNotes = 4;
constexpr unsigned kDayShared = 3;     // cases that both edit
constexpr unsigned kDayConflicts = 2;  // of these, in the same field
// Each has at least kCasesMin / 2 cases of their parity, of which at most these are shared.
static_assert(kDayShared < GeneratorOptions::kCasesMin / 2);

constexpr std::string_view kEditable[] = {"statut",     "urgence",  "telephone", "orientation",
                                          "partenaire", "synthese", "echeance",  "problematiques"};
constexpr std::string_view kStatus[] = {"nouveau", "en cours", "en attente", "orienté", "clos"};
constexpr std::string_view kUrgency[] = {"immédiate", "sous 48 h", "sous 7 jours", "normale"};
constexpr std::string_view kProblems[] = {
    "violences conjugales", "logement", "addictions", "isolement", "fugue", "santé mentale"};
constexpr std::string_view kOrientations[] = {
    "service social de secteur", "CMP", "CCAS", "115", "point justice", "aucune"};

class Generator {
 public:
  Generator(const GeneratorOptions& options, std::ostream& out)
      : options_(options), out_(out), text_(options.seed) {}

  void Run() {
    for (unsigned i = 0; i < options_.cases; ++i) {
      known_.push_back(Create("base", "A"));
      for (std::uint64_t notes = 1 + text_.Below(3); notes > 0; --notes)
        Note("base", "A", known_.back());
    }
    for (unsigned day = 1; day <= options_.days; ++day) Day("day" + std::to_string(day));
  }

 private:
  json ValueOf(std::string_view field) {
    if (field == "statut") return text_.Pick(kStatus);
    if (field == "urgence") return text_.Pick(kUrgency);
    if (field == "telephone") return text_.Phone();
    if (field == "orientation") return text_.Pick(kOrientations);
    if (field == "partenaire") return text_.Commune() + " - " + text_.LastName();
    if (field == "echeance") return text_.Day(0, 90);
    if (field == "synthese") return text_.Text(200, 600);
    json list = json::array();
    for (const std::string_view problem : kProblems)
      if (text_.Chance(35)) list.push_back(problem);
    if (list.empty()) list.push_back(kProblems[0]);
    return list;
  }

  void Emit(const std::string& phase, const std::string& device, const std::string& op, json body) {
    body["phase"] = phase;
    body["device"] = device;
    body["op"] = op;
    out_ << body.dump() << '\n';
  }

  std::string Create(const std::string& phase, const std::string& device) {
    const std::string id = text_.Uuid();
    json set = {{"nom", text_.LastName()},
                {"prenom", text_.FirstName()},
                {"sexe", text_.Chance(70) ? "F" : "M"},
                {"commune", text_.Commune()},
                {"code_insee", text_.CommuneCode()},
                {"brigade", text_.Unit()},
                {"mode_saisine", "militaire de la brigade"},
                {"date_saisine", text_.Day(-60, 0)},
                {"problematique_principale", text_.Pick(kProblems)}};
    for (const std::string_view field : kEditable)
      if (field == "statut" || text_.Chance(50)) set[std::string(field)] = ValueOf(field);
    Emit(phase, device, "create", {{"case", id}, {"set", std::move(set)}});
    return id;
  }

  void Note(const std::string& phase, const std::string& device, const std::string& id) {
    Emit(phase, device, "note",
         {{"case", id},
          {"id", text_.Uuid()},
          {"author", device},
          {"at", text_.Day(-30, 30) + "T09:30:00Z"},
          {"text", text_.Text(300, 900)}});
  }

  void Set(const std::string& phase, const std::string& device, const std::string& id,
           std::string_view field) {
    Emit(phase, device, "set", {{"case", id}, {"set", {{std::string(field), ValueOf(field)}}}});
  }

  std::string Own(bool is_a, const std::vector<std::string>& shared) {
    // A and B keep to their halves, so that the only overlaps are the planned ones.
    while (true) {
      const std::size_t at = text_.Below(known_.size());
      const bool planned = std::ranges::count(shared, known_[at]) > 0;
      if (at % 2 == (is_a ? 0 : 1) && !planned) return known_[at];
    }
  }

  void Day(const std::string& phase) {
    std::vector<std::string> shared;
    while (shared.size() < kDayShared) {
      const std::string& id = known_[text_.Below(known_.size())];
      if (std::ranges::count(shared, id) == 0) shared.push_back(id);
    }
    std::vector<std::string> born;
    for (const std::string device : {"A", "B"}) {
      const bool is_a = device == "A";
      for (unsigned i = 0; i < kDayCreates; ++i) born.push_back(Create(phase, device));
      for (unsigned i = 0; i < kDaySets; ++i)
        Set(phase, device, Own(is_a, shared), text_.Pick(kEditable));
      for (unsigned i = 0; i < kDayNotes; ++i) Note(phase, device, Own(is_a, shared));
      for (unsigned i = 0; i < kDayShared; ++i)
        Set(phase, device, shared[i], is_a || i < kDayConflicts ? "orientation" : "urgence");
    }
    // Twice round, so that all know the day's cases before the next.
    for (int round = 0; round < 2; ++round)
      for (const std::string device : {"A", "B", "S"}) Emit(phase, device, "sync", json::object());
    known_.insert(known_.end(), born.begin(), born.end());
  }

  const GeneratorOptions& options_;
  std::ostream& out_;
  InventedText text_;
  std::vector<std::string> known_;
};

}  // namespace

void GenerateWorkload(const GeneratorOptions& options, std::ostream& out) {
  Generator(options, out).Run();
}

}  // namespace sacoche::bench
