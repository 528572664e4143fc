#include "sync-server/server_metrics.h"

#include <cstdio>

namespace sacoche {
namespace {

constexpr std::array<std::string_view, kLimitNames> kLimitTexts = {"connections",
                                                                   "connections-per-address",
                                                                   "connection-rate-per-address",
                                                                   "request-rate-per-address",
                                                                   "request-rate-per-device",
                                                                   "sync-requests",
                                                                   "space-bytes",
                                                                   "handshake-time",
                                                                   "header-time",
                                                                   "body-rate",
                                                                   "answer-rate"};

std::string Number(double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.9g", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

void Describe(std::string& text, std::string_view name, std::string_view type,
              std::string_view help) {
  text += "# HELP " + std::string(name) + " " + std::string(help) + "\n";
  text += "# TYPE " + std::string(name) + " " + std::string(type) + "\n";
}

void Line(std::string& text, std::string_view name, const std::string& labels,
          std::uint64_t value) {
  text += std::string(name) + labels + " " + std::to_string(value) + "\n";
}

void Single(std::string& text, std::string_view name, std::string_view type, std::string_view help,
            std::uint64_t value) {
  Describe(text, name, type, help);
  Line(text, name, "", value);
}

std::string Label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + "\"";
}

void AppendRequests(std::string& text, const ServerMetrics& metrics) {
  constexpr std::string_view kName = "sacoche_requests_total";
  Describe(text, kName, "counter", "Requests by path and by the problem that they met.");
  for (const auto& [key, count] : metrics.requests)
    Line(text, kName, "{" + Label("path", key.first) + "," + Label("problem", key.second) + "}",
         count);
}

void AppendEnvelopes(std::string& text, const ServerMetrics& metrics) {
  Single(text, "sacoche_envelopes_stored_total", "counter", "Envelopes that were stored.",
         metrics.envelopes_stored);
  Single(text, "sacoche_envelopes_repeated_total", "counter",
         "Envelopes that came again and were acknowledged again.", metrics.envelopes_repeated);
  Single(text, "sacoche_envelopes_sent_total", "counter", "Envelopes in answers.",
         metrics.envelopes_sent);
  Single(text, "sacoche_statements_stored_total", "counter",
         "Statements of the directory that were taken.", metrics.statements_stored);
  Single(text, "sacoche_snapshot_parts_stored_total", "counter", "Parts of snapshots.",
         metrics.snapshot_parts_stored);
  constexpr std::string_view kRefused = "sacoche_envelopes_refused_total";
  Describe(text, kRefused, "counter", "Single envelopes that were refused, by problem.");
  for (const auto& [problem, count] : metrics.envelopes_refused)
    Line(text, kRefused, "{" + Label("problem", ProblemName(problem)) + "}", count);
}

}  // namespace

void DurationHistogram::Add(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  std::size_t i = 0;
  while (i < kBoundsSeconds.size() && seconds > kBoundsSeconds[i]) ++i;
  ++counts_[i];
  sum_seconds_ += seconds;
}

void DurationHistogram::AppendTo(std::string& text, std::string_view name) const {
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    so_far += counts_[i];
    const std::string bound = i < kBoundsSeconds.size() ? Number(kBoundsSeconds[i]) : "+Inf";
    Line(text, bucket, "{" + Label("le", bound) + "}", so_far);
  }
  text += std::string(name) + "_sum " + Number(sum_seconds_) + "\n";
  Line(text, std::string(name) + "_count", "", so_far);
}

std::string MetricsText(const ServerMetrics& metrics) {
  std::string text;
  AppendRequests(text, metrics);
  Single(text, "sacoche_body_bytes_in_total", "counter", "Bytes of requests' bodies.",
         metrics.body_bytes_in);
  Single(text, "sacoche_body_bytes_out_total", "counter", "Bytes of answers' bodies.",
         metrics.body_bytes_out);
  Single(text, "sacoche_connections_accepted_total", "counter", "Connections that were let in.",
         metrics.connections_accepted);
  Single(text, "sacoche_connections_open", "gauge", "Connections at this moment.",
         metrics.connections_open);
  Single(text, "sacoche_handshakes_failed_total", "counter", "TLS handshakes that failed.",
         metrics.handshakes_failed);
  Single(text, "sacoche_handshakes_resumed_total", "counter",
         "TLS handshakes that resumed an earlier connection's session.",
         metrics.handshakes_resumed);
  AppendEnvelopes(text, metrics);
  constexpr std::string_view kRefusals = "sacoche_refusals_total";
  Describe(text, kRefusals, "counter", "What a limit of the configuration refused.");
  for (std::size_t i = 0; i < kLimitNames; ++i)
    Line(text, kRefusals, "{" + Label("limit", kLimitTexts[i]) + "}", metrics.refusals[i]);
  constexpr std::string_view kCommits = "sacoche_commit_seconds";
  Describe(text, kCommits, "histogram", "How long a transaction of envelopes took.");
  metrics.commits.AppendTo(text, kCommits);
  Single(text, "sacoche_reloads_total", "counter", "Configurations that were taken over.",
         metrics.reloads);
  Single(text, "sacoche_reloads_failed_total", "counter",
         "Configurations that were refused; the former one holds.", metrics.reloads_failed);
  Single(text, "sacoche_store_bytes", "gauge", "Size of the store's files.", metrics.store_bytes);
  return text;
}

}  // namespace sacoche
