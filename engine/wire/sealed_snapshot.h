#pragma once

#include "engine/wire/push.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace sacoche {

// What travels of a snapshot: a head, and parts of ciphertext of which part 0 holds the summary and
// each other one chunk (engine/snapshot/SNAPSHOT_FORMAT.md). docs: PROTOCOL.md, "Snapshots".
//
//   head     = identity part-count part-hash (32)* signature (64)
//   identity = format (1) space (16) epoch device (16) id (16) sequence history-tag (8)
//
// The signature covers everything before it; a part hash is BLAKE2b-256 of the part, personalised
// `sacoche.part`. So each part can be judged by itself, as it comes. MUST be refused: another
// format; an epoch or a sequence of 0; fewer than one part or more than kSnapshotPartsMax; bytes
// after the signature.

inline constexpr std::uint8_t kSealedSnapshotFormat = 1;

struct SnapshotIdentity {
  SpaceId space;
  std::uint64_t epoch = 0;
  DeviceId device;
  SnapshotId id;
  std::uint64_t sequence = 0;  // the snapshot stands for every envelope of the space up to there,
  HistoryTag history{};        // in that history

  bool operator==(const SnapshotIdentity&) const = default;
};

struct SealedSnapshotHead {
  SnapshotIdentity identity;
  std::vector<ByteArray<32>> part_hashes;
  ByteArray<64> signature{};

  bool operator==(const SealedSnapshotHead&) const = default;
};

[[nodiscard]] Bytes EncodeSnapshotIdentity(const SnapshotIdentity& identity);
// What the signature covers.
[[nodiscard]] Bytes EncodeUnsignedHead(const SealedSnapshotHead& head);
[[nodiscard]] Bytes EncodeSnapshotHead(const SealedSnapshotHead& head);
// kCorrupt, or kNewerFormat for another format number. Checks structure, not the signature.
[[nodiscard]] Result<SealedSnapshotHead> DecodeSnapshotHead(ByteView bytes);

}  // namespace sacoche
