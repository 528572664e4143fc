#pragma once

#include <map>
#include <vector>

#include "engine/casework/break_glass.h"
#include "engine/organisation.h"
#include "samples/cli/command_context.h"
#include "samples/cli/key_file.h"

namespace sacoche {

class EmergencyLaptop;

// org create, invite, requests, admit, move, revoke, appoint, dismiss, space add, post add, show,
// recovery, policy, break-glass: the administrator's side. org_directory_copy.cc, org_invite.cc,
// org_officers.cc, org_posts.cc, org_recovery.cc, org_policy.cc, org_show.cc and org_break_glass.cc
// have what their names say.
class OrgCommands {
 public:
  // Both must outlive this, and this the parsing.
  OrgCommands(CLI::App& app, CommandContext& context);
  OrgCommands(const OrgCommands&) = delete;
  OrgCommands& operator=(const OrgCommands&) = delete;

 private:
  // An organisation and what reaches its server.
  struct Office {
    KeyFileLock lock;
    Invitation invitation;
    std::unique_ptr<HttpClient> http;
    std::unique_ptr<Organisation> organisation;
  };

  void AddSetUp(CLI::App& org);
  void AddInvite(CLI::App& org);
  void AddMembership(CLI::App& org);
  void AddLeaving(CLI::App& org);
  void AddOfficers(CLI::App& org);
  void AddPosts(CLI::App& org);
  void AddPlaces(CLI::App& command);
  void AddRecovery(CLI::App& org);
  void AddBreakGlass(CLI::App& org);
  void AddPolicy(CLI::App& org);
  CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& help);

  Status Create();
  Status Invite();
  // What a laptop would meet that enrols with the text, for the administrator to read.
  [[nodiscard]] static std::string TryInvitation(HttpClient& http, const InvitationText& text);
  // Whether the laptop may be admitted by its invitation. kInvalidInput, kUntrusted say why not.
  static Status CheckInvited(Organisation& organisation, const PendingDevice& device);
  static std::string_view InvitationWord(InvitationCheck::Outcome outcome);
  Status Requests();
  Status Admit();
  Status Move();
  Status Revoke();
  Status Appoint();
  Status Dismiss();
  Status AddSpace();
  Status AddPost();
  Status Show();
  Status SplitRecovery();
  Status UseRecovery();
  Status BreakGlass();
  Status Policy();

  // Who was let in with a recovery key, for `show`.
  static void AddRecoveries(const OrganisationKey& key, const Directory& directory,
                            const std::map<SpaceId, std::string>& names, std::string& text,
                            Json& json);
  // Gives the names of the spaces.
  static std::map<SpaceId, std::string> ShowSpaces(const Organisation& organisation,
                                                   const std::vector<LabelledSpace>& spaces,
                                                   std::string& text, Json& json);
  static void ShowOfficers(const Directory& directory, const std::map<SpaceId, std::string>& names,
                           std::string& text, Json& json);
  static void ShowPolicy(const Directory& directory, std::string& text, Json& json);
  Status HandOutShares(const std::vector<RecoveryShare>& shares);
  static Result<casework::OpenedByForce> OpenWith(EmergencyLaptop& laptop,
                                                  Organisation& organisation, const BoxKey& key,
                                                  const casework::ForcedOpening& opening);
  [[nodiscard]] Result<BoxKey> JoinShares() const;
  // From the files that were named, else typed: as many as are needed.
  [[nodiscard]] Result<std::vector<RecoveryShare>> ReadShares() const;
  // Whose other laptop a new one is.
  [[nodiscard]] Result<std::optional<UserId>> FindPerson(Organisation& organisation) const;

  [[nodiscard]] Result<OrganisationKey> MakeKey();
  [[nodiscard]] Result<OrganisationKey> OpenKey();
  [[nodiscard]] Result<Invitation> ReadPlace();
  [[nodiscard]] Result<Office> OpenOffice(OrganisationKey key);
  [[nodiscard]] Result<Office> OpenOffice();
  // The directory beside the key file.
  Status KeepCopy(Office& office);
  Result<Json> MakeFirst(Organisation& organisation);
  [[nodiscard]] Result<SpaceId> EnsureSpace(Organisation& organisation);
  [[nodiscard]] static Result<PendingDevice> FindRequest(Organisation& organisation,
                                                         std::string_view phrase);
  // Those that were named, and those that the role has in the posts that were named.
  [[nodiscard]] Result<std::vector<SpaceId>> FindSpaces(Organisation& organisation) const;
  // By id, or by a name that only one has.
  [[nodiscard]] static Result<SpaceId> FindSpace(const std::vector<LabelledSpace>& known,
                                                 const std::string& typed);
  [[nodiscard]] Result<OfficerStatement> FindOfficer(Organisation& organisation) const;
  // The spaces for which a referent is to speak.
  [[nodiscard]] Result<std::vector<SpaceId>> FindScope(Organisation& organisation) const;
  Status MakeOfficerKey(const OrganisationKey& key);
  [[nodiscard]] static Result<Member> FindMember(Organisation& organisation,
                                                 std::string_view device);
  // The post's spaces, and the one that all posts share; what is there already stays.
  static Result<RecordId> MakePost(Organisation& organisation, const std::string& name,
                                   Random& random);
  static Status LetIn(Organisation& organisation, const Member& member, const RecordId& post);

  CommandContext& context_;
  std::string key_file_;
  std::string passphrase_file_;
  std::string server_;
  std::string ca_file_;
  std::string invitation_file_;
  std::string out_file_;
  std::string name_;
  std::string phrase_;
  std::string officer_;
  std::string officer_key_file_;
  std::string officer_passphrase_file_;
  std::string rank_;
  std::string role_;
  std::string device_;
  std::string reason_;
  std::vector<std::string> spaces_;
  std::vector<std::string> posts_;
  std::vector<std::string> members_;
  std::string kind_;
  std::vector<std::string> share_files_;
  RecoveryPlan plan_;
  std::string follow_up_;
  std::optional<std::uint64_t> hours_;
  std::optional<std::uint64_t> lock_after_days_;
  bool forbids_break_glass_ = false;
  bool resume_ = false;
  std::uint16_t days_ = 7;
  bool without_invitation_ = false;
};

}  // namespace sacoche
