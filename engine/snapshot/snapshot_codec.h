#pragma once

#include <functional>

#include "engine/snapshot/snapshot.h"
#include "platform/base/result.h"

namespace sacoche {

// SNAPSHOT_FORMAT.md. Equal values give equal bytes; a decoder accepts no other bytes for them.
inline constexpr std::uint8_t kSnapshotFormat = 1;

// A chunk ends at the first register with which its plain form reaches this much: enough for zstd
// to see what records have in common, little enough to lose to a cut.
inline constexpr std::size_t kSnapshotChunkPlainBytesTarget = 512 * 1024;
inline constexpr std::size_t kSnapshotChunkPlainBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kSnapshotChunkBytesMax = 1024 * 1024 - 64;
inline constexpr std::size_t kSnapshotSummaryBytesMax = 512 * 1024;
inline constexpr std::size_t kSnapshotChainsMax = 4096;
inline constexpr std::size_t kSnapshotReplicasMax = 16 * 1024;
inline constexpr std::size_t kSnapshotBeyondMax = 16 * 1024;
// Counters and sequences are positive integers in SQL too.
inline constexpr std::uint64_t kSnapshotNumberMax = kDotCounterMax;

// kLimit if it is beyond a limit above.
[[nodiscard]] Result<Bytes> EncodeSnapshotSummary(const SnapshotSummary& summary);
// kCorrupt, kLimit or kNewerFormat.
[[nodiscard]] Result<SnapshotSummary> DecodeSnapshotSummary(ByteView bytes);

// Precondition: at least one record, sorted by id, each once, with at least one register and no
// empty register. kLimit if the chunk would be larger than allowed.
[[nodiscard]] Result<Bytes> EncodeSnapshotChunk(const std::vector<SnapshotRecord>& records);
// kCorrupt, kLimit or kNewerFormat.
[[nodiscard]] Result<std::vector<SnapshotRecord>> DecodeSnapshotChunk(ByteView bytes);

// Cuts records, which come sorted by id, into chunks at places that follow from the records alone.
class SnapshotCutter {
 public:
  // Takes each chunk, encoded; its error ends the snapshot.
  using Sink = std::function<Status(Bytes chunk)>;

  explicit SnapshotCutter(Sink sink) : sink_(std::move(sink)) {}

  // Registers without siblings and awaited dots are left out, and so is a record without others.
  Status Add(const SnapshotRecord& record);
  // After the last record.
  Status Finish();

  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  Status Flush();

  Sink sink_;
  std::vector<SnapshotRecord> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t records_ = 0;
};

// Checks that chunks follow each other as a SnapshotCutter makes them. kCorrupt if they do not.
class SnapshotOrder {
 public:
  Status Take(const std::vector<SnapshotRecord>& chunk);
  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  std::optional<SnapshotRecord> last_;  // with its last register only
  std::uint64_t records_ = 0;
};

}  // namespace sacoche
