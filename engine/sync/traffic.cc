#include "engine/sync/traffic.h"

#include <chrono>

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kName = "sync.traffic";
constexpr std::uint64_t kDayMs = 24ULL * 3600 * 1000;
// Days that a calendar of ours can count.
constexpr std::uint64_t kDaysMax = 365ULL * 30'000;

std::uint64_t DayOf(std::uint64_t ms) { return std::min(ms / kDayMs, kDaysMax); }

std::uint64_t FirstOfMonth(std::uint64_t day) {
  using std::chrono::days;
  using std::chrono::sys_days;
  const sys_days date{days{static_cast<int>(day)}};
  const std::chrono::year_month_day parts(date);
  const sys_days first{parts.year() / parts.month() / 1};
  return static_cast<std::uint64_t>(first.time_since_epoch().count());
}

// 0: nothing.
std::uint64_t Encoded(const std::optional<std::uint64_t>& bytes) { return bytes ? *bytes + 1 : 0; }

std::optional<std::uint64_t> Decoded(std::uint64_t number) {
  return number == 0 ? std::nullopt : std::optional(number - 1);
}

}  // namespace

void Traffic::Add(std::uint64_t now_ms, std::uint64_t bytes) {
  const std::uint64_t today = DayOf(now_ms);
  // Days to come were counted by a clock that ran ahead.
  bytes_by_day.erase(bytes_by_day.upper_bound(today), bytes_by_day.end());
  bytes_by_day[today] += bytes;
  while (bytes_by_day.size() > kDaysKept) bytes_by_day.erase(bytes_by_day.begin());
}

Traffic::Use Traffic::At(std::uint64_t now_ms) const {
  const std::uint64_t today = DayOf(now_ms);
  Use use{0, 0, budget};
  for (auto at = bytes_by_day.lower_bound(FirstOfMonth(today));
       at != bytes_by_day.end() && at->first <= today; ++at) {
    use.this_month += at->second;
    if (at->first == today) use.today = at->second;
  }
  return use;
}

Result<Traffic> LoadTraffic(Store& store) {
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(kName));
  Traffic traffic;
  if (bytes.empty()) return traffic;
  ByteReader in(bytes.view());
  traffic.budget.day = Decoded(in.Varint());
  traffic.budget.month = Decoded(in.Varint());
  const std::uint64_t days = in.Varint();
  for (std::uint64_t i = 0; in.ok() && i < std::min<std::uint64_t>(days, Traffic::kDaysKept); ++i) {
    const std::uint64_t day = in.Varint();
    traffic.bytes_by_day[day] = in.Varint();
  }
  // A count that cannot be read is no reason for anything to fail.
  return in.Finish("the traffic") ? traffic : Traffic();
}

Status SaveTraffic(Store& store, const Traffic& traffic) {
  ByteWriter out;
  out.Varint(Encoded(traffic.budget.day));
  out.Varint(Encoded(traffic.budget.month));
  out.Varint(traffic.bytes_by_day.size());
  for (const auto& [day, bytes] : traffic.bytes_by_day) {
    out.Varint(day);
    out.Varint(bytes);
  }
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.keys().Write(kName, out.bytes()));
  return transaction.Commit();
}

}  // namespace sacoche
