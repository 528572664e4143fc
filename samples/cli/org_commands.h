#pragma once

#include <vector>

#include "engine/organisation.h"
#include "samples/cli/command_context.h"

namespace sacoche {

// org create, invite, requests, admit, space add, show: the administrator's side.
class OrgCommands {
 public:
  // Both must outlive this, and this the parsing.
  OrgCommands(CLI::App& app, CommandContext& context);
  OrgCommands(const OrgCommands&) = delete;
  OrgCommands& operator=(const OrgCommands&) = delete;

 private:
  // An organisation and what reaches its server.
  struct Office {
    Invitation invitation;
    std::unique_ptr<HttpClient> http;
    std::unique_ptr<Organisation> organisation;
  };

  void AddSetUp(CLI::App& org);
  void AddMembership(CLI::App& org);
  void AddLeaving(CLI::App& org);
  CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& help);

  Status Create();
  Status Invite();
  Status Requests();
  Status Admit();
  Status Move();
  Status Revoke();
  Status AddSpace();
  Status Show();

  [[nodiscard]] Result<OrganisationKey> MakeKey();
  [[nodiscard]] Result<OrganisationKey> OpenKey();
  [[nodiscard]] Result<Invitation> ReadPlace();
  [[nodiscard]] Result<Office> OpenOffice(OrganisationKey key);
  [[nodiscard]] Result<Office> OpenOffice();
  [[nodiscard]] Result<SpaceId> EnsureSpace(Organisation& organisation);
  [[nodiscard]] static Result<PendingDevice> FindRequest(Organisation& organisation,
                                                         std::string_view phrase);
  [[nodiscard]] Result<std::vector<SpaceId>> FindSpaces(Organisation& organisation) const;
  [[nodiscard]] Result<Member> FindMember(Organisation& organisation) const;

  CommandContext& context_;
  std::string key_file_;
  std::string passphrase_file_;
  std::string server_;
  std::string ca_file_;
  std::string invitation_file_;
  std::string out_file_;
  std::string name_;
  std::string phrase_;
  std::string role_;
  std::string device_;
  std::string reason_;
  std::vector<std::string> spaces_;
  bool resume_ = false;
};

}  // namespace sacoche
