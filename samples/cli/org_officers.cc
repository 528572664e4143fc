// The part of OrgCommands that appoints officers and dismisses them.

#include <set>

#include "engine/casework/posts.h"
#include "samples/cli/key_file.h"
#include "samples/cli/org_commands.h"
#include "samples/cli/org_words.h"
#include "samples/cli/passphrase.h"

namespace sacoche {
namespace {

using Rank = OfficerStatement::Rank;

constexpr PassphraseSource kOfficerPassphrase{
    "Passphrase of the officer's key", "SACOCHE_OFFICER_PASSPHRASE", "--officer-passphrase-file"};

}  // namespace

void OrgCommands::AddOfficers(CLI::App& org) {
  const char* place = "The invitation file, instead of --server and --ca";
  CLI::App* appoint = AddCommand(
      org, "appoint",
      "Let somebody admit and withdraw laptops with a key file of his own, as his rank lets him");
  appoint->add_option("--invitation", invitation_file_, place);
  CLI::Option* file = appoint->add_option("--officer-key", officer_key_file_,
                                          "Where to write a new officer's key file");
  appoint->add_option("--officer", officer_, "Or an officer, from `org show`: his rank from now on")
      ->excludes(file);
  appoint->add_option("--officer-passphrase-file", officer_passphrase_file_,
                      "A file whose first line is the passphrase of the officer's key (else "
                      "SACOCHE_OFFICER_PASSPHRASE, else asked)");
  appoint
      ->add_option("--rank", rank_,
                   "administrator: makes posts, admits to any and withdraws any laptop; referent: "
                   "admits to the spaces of his post and withdraws laptops of no other")
      ->required()
      ->check(CLI::IsMember(WordsIn(kRanks)));
  AddPlaces(*appoint);
  context_.On(appoint, [this] { return Appoint(); });

  CLI::App* dismiss = AddCommand(org, "dismiss", "End what an officer's key can do");
  dismiss->add_option("--invitation", invitation_file_, place);
  dismiss->add_option("OFFICER", officer_, "His id, or its first 8 digits, from `org show`")
      ->required();
  context_.On(dismiss, [this] { return Dismiss(); });
}

Result<OfficerStatement> OrgCommands::FindOfficer(Organisation& organisation) const {
  SACOCHE_TRY(organisation.Refresh());
  std::vector<OfficerStatement> found;
  for (const auto& [id, officer] : organisation.directory().officers())
    if (officer_.size() >= 8 && id.ToHex().starts_with(officer_)) found.push_back(officer);
  if (found.size() == 1) return found.front();
  return Fail(ErrorCode::kNotFound,
              found.empty() ? "there is no officer of this id"
                            : "several officers have ids that "
                              "begin so",
              "Copy the id from `sacoche org show --json`.");
}

// All that a post has of its own, and what its people share with the other posts.
Result<std::vector<SpaceId>> OrgCommands::FindScope(Organisation& organisation) const {
  if (kRanks.at(rank_) == Rank::kAdministrator) {
    if (spaces_.empty() && posts_.empty()) return std::vector<SpaceId>();
    return Fail(ErrorCode::kInvalidInput, "an administrator speaks for all posts",
                "Leave out --post and --space, or choose --rank referent.");
  }
  if (spaces_.empty() && posts_.empty())
    return Fail(ErrorCode::kInvalidInput, "it was not said for which post the referent speaks",
                "Give --post with its name, or --space.");
  SACOCHE_ASSIGN(const auto known, organisation.Spaces());
  std::set<SpaceId> scope;
  for (const std::string& typed : spaces_) {
    SACOCHE_ASSIGN(const SpaceId space, FindSpace(known, typed));
    scope.insert(space);
  }
  for (const std::string& name : posts_) {
    SACOCHE_ASSIGN(const RecordId post, casework::FindPost(known, name));
    for (const auto& [space, label] : known)
      if (label.post == post) scope.insert(space);
    for (const Role role : {Role::kIntervenant, Role::kClinician})
      for (const SpaceId& space : casework::SpacesForRole(known, role, std::array{post}))
        scope.insert(space);
  }
  if (scope.size() > kStatementSpacesMax)
    return Fail(ErrorCode::kLimit, "a referent speaks for at most 64 spaces",
                "Appoint one for each of several posts.");
  return std::vector<SpaceId>(scope.begin(), scope.end());
}

Status OrgCommands::MakeOfficerKey(const OrganisationKey& key) {
  SACOCHE_ASSIGN(
      const SecretBytes passphrase,
      ReadPassphrase(kOfficerPassphrase, officer_passphrase_file_, PassphraseUse::kCreate));
  SACOCHE_ASSIGN(const Bytes file, EncodeOrganisationKey(key, passphrase.view()));
  return WriteNewKeyFile(officer_key_file_, file);
}

Status OrgCommands::Appoint() {
  if (officer_key_file_.empty() == officer_.empty())
    return Fail(ErrorCode::kInvalidInput, "it was not said who is appointed",
                "Give --officer-key with a new file, or --officer with an id from `org show`.");
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_TRY(office.organisation->RequireRoot());
  OfficerStatement officer;
  if (!officer_.empty()) {
    SACOCHE_ASSIGN(officer, FindOfficer(*office.organisation));
  }
  officer.rank = kRanks.at(rank_);
  SACOCHE_TRY(office.organisation->Refresh());
  SACOCHE_ASSIGN(officer.spaces, FindScope(*office.organisation));
  if (officer_.empty()) {
    // On the disk before the directory names it, as the organisation's own.
    const OrganisationKey key = office.organisation->key().ForOfficer();
    SACOCHE_TRY(MakeOfficerKey(key));
    officer.signing_key = key.signing_key.public_key();
  }
  SACOCHE_TRY(office.organisation->Appoint(officer));
  const DeviceId id = DeviceIdOf(officer.signing_key);
  context_.Print(
      "Appointed: " + id.ToHex().substr(0, 8) + ", " + rank_ + ".\n" +
          (officer_.empty()
               ? "Hand the file " + officer_key_file_ +
                     " over in person, and the passphrase apart from it; keep no copy. He works "
                     "with it as\n`--key`. It shows the names in the directory and the requests of "
                     "laptops, and opens no case.\n"
               : ""),
      {{"officer_id", id.ToHex()}, {"rank", rank_}, {"spaces", officer.spaces.size()}});
  return {};
}

Status OrgCommands::Dismiss() {
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  SACOCHE_TRY(office.organisation->RequireRoot());
  SACOCHE_ASSIGN(OfficerStatement officer, FindOfficer(*office.organisation));
  if (officer.rank == Rank::kNone)
    return Fail(ErrorCode::kAlreadyExists, "that officer is dismissed already",
                "There is nothing more to do.");
  officer.rank = Rank::kNone;
  officer.spaces.clear();
  SACOCHE_TRY(office.organisation->Appoint(officer));
  const DeviceId id = DeviceIdOf(officer.signing_key);
  context_.Print("Dismissed: " + id.ToHex().substr(0, 8) +
                     ". The server takes nothing from that key any more; what it said until now "
                     "stands: look through\n`sacoche org show`.\n",
                 {{"officer_id", id.ToHex()}});
  return {};
}

}  // namespace sacoche
