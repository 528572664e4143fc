#include "engine/snapshot/snapshot_codec.h"

#include "engine/causality/version_vector_codec.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::size_t kChainBytes = DeviceId::kSize + 1 + 32;

constexpr VersionVectorLimits kKnownLimits = {kSnapshotReplicasMax, kSnapshotBeyondMax,
                                              kSnapshotNumberMax};

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
  WriteVersionVector(out, summary.known);
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
  summary.known = ReadVersionVector(in, kKnownLimits);
  summary.chains = ReadChains(in);
  summary.records = in.Varint();
  if (summary.server_seq == 0 || summary.server_seq > kSnapshotNumberMax ||
      summary.records > kSnapshotNumberMax)
    in.SetFailed();
  SACOCHE_TRY(in.Finish("the summary of a snapshot"));
  return summary;
}

}  // namespace sacoche
