#pragma once

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
// role, a counter of 0, and bytes after the end.

using BoxPublicKey = ByteArray<32>;
using SealedKey = ByteArray<80>;  // crypto_box_seal of a 32-byte key

inline constexpr std::uint8_t kStatementVersion = 1;
inline constexpr std::size_t kSealedTextBytesMax = 512;
inline constexpr std::size_t kStatementSpacesMax = 64;
inline constexpr std::size_t kStatementBytesMax = 4096;

// Never renumbered.
enum class Role : std::uint8_t { kIntervenant = 1, kTechnicalSupervisor = 2 };

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

// Kind 3, by the root: this device is a member of these spaces.
struct AdmissionStatement {
  SigningPublicKey signing_key{};
  BoxPublicKey box_key{};
  Role role = Role::kIntervenant;
  std::vector<SpaceId> spaces;
  SealedKey sealed_directory_key{};  // the key of the names, sealed to box_key
  Bytes sealed_profile;              // person and device label, under the directory key
};

// Kind 4, by a member device: a space's key number `epoch` begins. The commitment lets whoever is
// given the key see that it is the right one.
struct EpochStatement {
  SpaceId space;
  std::uint64_t epoch = 0;
  Hash256 key_commitment{};
};

// Kind 5, by a member device: the epoch's key, sealed to another member.
struct GrantStatement {
  SpaceId space;
  std::uint64_t epoch = 0;
  DeviceId device;
  SealedKey sealed_key{};
};

// Kind 7, by the root: the organisation's server signs the time with this key. The last one holds.
struct ServerStatement {
  SigningPublicKey time_key{};
};

using StatementPayload = std::variant<OrganisationStatement, SpaceStatement, AdmissionStatement,
                                      EpochStatement, GrantStatement, ServerStatement>;

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

[[nodiscard]] SignedStatement SignStatement(Statement statement, const SigningKey& key);

// Structure only; whether the signer may say so is Directory's to judge.
[[nodiscard]] Result<SignedStatement> DecodeStatement(ByteView bytes);

[[nodiscard]] bool VerifyStatementSignature(const SignedStatement& statement,
                                            const SigningPublicKey& key);

}  // namespace sacoche
