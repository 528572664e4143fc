#include "samples/cli/sharing_commands.h"

#include <ctime>
#include <set>

#include "engine/casework/break_glass.h"
#include "engine/casework/posts.h"
#include "samples/cli/people.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kDayS = 24ULL * 60 * 60;
constexpr std::uint64_t kDaysMax = 366;

std::string Day(std::uint64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

const char* StateWord(Sharing::State state) {
  switch (state) {
    case Sharing::State::kWaits:
      return "waits";
    case Sharing::State::kStands:
      return "stands";
    case Sharing::State::kOver:
      return "over";
  }
  return "";
}

}  // namespace

SharingCommands::SharingCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* share = app.add_subcommand(
      "share", "Let somebody outside the post read one dossier; begins with the next sync");
  share->add_option("ID", id_, "The dossier's id, or its first digits")->required();
  share->add_option("--with", person_, "A person's name, or a laptop's id, from `colleagues`")
      ->required();
  share->add_option("--days", days_, "For how many days")
      ->required()
      ->check(CLI::Range(std::uint64_t{1}, kDaysMax));
  context_.On(share, [this] { return Share(); });

  CLI::App* unshare = app.add_subcommand("unshare", "End a sharing with the next sync");
  unshare->add_option("ID", id_, "The dossier's id, or its first digits")->required();
  context_.On(unshare, [this] { return Unshare(); });

  CLI::App* ask = app.add_subcommand(
      "ask", "Ask for a case, with a reason: on a supervisor's laptop, by its follow-up record");
  ask->add_option("ID", id_, "The follow-up record's id, or its first digits")->required();
  ask->add_option("--reason", reason_, "Why; the post reads it in its access log")->required();
  context_.On(ask, [this] { return Ask(); });

  context_.On(app.add_subcommand("sharings", "List what is shared, with whom and until when"),
              [this] { return ListSharings(); });
  context_.On(app.add_subcommand("colleagues", "List the people and laptops of the organisation"),
              [this] { return ListColleagues(); });
}

Status SharingCommands::Share() {
  SACOCHE_ASSIGN(const auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView dossier, context_.FindDossier(*engine, id_));
  SACOCHE_ASSIGN(const auto laptops, FindPerson(*engine, person_));
  std::vector<DeviceId> guests;
  for (const Member& laptop : laptops) guests.push_back(laptop.device);
  const SharingTerms terms{casework::ReaderRoleOf(laptops.front().admission.role),
                           SharedDossier::Grounds::kShared,
                           engine->Now().ms / 1000 + days_ * kDayS};
  SACOCHE_ASSIGN(const SpaceId space, engine->ShareDossier(dossier.head.id, guests, terms));
  const std::string person = engine->ProfileOf(guests.front()).person;
  context_.Print("With the next sync " + OnOneLine(person) + " (" +
                     Counted(guests.size(), "laptop") +
                     ") receives a copy of this dossier, until " + Day(terms.until_s) +
                     ".\nIt follows the dossier. What is read there until the end has been read.\n",
                 {{"space", space.ToUuid()},
                  {"dossier", dossier.head.id.ToUuid()},
                  {"person", person},
                  {"until", Day(terms.until_s)}});
  return {};
}

Status SharingCommands::Ask() {
  SACOCHE_ASSIGN(const auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordId follow_up, context_.FindRecordId(*engine, id_));
  SACOCHE_TRY(casework::AskForDossier(*engine, follow_up, reason_));
  context_.Print(
      "Asked. The post reads it in its access log after the next sync, and may share the "
      "case with you;\nif nobody is there, your administrator can open it with the "
      "holders of the recovery key:\nthe follow-up record is " +
          follow_up.ToUuid() + ".\n",
      {{"follow_up", follow_up.ToUuid()}});
  return {};
}

Status SharingCommands::Unshare() {
  SACOCHE_ASSIGN(const auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const RecordView dossier, context_.FindDossier(*engine, id_));
  SACOCHE_ASSIGN(const auto sharings, engine->Sharings());
  std::size_t ended = 0;
  for (const Sharing& sharing : sharings) {
    if (sharing.dossier != dossier.head.id || sharing.state == Sharing::State::kOver) continue;
    SACOCHE_TRY(engine->EndSharing(sharing.space));
    ++ended;
  }
  if (ended == 0)
    return Fail(ErrorCode::kNotFound, "this dossier is not shared",
                "See `sacoche sharings` for what is.");
  context_.Print("Ends with the next sync: " + Counted(ended, "sharing") +
                     ". The other laptop forgets its copy when it synchronises; what was read has "
                     "been read.\n",
                 {{"ended", ended}});
  return {};
}

Status SharingCommands::ListSharings() {
  SACOCHE_ASSIGN(const auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const auto sharings, engine->Sharings());
  std::string text;
  Json json = Json::array();
  for (const Sharing& sharing : sharings) {
    std::set<std::string> people;
    for (const DeviceId& guest : sharing.guests) people.insert(engine->ProfileOf(guest).person);
    std::string names;
    for (const std::string& name : people) names += (names.empty() ? "" : ", ") + OnOneLine(name);
    const bool on_request = sharing.grounds == SharedDossier::Grounds::kOnRequest;
    text += (sharing.is_guest ? std::string("lent to this laptop") : sharing.dossier.ToUuid()) +
            "  " + StateWord(sharing.state) + "  until " + Day(sharing.until_s) + "  " + names +
            (on_request ? "  (on request)" : "") + "\n";
    json.push_back({{"space", sharing.space.ToUuid()},
                    {"dossier", sharing.is_guest ? Json(nullptr) : Json(sharing.dossier.ToUuid())},
                    {"state", StateWord(sharing.state)},
                    {"until", Day(sharing.until_s)},
                    {"with", people},
                    {"on_request", on_request},
                    {"lent", sharing.is_guest}});
  }
  context_.Print(text.empty() ? "Nothing is shared.\n" : text, json);
  return {};
}

Status SharingCommands::ListColleagues() {
  SACOCHE_ASSIGN(const auto engine, context_.OpenStore());
  std::string text;
  Json json = Json::array();
  for (const auto& [device, member] : engine->directory().members()) {
    if (member.revoked) continue;
    const Profile profile = engine->ProfileOf(device);
    text += device.ToHex().substr(0, 8) + "  " + OnOneLine(profile.person) + " (" +
            OnOneLine(profile.device_label) + ")\n";
    json.push_back({{"device_id", device.ToHex()},
                    {"person", profile.person},
                    {"device", profile.device_label}});
  }
  context_.Print(text.empty() ? "Nobody is known yet: synchronise first.\n" : text, json);
  return {};
}

}  // namespace sacoche
