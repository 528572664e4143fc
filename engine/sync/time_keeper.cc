#include "engine/sync/time_keeper.h"

#include "engine/sync/sync_limits.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kName = "time.trusted";

std::uint64_t Apart(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

}  // namespace

Result<TrustedTime> LoadTrustedTime(Store& store) {
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(kName));
  if (bytes.empty()) return TrustedTime{};
  ByteReader in(bytes.view());
  TrustedTime time;
  time.server_ms = in.Varint();
  time.local_ms = in.Varint();
  SACOCHE_TRY(in.Finish("the time in the store"));
  return time;
}

Status NoteTrustedTime(Store& store, const TrustedTime& said) {
  SACOCHE_ASSIGN(const TrustedTime known, LoadTrustedTime(store));
  const TimeEstimate expected = known.At(said.local_ms);
  const bool as_expected = known.server_ms != 0 && !expected.in_doubt &&
                           Apart(expected.ms, said.server_ms) < sync_limits::kTimeOffMsMax &&
                           Apart(said.server_ms, known.server_ms) < sync_limits::kTimeOldMsMax;
  if (as_expected) return {};
  ByteWriter out;
  out.Varint(said.server_ms);
  out.Varint(said.local_ms);
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.keys().Write(kName, out.bytes()));
  return transaction.Commit();
}

}  // namespace sacoche
