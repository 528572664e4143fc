#pragma once

#include <functional>
#include <map>
#include <set>

#include "engine/membership/statement.h"

namespace sacoche {

struct Member {
  DeviceId device;
  AdmissionStatement admission;  // the last one
  std::set<SpaceId> ever_in;     // spaces that it is or was in: what it wrote there stays
  std::optional<RevocationStatement::Reason> revoked;
  std::uint64_t revoked_by = 0;  // the number of the statement, from 1
  bool upheld = false;           // the revocation has no place in the log
};

// A recovery key that is in force, and the recipient that stands for it in grants.
struct RecoveryKey {
  BoxPublicKey box_key{};
  DeviceId recipient;
};

// That a recovery key was used, as the directory tells it.
struct RecoveryUse {
  Hash256 statement{};
  DeviceId signer;  // zero: the root, with the organisation's key
  RecoveryUseStatement used;
};

// What the directory's statements say, once each has been verified. Built by applying them in the
// order of the log; the server and every client apply the same rules, so that a hostile server
// cannot add a member, and a client cannot make the server believe in one. A value: copies compare.
class Directory {
 public:
  // `root`: the key that the organisation's first statement must carry. Without it the first
  // organisation statement is believed (a server that nobody has claimed yet).
  explicit Directory(std::optional<SigningPublicKey> root = std::nullopt) : root_(root) {}

  // Verifies the statement and takes it in. kUntrusted: wrong signature, broken chain, or a signer
  // who may not say so. kAlreadyExists: this very statement is known. kRefused: it contradicts what
  // stands (an epoch that somebody else opened first). A refusal changes nothing.
  Status Apply(const SignedStatement& statement);

  // A revocation that was in the log once, and has no place in it any more since its signer says
  // something else there: it holds all the same. False: what it says holds already. kUntrusted,
  // kInvalidInput for anything else.
  Result<bool> Uphold(const SignedStatement& statement);

  // The same judgement without the effect.
  [[nodiscard]] Status Check(const SignedStatement& statement) const;

  [[nodiscard]] bool has_organisation() const { return organisation_.has_value(); }
  [[nodiscard]] const std::optional<OrganisationStatement>& organisation() const {
    return organisation_;
  }
  [[nodiscard]] std::optional<SigningPublicKey> root() const { return root_; }
  // What the server signs the time with; nothing if the root has not said it.
  [[nodiscard]] const std::optional<SigningPublicKey>& time_key() const { return time_key_; }

  // What the root asks of the laptops; if it never said, what holds then.
  [[nodiscard]] const PolicyStatement& policy() const { return policy_; }

  // Whoever was ever admitted, revoked or not.
  [[nodiscard]] const Member* FindMember(const DeviceId& device) const;
  [[nodiscard]] bool IsRevoked(const DeviceId& device) const;
  [[nodiscard]] bool IsMember(const DeviceId& device, const SpaceId& space) const;
  [[nodiscard]] bool WasEverMember(const DeviceId& device, const SpaceId& space) const;
  [[nodiscard]] const std::map<DeviceId, Member>& members() const { return members_; }
  [[nodiscard]] std::vector<DeviceId> MembersOf(const SpaceId& space) const;
  // Of which the device is a member now: those of its admission, and what is shared with it or by
  // those spaces' members.
  [[nodiscard]] std::vector<SpaceId> SpacesOf(const DeviceId& device) const;
  [[nodiscard]] const std::map<SpaceId, SpaceStatement>& spaces() const { return spaces_; }

  // The newest epoch of a space; 0 if none was opened.
  [[nodiscard]] std::uint64_t CurrentEpoch(const SpaceId& space) const;
  [[nodiscard]] const EpochStatement* FindEpoch(const SpaceId& space, std::uint64_t epoch) const;
  // Who left the space since its current epoch was opened, and so still holds its key: a new one is
  // to be opened before anything more is written.
  [[nodiscard]] std::vector<DeviceId> Leavers(const SpaceId& space) const;
  // The last envelope that is taken from a device that left the space; nothing while there is no
  // bound: it is a member, or no epoch was opened since it left.
  [[nodiscard]] const LeaverEnd* FindEnd(const SpaceId& space, const DeviceId& device) const;
  [[nodiscard]] const GrantStatement* FindGrant(const SpaceId& space, std::uint64_t epoch,
                                                const DeviceId& device) const;

