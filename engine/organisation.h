#pragma once

#include "engine/membership/directory.h"
#include "engine/membership/enrolment_request.h"
#include "engine/membership/phrase.h"
#include "engine/organisation_copy.h"
#include "engine/recovery.h"
#include "engine/seal/organisation_key.h"
#include "engine/seal/profile.h"
#include "engine/space_label.h"
#include "engine/sync/signed_request.h"

namespace sacoche {

// A device that asked to be admitted.
struct PendingDevice {
  EnrolmentRequest request;
  Profile profile;
  std::string phrase;  // to be compared with what the device shows
};

// What the ticket of a request is worth.
struct InvitationCheck {
  enum class Outcome {
    kGood,
    kNone,    // it came with an invitation that has none
    kForged,  // not made with this organisation's key
    kExpired,
    kUsed,  // another laptop was admitted with it
  } outcome = Outcome::kNone;
  std::uint16_t last_day = 0;  // of a ticket that is not forged
  std::optional<DeviceId> used_by;
};

struct LabelledSpace {
  SpaceId space;
  SpaceLabel label;
};

// The administrator's side: whoever holds the organisation's key file, or an officer with his own,
// who may do what his rank lets him (kRefused says what does not). It works on its own copy of the
// directory, which it verifies like every client and compares with the server's at each contact:
// what the server lacks is given back to it. It reads no case. One thread.
//
// A call that signs fails with kUntrusted while another history of the key's statements is about,
// with kRefused while the server does not take back what it forgot. What it has signed when the
// connection is lost is kept, and goes to the server with the next contact.
class Organisation {
 public:
  // `link` must reach the organisation's server and outlive this.
  Organisation(OrganisationKey key, const ServerLink& link);

  // Keeps the copy of the directory in that file from now on; see OrganisationCopy::KeepIn. Without
  // it, the copy lasts as long as this.
  Status KeepCopyIn(FileSystem* files, const std::string& path);
  // Called with what a contact brings to light.
  void OnNews(std::function<void(const DirectoryNews&)> on_news) { on_news_ = std::move(on_news); }

  // Takes the server for this organisation, or finds it taken by it already.
  Status Found();

  Result<SpaceId> AddSpace(const SpaceLabel& label);
  Result<SpaceId> AddSpace(const std::string& name) { return AddSpace(SpaceLabel{name}); }

  [[nodiscard]] Result<std::vector<PendingDevice>> Requests();

  // An invitation's ticket, good once, on this day and so many after it. No network.
  [[nodiscard]] InvitationTicket MakeTicket(std::uint16_t days) const;
  // What was used, the directory says, as far as it was read; the day is this machine's.
  [[nodiscard]] InvitationCheck CheckInvitation(const PendingDevice& device) const;

  // Makes the device a member. It, and the members who hold the keys, learn it at their next sync.
  // `user`: the person whose other devices it joins; nothing: a person who is new here. kUntrusted
  // if nothing can be sealed to the key that it names.
  Status Admit(const PendingDevice& device, Role role, const std::vector<SpaceId>& spaces,
               std::optional<UserId> user = std::nullopt);

  // The device's role and spaces from now on. A space that it leaves takes another key before its
  // members write anything more there. kNotFound for a device that was never admitted.
  Status Move(const DeviceId& device, Role role, const std::vector<SpaceId>& spaces);

  // Withdraws the device for good. The server refuses it from this moment; every space that it was
  // in takes another key.
  Status Revoke(const DeviceId& device, RevocationStatement::Reason reason);

  // Lets the holder of that key admit and withdraw devices, within his rank; kNone ends it.
  Status Appoint(const OfficerStatement& officer);
  // kRefused if this is an officer's key.
  [[nodiscard]] Status RequireRoot() const;

  // What is asked of the laptops from now on, each of which learns it at its next sync.
  // kInvalidInput beyond the statement's limits.
  Status SetPolicy(const PolicyStatement& policy);

  // The organisation's recovery key from now on: members grant it the keys of their spaces as they
  // synchronise, and the one before ends.
  Status SetRecoveryKey(const BoxPublicKey& key);

  // Opens with the recovery key what the device is a member of and has no key for: says in the
  // directory that it does, for all to see, and then grants. The device reads at its next sync.
  // kInvalidInput if the key is not the one in force; kNotFound for a device that was never
  // admitted.
  Result<OrganisationRecovery> UseRecoveryKey(const BoxKey& key, const DeviceId& device);
  // Whether the recovery key in force, as far as the directory was read, holds the newest key of
  // the space.
  [[nodiscard]] bool IsRecoverable(const SpaceId& space) const;

  // Reads what is new in the directory; the calls above do it themselves.
  Status Refresh();

  [[nodiscard]] const Directory& directory() const { return copy_.directory(); }
  [[nodiscard]] const OrganisationCopy& copy() const { return copy_; }
  [[nodiscard]] Result<std::vector<LabelledSpace>> Spaces();
  [[nodiscard]] const OrganisationKey& key() const { return key_; }

 private:
  // Lets devices know with which key the server signs the time, if it is another than before.
  Status NameServer();
  [[nodiscard]] Status MaySign() const;
  // Why an officer may not say that, if he may not.
  [[nodiscard]] Status CheckRank(const Statement& statement) const;
  [[nodiscard]] RequestSigner Signer() const;
  Status Send(std::string method, const std::string& path, std::string_view content_type,
              ByteView body, const std::function<Status(ByteView)>& sink) const;
  Status Say(StatementPayload payload);
  // Gives the server what it lacks.
  Status GiveBack();
  struct Answered {
    std::optional<ProblemType> refused;
    std::vector<DirectoryNews> news;
  };
  Result<Answered> Exchange(const std::vector<Bytes>& statements);
  void Tell(const std::vector<DirectoryNews>& news) const;

  OrganisationKey key_;
  ServerLink link_;
  OrganisationCopy copy_;
  std::function<void(const DirectoryNews&)> on_news_;
  std::optional<SigningPublicKey> time_key_;  // as the server last told it
};

}  // namespace sacoche
