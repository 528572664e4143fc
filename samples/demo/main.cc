#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "engine/casework/posts.h"
#include "platform/curl/curl_http_client.h"
#include "samples/demo/checks.h"
#include "samples/demo/scenario.h"
#include "samples/demo/server_process.h"

// The whole way of an edit, for real: a server over TLS, two laptops that work apart, a
// supervisor's that receives. Everything that it prints as true was checked; otherwise the exit
// status is 1.
namespace sacoche::demo {
namespace {

constexpr unsigned kDossiers = 44;
constexpr unsigned kConflictsADay[] = {2, 1};

// A folder of its own under the temporary one, gone with all in it when this goes away.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sacoche-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Team {
  std::unique_ptr<Laptop> claire;
  std::unique_ptr<Laptop> samir;
  std::unique_ptr<Laptop> helene;

  [[nodiscard]] std::vector<Laptop*> all() const {
    return {claire.get(), samir.get(), helene.get()};
  }
  // Who writes and reads the cases.
  [[nodiscard]] std::vector<Laptop*> post() const { return {claire.get(), samir.get()}; }
};

void Say(const std::string& text) { std::cout << text << std::endl; }

Status MakePost(Organisation& organisation, const RecordId& post) {
  for (const SpaceLabel& label : casework::SpacesOfPost("Poste de Montcel", post))
    SACOCHE_TRY(organisation.AddSpace(label));
  SACOCHE_TRY(organisation.AddSpace(casework::SharedDirectoryLabel()));
  return {};
}

Status Admit(Organisation& organisation, Laptop& laptop, Role role, const RecordId& post) {
  SACOCHE_ASSIGN(const std::string phrase, laptop.AskForAdmission());
  SACOCHE_ASSIGN(const auto requests, organisation.Requests());
  for (const PendingDevice& pending : requests) {
    if (pending.phrase != phrase) continue;
    Say("   " + pending.profile.person + " reads \"" + phrase + "\" over the telephone; admitted.");
    SACOCHE_ASSIGN(const auto spaces, organisation.Spaces());
    return organisation.Admit(pending, role,
                              casework::SpacesForRole(spaces, role, std::array{post}));
  }
  return Fail(ErrorCode::kNotFound, "a request for admission did not arrive", "");
}

Result<Team> Enrol(const ServerProcess& server, const std::string& folder) {
  SystemClock clock;
  SystemRandom random;
  SACOCHE_ASSIGN(const auto http, CurlHttpClient::Create(server.url(), server.ca_pem()));
  Organisation organisation(OrganisationKey::Generate(), {http.get(), &clock, &random});
  SACOCHE_TRY(organisation.Found());
  const auto post = random.NextId<RecordId>();
  SACOCHE_TRY(MakePost(organisation, post));
  const Invitation invitation{server.url(), server.ca_pem(),
                              organisation.key().signing_key.public_key(),
                              organisation.key().box_key.public_key()};
  Team team;
  SACOCHE_ASSIGN(team.claire,
                 Laptop::Make(folder + "/claire", {"Claire Maupin", "portable 1"}, invitation));
  SACOCHE_ASSIGN(team.samir,
                 Laptop::Make(folder + "/samir", {"Samir Benhamou", "portable 2"}, invitation));
  SACOCHE_ASSIGN(team.helene,
                 Laptop::Make(folder + "/helene", {"Hélène Rabier", "portable 3"}, invitation));
  SACOCHE_TRY(Admit(organisation, *team.claire, Role::kIntervenant, post));
  SACOCHE_TRY(Admit(organisation, *team.samir, Role::kIntervenant, post));
  SACOCHE_TRY(Admit(organisation, *team.helene, Role::kTechnicalSupervisor, post));
  // The first makes the spaces' keys and hands them to the others; the administrator never has any.
  for (Laptop* laptop : team.all()) SACOCHE_TRY(laptop->Synchronise());
  return team;
}

Status SynchroniseAll(const Team& team) {
  // Twice round: what the second brings, the first must still receive. Once more for the
  // supervisor: what follows from two people's work is told when both have been seen.
  for (int round = 0; round < 3; ++round)
    for (Laptop* laptop : team.all()) SACOCHE_TRY(laptop->Synchronise());
  return {};
}

std::string DayAndTime(Hlc hlc) {
  const auto seconds = static_cast<std::time_t>(hlc.physical_ms() / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc);
  return text;
}

Status ShowConflicts(Laptop& laptop) {
  const Schema& schema = casework::CaseworkSchema();
  SACOCHE_ASSIGN(const auto conflicts, laptop.engine().Conflicts());
  for (const Conflict& conflict : conflicts) {
    SACOCHE_ASSIGN(const auto view, laptop.engine().Read(conflict.record));
    const FieldDef* field = schema.FindField(view->head.kind, conflict.field);
    const VisibleField* title = view->Find(FieldId(1));
    Say("   " + (title == nullptr ? "" : FormatValue(title->value)) + ", " + field->label + ":");
    for (const Candidate& candidate : conflict.candidates)
      Say("      \"" + FormatValue(candidate.value) + "\" by " +
          laptop.engine().ProfileOf(candidate.author).person + ", " + DayAndTime(candidate.hlc));
  }
  return {};
}

// The highest danger stands, chosen by a person who has seen both.
Status ResolveOne(Laptop& laptop) {
  SACOCHE_ASSIGN(const auto conflicts, laptop.engine().Conflicts());
  const KindDef* kind = casework::CaseworkSchema().FindKind(casework::kSituation);
  const FieldId danger = kind->FindField("danger")->id;
  for (const Conflict& conflict : conflicts) {
    if (conflict.field != danger) continue;
    Say("   " + laptop.profile().person + " keeps danger 3, having seen both values.");
    return laptop.Change(casework::kSituation, conflict.record, conflict.record, {{"danger", "3"}});
  }
  return Fail(ErrorCode::kNotFound, "there is no conflict about a danger", "");
}

// printf pads bytes; people see characters.
std::string Padded(std::string text, std::size_t width) {
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  if (characters < width) text.append(width - characters, ' ');
  return text;
}

void PrintTable(const Team& team, std::size_t dossiers, std::size_t conflicts) {
  std::printf("\n   %s %9s %9s %9s %9s %9s %9s\n", Padded("", 16).c_str(), "edits", "received",
              "KB up", "KB down", "requests", "sync, s");
  for (const Laptop* laptop : team.all()) {
    const SyncReport& totals = laptop->totals();
    std::printf("   %s %9llu %9llu %9.1f %9.1f %9llu %9.2f\n",
                Padded(laptop->profile().person, 16).c_str(),
                static_cast<unsigned long long>(laptop->edits()),
                static_cast<unsigned long long>(totals.changes_in),
                static_cast<double>(totals.body_bytes_up) / 1000,
                static_cast<double>(totals.body_bytes_down) / 1000,
                static_cast<unsigned long long>(totals.requests), laptop->sync_seconds());
  }
  std::printf("   %zu dossiers, %zu conflicts still open (for people to resolve)\n\n", dossiers,
              conflicts);
  std::fflush(stdout);
}

Status Play(const std::string& server_binary, const std::string& folder) {
  std::filesystem::create_directories(folder + "/server");
  SACOCHE_ASSIGN(const auto server, ServerProcess::Start(server_binary, folder + "/server"));
  Say("1. A server over TLS 1.3 on " + server->url() + ", a fresh organisation, three laptops.");
  SACOCHE_ASSIGN(const Team team, Enrol(*server, folder));

  Say("2. " + std::to_string(kDossiers) + " dossiers are opened and synchronised.");
  Scenario scenario(team.claire.get(), team.samir.get(), 2026);
  SACOCHE_TRY(scenario.OpenDossiers(kDossiers));
  SACOCHE_TRY(SynchroniseAll(team));

  int day = 0;
  for (const unsigned conflicts : kConflictsADay) {
    Say("3. Day " + std::to_string(++day) +
        ", without a network: both work, on some of the same dossiers. Then they synchronise.");
    SACOCHE_TRY(scenario.Day(conflicts));
    SACOCHE_TRY(SynchroniseAll(team));
  }
  SACOCHE_TRY(CheckOpenConflicts(team.post(), scenario.true_conflicts()));
  Say("4. Exactly the true conflicts are shown, on both laptops of the post, with both values:");
  SACOCHE_TRY(ShowConflicts(*team.samir));

  Say("5. One is resolved, and everybody synchronises again.");
  SACOCHE_TRY(ResolveOne(*team.claire));
  SACOCHE_TRY(SynchroniseAll(team));
  SACOCHE_TRY(CheckOpenConflicts(team.post(), scenario.true_conflicts() - 1));
  SACOCHE_TRY(CheckOneDigest(team.post()));
  Say("6. The stores of the post have one digest; the resolved conflict is gone from both.");

  SACOCHE_TRY(CheckSupervisor(*team.helene, scenario.dossiers(), Scenario::kCanary));
  Say("7. " + team.helene->profile().person + ", the supervisor, follows " +
      std::to_string(scenario.dossiers()) + " situations: danger, problems, steps taken. Not one " +
      "name and not one word\n   of a note is in her store.");

  SACOCHE_ASSIGN(const std::uint64_t searched,
                 CheckCanary(*team.claire, Scenario::kCanary, folder + "/server"));
  Say("8. The phrase \"" + std::string(Scenario::kCanary) +
      "\" is in the notes, and nowhere in the " + std::to_string(searched / 1000) +
      " KB of the server's files.");
  PrintTable(team, scenario.dossiers(), scenario.true_conflicts() - 1);
  if (server->Stop() != 0) return Fail(ErrorCode::kIo, "the server did not stop cleanly", "");
  return {};
}

int Main(int argc, char** argv) {
  const std::string self = std::filesystem::canonical(argv[0]).parent_path().string();
  const std::string server_binary = argc > 1 ? argv[1] : self + "/sacoche-server";
  const TemporaryFolder folder;
  const Status status = Play(server_binary, folder.path());
  if (status) {
    Say("All of this was checked.");
    return 0;
  }
  std::cerr << "sacoche-demo: " << status.error().message << ". " << status.error().advice
            << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::demo

int main(int argc, char** argv) { return sacoche::demo::Main(argc, argv); }