  // Whether a member, or a recovery key in force or a member that used one, was given that epoch's
  // key, or that of a later one which leads back to it. Who opened an epoch counts as given its
  // key.
  [[nodiscard]] bool IsKeyHeld(const SpaceId& space, std::uint64_t epoch) const;
  // The same of others than that one, or of a laptop that left the space and was not withdrawn: it
  // may come back. If not, the key comes from nobody any more, unless it is said as lost.
  [[nodiscard]] bool MayKeyCome(const SpaceId& space, std::uint64_t epoch,
                                const DeviceId& self) const;
  // The newest epoch whose key is held by others than that one; 0: none.
  [[nodiscard]] std::uint64_t NewestHeldBesides(const SpaceId& space, const DeviceId& self) const;
  // The epochs whose keys nobody else comes to by what was granted: that are not held, or that the
  // newest one does not lead back to. Whoever has such a key says it as lost.
  [[nodiscard]] std::vector<std::uint64_t> EpochsToSay(const SpaceId& space) const;
  // Whether whoever holds the newest key is led back to this one. If not, it was passed over.
  [[nodiscard]] bool IsLedBackTo(const SpaceId& space, std::uint64_t epoch) const;
  // The first that the newest one leads back to: 1, unless it was passed over. 0: none was opened.
  [[nodiscard]] std::uint64_t FirstEpoch(const SpaceId& space) const;

  // The keys of epochs of that number that gave way or were passed over, as they were said; perhaps
  // one by several, of whom not all have to be right.
  struct LostKey {
    DeviceId signer;
    LostKeyStatement said;
  };
  [[nodiscard]] const std::vector<LostKey>& FindLostKeys(const SpaceId& space,
                                                         std::uint64_t epoch) const;

  // Up to which of the device's envelopes in the space nobody has to wait for what it had been
  // shown of the directory: the server was put back since. 0: none.
  [[nodiscard]] std::uint64_t ReplacedViewsEnd(const SpaceId& space, const DeviceId& device) const;

  // -- Recovery: docs/decisions/0020-recovery-in-use.md ----------------------------------------

  // The one that the holder said last, if it is in force. Zero id: the organisation's.
  [[nodiscard]] const RecoveryKey* FindRecoveryKey(const DeviceId& holder) const;
  // The laptop that said this key; zero: the organisation. Nothing if the key is not in force.
  [[nodiscard]] std::optional<DeviceId> HolderOf(const DeviceId& recipient) const;
  // Whether both are laptops of one person, as far as the directory says whose they are.
  [[nodiscard]] bool IsOfSamePerson(const DeviceId& one, const DeviceId& other) const;
  // Whether the space's keys are granted to that recovery key. The organisation's: every space's; a
  // laptop's: those of its spaces, and of the spaces that it was in when it was lost or replaced,
  // until another laptop of its person says a key, or the person leaves.
  [[nodiscard]] bool Recovers(const DeviceId& recipient, const SpaceId& space) const;
  // Which those are, in the order of their holders.
  [[nodiscard]] std::vector<RecoveryKey> RecoveryKeysOf(const SpaceId& space) const;
  // Whether a recovery key opened the space for that laptop: it may be alone in it.
  [[nodiscard]] bool WasRecoveredFor(const DeviceId& device, const SpaceId& space) const;
  // In the order in which they were said.
  [[nodiscard]] const std::vector<RecoveryUse>& recovery_uses() const { return recovery_uses_; }

  // For the signer's next statement. Zero id: the root.
  [[nodiscard]] std::uint64_t NextCounter(const DeviceId& signer) const;
  [[nodiscard]] Hash256 LastHash(const DeviceId& signer) const;

  [[nodiscard]] bool Knows(const Hash256& statement) const { return known_.contains(statement); }

  [[nodiscard]] const OfficerStatement* FindOfficer(const DeviceId& signer) const;
  // Whoever ever was one, dismissed or not.
  [[nodiscard]] const std::map<DeviceId, OfficerStatement>& officers() const { return officers_; }
  // Whether the signer may say that at all: of a member or an officer, by his rank and spaces.
  [[nodiscard]] bool MaySay(const Statement& statement) const;

  // What was last said of a sharing, also one that has ended; nothing: the space is none.
  [[nodiscard]] const SharingStatement* FindSharing(const SpaceId& space) const;
  [[nodiscard]] const std::map<SpaceId, SharingStatement>& sharings() const { return sharings_; }

  [[nodiscard]] std::uint64_t statement_count() const { return known_.size(); }

 private:
  struct ChainHead {
    std::uint64_t counter = 0;
    Hash256 hash{};
  };
  struct Epoch {
    EpochStatement statement;
    DeviceId opener;
    std::map<DeviceId, GrantStatement> grants;
  };
  using EpochKey = std::pair<SpaceId, std::uint64_t>;

