// The part of OrgCommands that has to do with the organisation's recovery key.

#include <filesystem>
#include <iostream>

#include "samples/cli/key_file.h"
#include "samples/cli/org_commands.h"
#include "samples/cli/passphrase.h"

namespace sacoche {
namespace {

constexpr std::size_t kShareFileBytesMax = 4096;
constexpr std::size_t kShareLines = 4;
constexpr int kTriesMax = 5;

std::string ShareFile(const std::string& folder, const RecoveryShare& share) {
  return folder + "/share-" + std::to_string(share.number) + "-of-" +
         std::to_string(share.plan.holders) + ".txt";
}

// Line by line, as it stands on paper; a slip is named and the share asked for again.
Result<RecoveryShare> AskForShare(std::size_t number) {
  for (int tries = 1;; ++tries) {
    SecretBytes typed;
    for (std::size_t line = 1; line <= kShareLines; ++line) {
      SACOCHE_ASSIGN(const SecretBytes more,
                     AskForSecret("Share " + std::to_string(number) + ", line " +
                                      std::to_string(line) + " of 4: ",
                                  "Give the shares with --share-file FILE, one for each."));
      SecretBytes longer(typed.size() + more.size() + 1);
      std::ranges::copy(typed.view(), longer.span().begin());
      std::ranges::copy(more.view(), longer.span().begin() + static_cast<long>(typed.size()));
      longer.span().back() = '\n';
      typed = std::move(longer);
    }
    auto share = ParseRecoveryShare(typed.view());
    if (share || tries == kTriesMax) return share;
    std::cerr << share.error().message << ". " << share.error().advice << "\n";
  }
}

// Before anybody relies on them.
Status CheckThatTheyJoin(const std::vector<RecoveryShare>& shares, const BoxKey& key) {
  const auto joined = JoinRecoveryKey(std::span(shares).last(shares.front().plan.needed));
  if (joined && joined->public_key() == key.public_key()) return {};
  return Fail(ErrorCode::kIo, "the shares that were made do not give the key",
              "Do not use them. Try again, and on another computer if it happens again.");
}

}  // namespace

void OrgCommands::AddRecovery(CLI::App& org) {
  const char* place = "The invitation file, instead of --server and --ca";
  CLI::App* recovery = org.add_subcommand(
      "recovery", "The organisation's recovery key, shared among holders on paper");
  recovery->require_subcommand(1);
  CLI::App* split =
      AddCommand(*recovery, "split", "Make a recovery key and its shares; the key before it ends");
  split->add_option("--invitation", invitation_file_, place);
  split->add_option("--needed", plan_.needed, "How many holders together restore a space")
      ->required();
  split->add_option("--holders", plan_.holders, "How many people keep a share, at most 16")
      ->required();
  split->add_option("--out", out_file_,
                    "A folder for one file a share, to be printed and destroyed (else shown)");
  context_.On(split, [this] { return SplitRecovery(); });

  CLI::App* use = AddCommand(
      *recovery, "use", "Give a laptop what its spaces hold, with the shares of enough holders");
  use->add_option("--invitation", invitation_file_, place);
  use->add_option("DEVICE", device_, "The new laptop's id, or its first 8 digits, from `org show`")
      ->required();
  use->add_option("--share-file", share_files_, "A file with one share; else they are asked for")
      ->allow_extra_args(false);
  context_.On(use, [this] { return UseRecovery(); });
}

void OrgCommands::AddRecoveries(const OrganisationKey& key, const Directory& directory,
                                const std::map<SpaceId, std::string>& names, std::string& text,
                                Json& json) {
  json = Json::array();
  if (!directory.recovery_uses().empty()) text += "Recoveries:\n";
  for (const RecoveryUse& use : directory.recovery_uses()) {
    const auto name = OpenName(key.directory_key.view(),
                               directory.FindMember(use.used.device)->admission.sealed_profile);
    const Profile profile =
        name ? DecodeProfile(*name).value_or(Profile{"?", ""}) : Profile{"?", ""};
    const bool by_organisation = use.signer.is_zero();
    Json spaces = Json::array();
    std::string listed;
    for (const SpaceId& space : use.used.spaces) {
      spaces.push_back(space.ToUuid());
      listed += (listed.empty() ? "" : ", ") + OnOneLine(names.at(space));
    }
    text += "  " + use.used.device.ToHex().substr(0, 8) + "  " + OnOneLine(profile.person) + " (" +
            OnOneLine(profile.device_label) + ")  " +
            (by_organisation ? "by the organisation's key" : "by a code on paper") + ": " + listed +
            "\n";
    json.push_back({{"by", by_organisation ? "organisation" : "code"},
                    {"device_id", use.used.device.ToHex()},
                    {"person", profile.person},
                    {"device", profile.device_label},
                    {"spaces", std::move(spaces)}});
  }
}

Status OrgCommands::HandOutShares(const std::vector<RecoveryShare>& shares) {
  std::string text;
  Json json = Json::array();
  if (!out_file_.empty()) {
    std::error_code error;
    std::filesystem::create_directories(out_file_, error);
    if (error)
      return Fail(ErrorCode::kIo, "the folder of the shares cannot be made: " + error.message(),
                  "Check the path and its permissions.");
  }
  for (const RecoveryShare& share : shares) {
    const SecretBytes printed = PrintRecoveryShare(share);
    const std::string groups(TextOf(printed.view()));
    if (!out_file_.empty()) {
      const std::string file = ShareFile(out_file_, share);
      SACOCHE_TRY(WriteNewKeyFile(file, ViewOf(groups + "\n")));
      json.push_back({{"number", share.number}, {"file", file}});
    } else {
      text += "Share " + std::to_string(share.number) + " of " +
              std::to_string(share.plan.holders) + ", of which " +
              std::to_string(share.plan.needed) + " are needed:\n\n" + groups + "\n\n";
      json.push_back({{"number", share.number}, {"share", groups}});
    }
  }
  context_.Print(text, {{"needed", plan_.needed}, {"holders", plan_.holders}, {"shares", json}});
  if (context_.out().flush()) return {};
  return Fail(ErrorCode::kIo, "the shares could not be written out", "Check the disk.");
}

// The shares are out before the key is in force: one that nobody holds would end the one before.
Status OrgCommands::SplitRecovery() {
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_TRY(office.organisation->RequireRoot());
  const BoxKey key = BoxKey::Generate();
  SACOCHE_ASSIGN(const auto shares,
                 SplitRecoveryKey(key, FingerprintOf(office.organisation->key().root()), plan_));
  SACOCHE_TRY(CheckThatTheyJoin(shares, key));
  SACOCHE_TRY(office.organisation->Refresh());  // a server that is away should cost no papers
  SACOCHE_TRY(HandOutShares(shares));
  if (Status said = office.organisation->SetRecoveryKey(key.public_key()); !said) {
    const RecoveryKey* next = office.organisation->directory().FindRecoveryKey(DeviceId());
    const bool is_kept = next != nullptr && next->box_key == key.public_key();
    said.error().advice +=
        is_kept ? " Keep these shares: their key is in force once the server has what was signed."
                : " Destroy these shares: their key is not in force.";
    return said;
  }
  if (!context_.json)
    context_.out()
        << "The recovery key is in force, and shares of an earlier one are worth nothing "
           "more. Give each holder a paper;\nkeep no copy. Each space can be restored "
           "once one of its laptops has synchronised: see `sacoche org show`.\n";
  return {};
}

Result<std::vector<RecoveryShare>> OrgCommands::ReadShares() const {
  std::vector<RecoveryShare> shares;
  for (const std::string& file : share_files_) {
    SACOCHE_ASSIGN(const SecretBytes text, ReadSecretFile(file, kShareFileBytesMax));
    auto share = ParseRecoveryShare(text.view());
    if (!share) {
      share.error().message = file + ": " + share.error().message;
      return Forward(std::move(share).error());
    }
    shares.push_back(std::move(*share));
  }
  if (!shares.empty()) return shares;
  do {
    SACOCHE_ASSIGN(RecoveryShare share, AskForShare(shares.size() + 1));
    shares.push_back(std::move(share));
  } while (shares.size() < shares.front().plan.needed);
  return shares;
}

Result<BoxKey> OrgCommands::JoinShares() const {
  SACOCHE_ASSIGN(const auto shares, ReadShares());
  return JoinRecoveryKey(shares);
}

Status OrgCommands::UseRecovery() {
  SACOCHE_TRY(ReadPlace());
  SACOCHE_ASSIGN(const auto shares, ReadShares());
  SACOCHE_ASSIGN(const BoxKey key, JoinRecoveryKey(shares));
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_TRY(office.organisation->RequireRoot());
  Organisation& organisation = *office.organisation;
  if (shares.front().organisation != FingerprintOf(organisation.key().root()))
    return Fail(ErrorCode::kInvalidInput, "these are shares of another organisation",
                "Choose the key file and the shares of one organisation.");
  SACOCHE_ASSIGN(const Member member, FindMember(organisation, device_));
  SACOCHE_ASSIGN(const auto known, organisation.Spaces());
  SACOCHE_ASSIGN(const OrganisationRecovery done, organisation.UseRecoveryKey(key, member.device));
  const auto list = [&](const std::vector<SpaceId>& spaces, Json& json) {
    std::string names;
    json = Json::array();
    for (const auto& [space, label] : known)
      if (std::ranges::count(spaces, space) > 0) {
        names += (names.empty() ? "" : ", ") + OnOneLine(label.name);
        json.push_back({{"id", space.ToUuid()}, {"name", label.name}});
      }
    return names;
  };
  Json json = {{"device_id", member.device.ToHex()}};
  const std::string opened = list(done.opened, json["opened"]);
  const std::string had_key = list(done.had_key, json["had_key"]);
  const std::string not_given = list(done.not_given, json["not_given"]);
  std::string text;
  if (!opened.empty())
    text += "Opened: " + opened +
            ". The laptop reads it when it synchronises, and every laptop of these spaces is "
            "told.\nWhat the laptops that are gone had not sent is lost.\n";
  if (!had_key.empty()) text += "The laptop was given the key already: " + had_key + ".\n";
  if (!not_given.empty())
    text += "Not restored, since the recovery key was never given its keys: " + not_given + ".\n";
  context_.Print(text.empty() ? "There is nothing to restore for this laptop.\n" : text, json);
  return {};
}

}  // namespace sacoche
