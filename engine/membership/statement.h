#pragma once

#include <optional>
#include <variant>

#include "engine/sign/device_signature.h"
#include "platform/base/ids.h"

namespace sacoche {

// A signed sentence of the directory, the append-only log of who belongs to the organisation.
//
//   statement = version (1) kind (1) signer counter previous payload signature (64)
//   signer    = 16 zero bytes for the organisation's root, else a device id
//   counter   = varint; the signer's statements are numbered from 1
//   previous  = hash of the signer's previous statement, 32 zero bytes for its first
//
// The signature covers all that precedes it. What names a person is sealed: the server holds the
// directory and must not learn a name. A decoder MUST refuse another version, an unknown kind or
// role, a counter of 0, a use of a recovery key or a replaced view for no space or for spaces out
// of order, a policy beyond its limits, a lost key of epoch 0 or under it, a replaced view of no
// envelope, and bytes after the end.

using BoxPublicKey = ByteArray<32>;
using SealedKey = ByteArray<80>;  // crypto_box_seal of a 32-byte key

inline constexpr std::uint8_t kStatementVersion = 1;
inline constexpr std::size_t kSealedTextBytesMax = 512;
inline constexpr std::size_t kStatementSpacesMax = 64;
inline constexpr std::size_t kStatementLeaversMax = 64;
inline constexpr std::size_t kStatementGuestsMax = 16;
// By one device of one epoch number (each is of a server that was put back), and how far beyond the
// epochs that stand.
inline constexpr std::size_t kLostKeysMax = 16;
inline constexpr std::size_t kStatementBytesMax = 8192;
// A laptop that was away for longer is not believed to have been: its clock was set.
inline constexpr std::uint64_t kLockAfterDaysMax = 366;
inline constexpr std::uint64_t kLockAfterDaysByDefault = 30;
// A case that is needed for longer is shared by its post.
inline constexpr std::uint64_t kBreakGlassHoursMax = 72;

// What a person is in the organisation. Never renumbered; 3 stands for an unknown role in the
// golden vectors. What each role may read follows from the spaces that it is admitted to.
enum class Role : std::uint8_t {
  kIntervenant = 1,           // IS, and the second IS of the post
  kTechnicalSupervisor = 2,   // trained in social work
  kClinician = 4,             // nurse or psychologist beside the IS
  kFunctionalSupervisor = 5,  // the host's
  kCommittee = 6,             // reads figures
  kHierarchy = 7,             // the employer's administration
  kRegionalReferent = 8,
  kAdministrator = 9,  // of the organisation and its server; reads nothing
};
[[nodiscard]] bool IsKnownRole(std::uint8_t role);

// Kind 1, by the root, the first of all. It makes the organisation.
struct OrganisationStatement {
  SigningPublicKey root_signing_key{};
  BoxPublicKey root_box_key{};  // enrolment requests seal the person's name to it
};

// Kind 2, by the root: a set of people who may read the same records.
struct SpaceStatement {
  SpaceId space;
  Bytes sealed_name;  // under the directory key
};

// Kind 3, or 8 if it names a person; by the root or an officer: this device is a member of these
// spaces. A later one of the same device changes its spaces and role; a space that is missing then
// is left.
struct AdmissionStatement {
  SigningPublicKey signing_key{};
  BoxPublicKey box_key{};
  Role role = Role::kIntervenant;
  std::vector<SpaceId> spaces;
  SealedKey sealed_directory_key{};  // the key of the names, sealed to box_key
  Bytes sealed_profile;              // person and device label, under the directory key
  UserId user;                       // whose device it is; zero: not said
};

// The last envelope of a device in a space that is taken from it, now that it has left.
struct LeaverEnd {
  DeviceId device;
  std::uint64_t counter = 0;  // 0: none
  Hash256 hash{};             // of that envelope's manifest
  bool operator==(const LeaverEnd&) const = default;
};

// An epoch's key, sealed under the next one's, so that who holds the newest reads all that came
// before: a random nonce, ciphertext, tag.
using SealedPreviousKey = ByteArray<72>;

// Kind 4, or 14 with the key for the opener; by a member device: a space's first key begins. Kind
// 11, or 15, by a member device that had read the space to its head: since somebody left, another
// key takes its place. The commitment lets whoever is given the key see that it is the right one.
// With the key for the opener, no moment is left in which the key could be lost with its store.
// Kind 20, likewise, with the key for the opener: it passes over epochs whose keys nobody holds
// (Directory::IsKeyHeld).
struct EpochStatement {
  struct Succession {
    SealedPreviousKey previous_key{};  // that of the epoch before, or before those passed over
    std::vector<LeaverEnd> leavers;  // all who left since the epoch before was opened, by their ids
    std::uint64_t passed_over = 0;   // epochs right before this one; less than its number
  };
  SpaceId space;
  std::uint64_t epoch = 0;
  Hash256 key_commitment{};
  std::optional<Succession> succession;             // of every epoch but the first
  std::optional<SealedKey> own_key = std::nullopt;  // the epoch's key, sealed to the opener itself