  // By epoch: whether it was given to somebody who counts, or a later one that leads back to it.
  // The recipients of recovery keys count by themselves, or by who used them.
  using Counts = std::function<bool(const DeviceId&)>;
  [[nodiscard]] std::vector<bool> Held(const SpaceId& space, const Counts& counts) const;
  [[nodiscard]] Counts IsHolder(const SpaceId& space) const;
  [[nodiscard]] Status CheckPayload(const Statement& statement) const;
  [[nodiscard]] Status CheckOrganisation(const OrganisationStatement& payload) const;
  [[nodiscard]] Status CheckSpace(const SpaceStatement& payload) const;
  [[nodiscard]] Status CheckAdmission(const AdmissionStatement& payload) const;
  [[nodiscard]] Status CheckEpoch(const EpochStatement& payload, const DeviceId& signer) const;
  [[nodiscard]] Status CheckSuccession(const EpochStatement& payload, const DeviceId& signer) const;
  [[nodiscard]] Status CheckGrant(const GrantStatement& payload, const DeviceId& signer) const;
  [[nodiscard]] Status CheckLostKey(const LostKeyStatement& payload, const DeviceId& signer) const;
  [[nodiscard]] Status CheckReplacedView(const ReplacedViewStatement& payload,
                                         const DeviceId& signer) const;
  [[nodiscard]] Status CheckRevocation(const RevocationStatement& payload) const;
  // directory_sharing.cc
  [[nodiscard]] Status CheckSharing(const SharingStatement& payload, const DeviceId& signer) const;
  void TakeSharing(const SharingStatement& payload);
  void JoinSharings(const DeviceId& device, const SpaceId& parent);
  void LeaveSharings(const DeviceId& device, const SpaceId& parent);
  [[nodiscard]] Status CheckRecoveryKey(const RecoveryKeyStatement& payload,
                                        const DeviceId& signer) const;
  [[nodiscard]] Status CheckRecoveryUse(const RecoveryUseStatement& payload,
                                        const DeviceId& signer) const;
  // The root may give away only what the organisation's recovery key was used for.
  [[nodiscard]] bool MayRootGrant(const GrantStatement& payload) const;
  [[nodiscard]] bool MayAdmit(const OfficerStatement& officer,
                              const AdmissionStatement& payload) const;
  [[nodiscard]] bool MayRevoke(const OfficerStatement& officer,
                               const RevocationStatement& payload) const;
  void Take(const Statement& said);
  void Admit(const AdmissionStatement& admission);
  void Revoke(const RevocationStatement& revocation);
  void OpenEpoch(const EpochStatement& epoch, const DeviceId& opener);
  void Leave(const DeviceId& device, const SpaceId& space);
  void HoldRecoveryKey(const RecoveryKeyStatement& payload, const DeviceId& holder);
  // Whether that laptop's person leaves, whose code on paper was in force until now.
  [[nodiscard]] bool EndsRecovery(const RevocationStatement& revocation) const;
  // Those of the person's laptops that are gone.
  void EndRecoveryOfGoneLaptops(const DeviceId& device);
  // Which recipient is given the keys of which space, among the keys of the holder and its person.
  using RecoveryRights = std::set<std::pair<SpaceId, DeviceId>>;
  [[nodiscard]] RecoveryRights RightsAround(const DeviceId& holder) const;
  // Whoever holds the newest key and lost the right to the next one leaves the space.
  void SettleRights(const RecoveryRights& before, const RecoveryRights& after);
  [[nodiscard]] bool HolderRecovers(const DeviceId& holder, const SpaceId& space) const;
  [[nodiscard]] Result<SigningPublicKey> SignerKey(const Statement& statement) const;

  std::optional<SigningPublicKey> root_;
  std::optional<OrganisationStatement> organisation_;
  std::optional<SigningPublicKey> time_key_;
  PolicyStatement policy_;
  std::map<SpaceId, SpaceStatement> spaces_;
  std::map<DeviceId, Member> members_;
  std::map<DeviceId, OfficerStatement> officers_;
  std::map<EpochKey, Epoch> epochs_;
  std::map<EpochKey, std::vector<LostKey>> lost_keys_;
  std::map<SpaceId, SharingStatement> sharings_;
  std::map<SpaceId, std::set<DeviceId>> leavers_;
  std::map<std::pair<SpaceId, DeviceId>, LeaverEnd> ends_;
  std::map<std::pair<SpaceId, DeviceId>, std::uint64_t> replaced_views_ends_;
  std::map<DeviceId, RecoveryKey> recovery_keys_;  // by their holders
  std::vector<RecoveryUse> recovery_uses_;
  std::map<DeviceId, ChainHead> chains_;
  std::set<Hash256> known_;
};

}  // namespace sacoche
