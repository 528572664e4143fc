#include "platform/vault/unlock_delay.h"

#include <algorithm>

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::size_t kFileBytesMax = 64;

}  // namespace

std::uint64_t UnlockDelay::DelayMs(std::uint64_t failures) {
  if (failures < kFreeTries) return 0;
  const std::uint64_t doublings = std::min<std::uint64_t>(failures - kFreeTries, 20);
  return std::min(kFirstDelayMs << doublings, kDelayMsMax);
}

UnlockDelay::Tries UnlockDelay::Load() {
  const auto content = files_->ReadFile(path_, kFileBytesMax);
  if (!content) return {};
  ByteReader in(*content);
  const Tries tries{in.Varint(), in.Varint()};
  return in.ok() ? tries : Tries{};
}

void UnlockDelay::Save(const Tries& tries) {
  ByteWriter out;
  out.Varint(tries.failures);
  out.Varint(tries.last_ms);
  // A disk that cannot be written must not keep the owner out.
  if (auto ignored = files_->WriteFileAtomically(path_, out.bytes()); !ignored) return;
}

Status UnlockDelay::Check() {
  Tries tries = Load();
  const std::uint64_t now_ms = clock_->NowMs();
  if (tries.last_ms > now_ms) {
    // The clock was set back: wait from now on, not until the old time comes round.
    tries.last_ms = now_ms;
    Save(tries);
  }
  const std::uint64_t delay_ms = DelayMs(tries.failures);
  const std::uint64_t waited_ms = now_ms - tries.last_ms;
  if (waited_ms >= delay_ms) return {};
  const std::uint64_t seconds = (delay_ms - waited_ms + 999) / 1000;
  return Fail(ErrorCode::kLimit,
              std::to_string(tries.failures) +
                  " wrong passphrases were given; the next try is "
                  "possible in " +
                  std::to_string(seconds) + " s",
              "Wait, then try again; or use the recovery code on paper.");
}

void UnlockDelay::NoteFailure() {
  Tries tries = Load();
  ++tries.failures;
  tries.last_ms = clock_->NowMs();
  Save(tries);
}

void UnlockDelay::NoteSuccess() {
  if (Load().failures != 0) Save({});
}

}  // namespace sacoche
