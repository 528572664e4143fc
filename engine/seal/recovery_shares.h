#pragma once

#include <vector>

#include "engine/seal/key_wrap.h"

namespace sacoche {

// The organisation's recovery key, an X25519 pair, among holders: any `needed` of them restore it,
// fewer learn nothing. Each keeps one share, on paper, and whoever reads the paper holds the share.
//
//   share = format (1) organisation (8) set (8) needed (1) holders (1) number (1) key check (16)
//           value (32) checksum (2)                                                     70 bytes
//
//   organisation  the first bytes of BLAKE2b-256, personal `sacoche.org`, of the root signing key
//   set           random; shares that were made together have the same
//   number        1 to holders, the place of the value on the polynomial
//   key check     the first bytes of BLAKE2b-256, personal `sacoche.recovery`, of format,
//                 organisation, set, needed, holders and the recovery public key (32)
//   value         an element of the field of secret_sharing.h
//   checksum      the first bytes of BLAKE2b-256, personal `sacoche.share`, of all that precedes
//
// The polynomial's value at zero is m of the X25519 secret 2^254 + 8 m, m < 2^251: RFC 7748 fixes
// the other bits of every secret, so all that counts of one fits in the field.
//
// On paper: 28 groups of five letters, four lines of seven (platform/base/paper_groups.h). The
// checksum tells accidents and says which share; the key check, against which the joined key is
// held, keeps a wrong key from being taken for the right one, whoever made it.
//
// A decoder MUST refuse another format, a wrong length or checksum, anything but
// 2 <= needed <= holders <= 16 and 1 <= number <= holders, and a value that is no element. The
// first group on paper holds the format in every format to come.
inline constexpr unsigned kRecoveryNeededMin = 2;
inline constexpr unsigned kRecoveryHoldersMax = 16;
inline constexpr std::size_t kRecoveryShareBytes = 70;

using OrganisationFingerprint = ByteArray<8>;
using RecoverySetId = ByteArray<8>;
using RecoveryKeyCheck = ByteArray<16>;

[[nodiscard]] OrganisationFingerprint FingerprintOf(const SigningPublicKey& root_signing_key);

struct RecoveryPlan {
  unsigned needed = 0;
  unsigned holders = 0;
};

struct RecoveryShare {
  OrganisationFingerprint organisation{};
  RecoverySetId set{};
  RecoveryPlan plan;
  std::uint8_t number = 0;
  RecoveryKeyCheck key_check{};
  SecretBytes value;  // 32 bytes
};

// All functions: any thread, no state; what is secret in their results wipes itself.

// One share for each holder, in the order of their numbers. kInvalidInput for a plan beyond the
// limits. Two calls give two sets, whose shares do not join.
[[nodiscard]] Result<std::vector<RecoveryShare>> SplitRecoveryKey(
    const BoxKey& key, const OrganisationFingerprint& organisation, const RecoveryPlan& plan);

// The key, whose public half is the one that was split. Errors speak of shares by their place in
// `shares`, from 1: kInvalidInput for too few (and how many are missing), one twice, or shares of
// other sets or organisations; kCorrupt for shares that contradict each other; kUntrusted if the
// key that they give is not the one that they name.
[[nodiscard]] Result<BoxKey> JoinRecoveryKey(std::span<const RecoveryShare> shares);

[[nodiscard]] SecretBytes EncodeRecoveryShare(const RecoveryShare& share);
// kNewerFormat, or kCorrupt.
[[nodiscard]] Result<RecoveryShare> DecodeRecoveryShare(ByteView bytes);

[[nodiscard]] SecretBytes PrintRecoveryShare(const RecoveryShare& share);
// As somebody typed it. kInvalidInput names the groups that are mistyped, or says how many letters
// were expected; kCorrupt if the groups are right and do not belong together; kNewerFormat.
[[nodiscard]] Result<RecoveryShare> ParseRecoveryShare(ByteView typed);

}  // namespace sacoche
