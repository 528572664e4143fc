#include "engine/snapshot/snapshot_codec.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::size_t kReplicaBytesMin = ReplicaId::kSize + 2;
constexpr std::size_t kChainBytes = DeviceId::kSize + 1 + 32;

// The replicas of a vector, those included of which only changes beyond a gap are known.
std::map<ReplicaId, std::vector<std::uint64_t>> BeyondByReplica(const VersionVector& known) {
  std::map<ReplicaId, std::vector<std::uint64_t>> replicas;
  for (const auto& [replica, up_to] : known.contiguous()) replicas[replica];
  for (const Dot& dot : known.beyond()) replicas[dot.replica].push_back(dot.counter);
  return replicas;
}

void WriteKnown(ByteWriter& out, const VersionVector& known) {
  const auto replicas = BeyondByReplica(known);
  out.Varint(replicas.size());
  for (const auto& [replica, beyond] : replicas) {
    std::uint64_t last = known.ContiguousUpTo(replica);
    out.Raw(replica.view());
    out.Varint(last);
    out.Varint(beyond.size());
    for (const std::uint64_t counter : beyond) out.Varint(counter - std::exchange(last, counter));
  }
}

// The next counter beyond a gap; the first is not the next of what is contiguous.
std::uint64_t ReadBeyond(ByteReader& in, std::uint64_t last, std::uint64_t step_min) {
  const std::uint64_t step = in.Varint();
  if (step < step_min || step > kSnapshotNumberMax - last) in.SetFailed();
  return last + step;
}

void ReadReplica(ByteReader& in, VersionVector& known, std::optional<ReplicaId>& before) {
  const auto replica = ReplicaId::FromArray(in.Array<16>());
  if (before && *before >= replica) in.SetFailed();
  before = replica;
  std::uint64_t last = in.Varint();
  if (last > kSnapshotNumberMax) in.SetFailed();
  const std::size_t beyond = in.Count(kSnapshotBeyondMax);
  if (last == 0 && beyond == 0) in.SetFailed();
  if (!in.ok()) return;
  known.AddUpTo(replica, last);
  for (std::size_t i = 0; i < beyond && in.ok(); ++i) {
    last = ReadBeyond(in, last, i == 0 ? 2 : 1);
    if (in.ok()) known.Add(Dot{replica, last});
  }
}

VersionVector ReadKnown(ByteReader& in) {
  VersionVector known;
  std::optional<ReplicaId> before;
  const std::size_t count = in.Count(kSnapshotReplicasMax, kReplicaBytesMin);
  for (std::size_t i = 0; i < count && in.ok(); ++i) ReadReplica(in, known, before);
  if (known.beyond_gaps() > kSnapshotBeyondMax) in.SetFailed();
  return known;
}

std::map<DeviceId, ChainEnd> ReadChains(ByteReader& in) {
  std::map<DeviceId, ChainEnd> chains;
  const std::size_t count = in.Count(kSnapshotChainsMax, kChainBytes);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto device = DeviceId::FromArray(in.Array<16>());
    ChainEnd end;
    end.counter = in.Varint();
    end.hash = in.Array<32>();
    const bool sorted = chains.empty() || chains.rbegin()->first < device;
    if (!sorted || end.counter == 0 || end.counter > kSnapshotNumberMax) in.SetFailed();
    chains.emplace(device, end);
  }
  return chains;
}

}  // namespace

Result<Bytes> EncodeSnapshotSummary(const SnapshotSummary& summary) {
  ByteWriter out;
  out.Byte(kSnapshotFormat);
  out.Raw(summary.space.view());
  out.Varint(summary.server_seq);
  WriteKnown(out, summary.known);
  out.Varint(summary.chains.size());
  for (const auto& [device, end] : summary.chains) {
    out.Raw(device.view());
    out.Varint(end.counter);
    out.Raw(end.hash);
  }
  out.Varint(summary.records);
  Bytes bytes = std::move(out).Take();
  if (bytes.size() > kSnapshotSummaryBytesMax || summary.chains.size() > kSnapshotChainsMax ||
      summary.known.contiguous().size() > kSnapshotReplicasMax ||
      summary.known.beyond_gaps() > kSnapshotBeyondMax)
    return Fail(ErrorCode::kLimit, "a snapshot would be larger than allowed");
  return bytes;
}

Result<SnapshotSummary> DecodeSnapshotSummary(ByteView bytes) {
  if (bytes.size() > kSnapshotSummaryBytesMax)
    return Fail(ErrorCode::kLimit, "the summary of a snapshot is larger than allowed");
  ByteReader in(bytes);
  if (in.Byte() != kSnapshotFormat && in.ok())
    return Fail(ErrorCode::kNewerFormat, "a snapshot has an unknown format", "Update Sacoche.");
  SnapshotSummary summary;
  summary.space = SpaceId::FromArray(in.Array<16>());
  summary.server_seq = in.Varint();
  summary.known = ReadKnown(in);
  summary.chains = ReadChains(in);
  summary.records = in.Varint();
  if (summary.server_seq == 0 || summary.server_seq > kSnapshotNumberMax ||
      summary.records > kSnapshotNumberMax)
    in.SetFailed();
  SACOCHE_TRY(in.Finish("the summary of a snapshot"));
  return summary;
}

}  // namespace sacoche
