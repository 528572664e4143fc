#include "engine/causality/version_vector_codec.h"

#include <optional>
#include <vector>

namespace sacoche {
namespace {

constexpr std::size_t kReplicaBytesMin = ReplicaId::kSize + 2;

// The replicas of a vector, those included of which only changes beyond a gap are known.
std::map<ReplicaId, std::vector<std::uint64_t>> BeyondByReplica(const VersionVector& vector) {
  std::map<ReplicaId, std::vector<std::uint64_t>> replicas;
  for (const auto& [replica, up_to] : vector.contiguous()) replicas[replica];
  for (const Dot& dot : vector.beyond()) replicas[dot.replica].push_back(dot.counter);
  return replicas;
}

// The next counter beyond a gap; the first is not the next of what is contiguous.
std::uint64_t ReadBeyond(ByteReader& in, std::uint64_t last, std::uint64_t step_min,
                         std::uint64_t counter_max) {
  const std::uint64_t step = in.Varint();
  if (step < step_min || step > counter_max - last) in.SetFailed();
  return last + step;
}

void ReadReplica(ByteReader& in, VersionVector& vector, std::optional<ReplicaId>& before,
                 const VersionVectorLimits& limits) {
  const auto replica = ReplicaId::FromArray(in.Array<ReplicaId::kSize>());
  if (before && *before >= replica) in.SetFailed();
  before = replica;
  std::uint64_t last = in.Varint();
  if (last > limits.counter) in.SetFailed();
  const std::size_t beyond = in.Count(limits.beyond_gaps);
  if (last == 0 && beyond == 0) in.SetFailed();
  if (!in.ok()) return;
  vector.AddUpTo(replica, last);
  for (std::size_t i = 0; i < beyond && in.ok(); ++i) {
    last = ReadBeyond(in, last, i == 0 ? 2 : 1, limits.counter);
    if (in.ok()) vector.Add(Dot{replica, last});
  }
}

}  // namespace

void WriteVersionVector(ByteWriter& out, const VersionVector& vector) {
  const auto replicas = BeyondByReplica(vector);
  out.Varint(replicas.size());
  for (const auto& [replica, beyond] : replicas) {
    std::uint64_t last = vector.ContiguousUpTo(replica);
    out.Raw(replica.view());
    out.Varint(last);
    out.Varint(beyond.size());
    for (const std::uint64_t counter : beyond) out.Varint(counter - std::exchange(last, counter));
  }
}

VersionVector ReadVersionVector(ByteReader& in, const VersionVectorLimits& limits) {
  VersionVector vector;
  std::optional<ReplicaId> before;
  const std::size_t count = in.Count(limits.replicas, kReplicaBytesMin);
  for (std::size_t i = 0; i < count && in.ok(); ++i) ReadReplica(in, vector, before, limits);
  if (vector.beyond_gaps() > limits.beyond_gaps) in.SetFailed();
  return vector;
}

}  // namespace sacoche
