#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "engine/wire/problem.h"

namespace sacoche {

// The limits that may refuse somebody something, as they are counted.
enum class LimitName {
  kConnections,
  kConnectionsPerAddress,
  kConnectionRatePerAddress,
  kRequestRatePerAddress,
  kRequestRatePerDevice,
  kSyncRequests,
  kSpaceBytes,
  kHandshakeTime,
  kHeaderTime,
  kBodyRate,
  kAnswerRate,
};
inline constexpr std::size_t kLimitNames = 11;

// How often something took how long.
class DurationHistogram {
 public:
  static constexpr std::array<double, 10> kBoundsSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                            0.025,  0.05,  0.1,    0.5,   2.5};

  void Add(std::chrono::nanoseconds took);
  // In the text format, under this name.
  void AppendTo(std::string& text, std::string_view name) const;

 private:
  std::array<std::uint64_t, kBoundsSeconds.size() + 1> counts_{};
  double sum_seconds_ = 0;
};

// What the server counts since it was started. Nothing in it says who did anything, or where:
// labels are paths of ours and names from closed lists. One thread.
struct ServerMetrics {
  // By path (or `unknown`) and outcome (`none`, `cut` or the problem's name).
  std::map<std::pair<std::string, std::string>, std::uint64_t> requests;
  std::uint64_t body_bytes_in = 0;
  std::uint64_t body_bytes_out = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t handshakes_failed = 0;
  std::uint64_t handshakes_resumed = 0;
  std::uint64_t envelopes_stored = 0;
  std::uint64_t envelopes_repeated = 0;
  std::uint64_t envelopes_sent = 0;
  std::uint64_t statements_stored = 0;
  std::uint64_t snapshot_parts_stored = 0;
  std::map<ProblemType, std::uint64_t> envelopes_refused;
  std::array<std::uint64_t, kLimitNames> refusals{};
  DurationHistogram commits;
  std::uint64_t reloads = 0;
  std::uint64_t reloads_failed = 0;
  std::uint64_t store_bytes = 0;  // set by whoever asks for the text

  void Refuse(LimitName limit) { ++refusals[static_cast<std::size_t>(limit)]; }
};

// In Prometheus' text format, version 0.0.4.
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";
[[nodiscard]] std::string MetricsText(const ServerMetrics& metrics);

}  // namespace sacoche