  // The epoch whose key this one's opens; 0: none.
  [[nodiscard]] std::uint64_t LeadsTo() const {
    return succession ? epoch - 1 - succession->passed_over : 0;
  }
};

// Kind 5, by a member device: the epoch's key, sealed to another member or to a recovery key. By
// the root: to a device for which the organisation's recovery key was used.
struct GrantStatement {
  SpaceId space;
  std::uint64_t epoch = 0;
  DeviceId device;  // or the recipient that stands for a recovery key
  SealedKey sealed_key{};
};

// Kind 18, by a member device: an epoch of this number was opened on a server that has forgotten it
// since, and another of the same number stands; or it was passed over. What was sealed under it
// stays readable: its key, sealed under that of an epoch that the newest leads back to
// (`SealLostKey`).
struct LostKeyStatement {
  SpaceId space;
  std::uint64_t epoch = 0;
  Hash256 key_commitment{};  // of the key that gave way
  std::uint64_t under = 0;   // the epoch whose key seals it
  Hash256 under_commitment{};
  SealedPreviousKey sealed_key{};

  bool operator==(const LostKeyStatement&) const = default;
};

// Kind 19, by a member device: the directory that it had been shown was replaced by this one, since
// the server was put back. All that it had been shown when it made its envelopes up to these is
// here by now, but for what gave way: it has said again what the server lacked.
struct ReplacedViewStatement {
  struct LastEnvelope {
    SpaceId space;
    std::uint64_t counter = 0;
    bool operator==(const LastEnvelope&) const = default;
  };
  std::vector<LastEnvelope> envelopes;  // at least one, by their spaces

  bool operator==(const ReplacedViewStatement&) const = default;
};

// Kind 7, by the root: the organisation's server signs the time with this key. The last one holds.
struct ServerStatement {
  SigningPublicKey time_key{};
};

// Kind 9, by the root: who holds this key speaks for the organisation in some things. The last one
// about a key holds.
struct OfficerStatement {
  enum class Rank : std::uint8_t {
    kNone = 0,           // no longer
    kAdministrator = 1,  // makes spaces, admits to any, withdraws any device
    kReferent = 2,       // of a post: admits to these spaces, and withdraws devices of no others
  };
  SigningPublicKey signing_key{};
  Rank rank = Rank::kNone;
  std::vector<SpaceId> spaces;  // a referent's
};

// Kind 10, by the root or an officer: this device is lost, or its person left. For ever.
struct RevocationStatement {
  enum class Reason : std::uint8_t { kLost = 1, kDeparture = 2, kReplaced = 3 };
  DeviceId device;
  Reason reason = Reason::kLost;
};

// Kind 12, by the root: the organisation's recovery key; by a member device: that of its person.
// The last one of a signer holds. Members seal epoch keys to it as if it were a device.
struct RecoveryKeyStatement {
  BoxPublicKey box_key{};
};

// Stands for a recovery key where a device is named: 16 bytes of a hash of it.
[[nodiscard]] DeviceId RecoveryRecipientOf(const BoxPublicKey& key);

// Kind 13: a recovery key opens these spaces for this device. By the root for the organisation's
// key; for a person's by the device itself. Said before the key is used.
struct RecoveryUseStatement {
  DeviceId recipient;           // of the recovery key
  DeviceId device;              // the laptop that reads the spaces from now on
  std::vector<SpaceId> spaces;  // at least one, by their ids
};

// Kind 16, by a member of the parent: a space of its own for a copy of one of the parent's
// dossiers, which these devices read beside the parent's members. Only that dossier's, and only
// until then. A later one of the same space changes guests and end; without guests it has ended,
// for ever. Whose members may say so follows from the parent, so that who shares a dossier needs no
// administrator.
struct SharingStatement {
  SpaceId space;
  SpaceId parent;
  std::vector<DeviceId> guests;  // by their ids
  std::uint64_t until_s = 0;     // since 1970
  Bytes sealed_label;            // under the directory key; which dossier, and on what grounds
};

// Kind 17, by the root: what the organisation asks of its laptops. The last one holds; while none
// was said, what stands here does.
struct PolicyStatement {
  // A laptop that did not synchronise for so many days shows nothing until it has; 0: for ever
  // open.
  std::uint64_t lock_after_days = kLockAfterDaysByDefault;
  // For how long a case may be opened by force at most; 0: not at all.
  std::uint64_t break_glass_hours_max = 0;

  bool operator==(const PolicyStatement&) const = default;
};

using StatementPayload =
    std::variant<OrganisationStatement, SpaceStatement, AdmissionStatement, EpochStatement,
                 GrantStatement, ServerStatement, OfficerStatement, RevocationStatement,
                 RecoveryKeyStatement, RecoveryUseStatement, SharingStatement, PolicyStatement,
                 LostKeyStatement, ReplacedViewStatement>;

struct Statement {
  DeviceId signer;  // zero: the root
  std::uint64_t counter = 0;
  Hash256 previous{};
  StatementPayload payload;

  [[nodiscard]] bool by_root() const { return signer.is_zero(); }
};

// A statement with the bytes that were signed: what is stored, sent and hashed.
struct SignedStatement {
  Statement statement;
  Bytes bytes;     // with the signature
  Hash256 hash{};  // of the bytes
};

// The payload alone, as the statement holds it: for what waits to be said.
[[nodiscard]] Bytes EncodeSharing(const SharingStatement& sharing);
[[nodiscard]] Result<SharingStatement> DecodeSharing(ByteView bytes);

[[nodiscard]] SignedStatement SignStatement(Statement statement, const SigningKey& key);

// Structure only; whether the signer may say so is Directory's to judge.
[[nodiscard]] Result<SignedStatement> DecodeStatement(ByteView bytes);
// All of them, or the error of the first that is none.
[[nodiscard]] Result<std::vector<SignedStatement>> DecodeStatements(
    const std::vector<Bytes>& statements);

[[nodiscard]] bool VerifyStatementSignature(const SignedStatement& statement,
                                            const SigningPublicKey& key);

}  // namespace sacoche
