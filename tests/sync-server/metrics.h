#pragma once

#include "tests/sync-server/raw_client.h"
#include "tests/sync-server/server_process.h"

namespace sacoche {

// The answer of the server's own port for metrics, as it comes.
inline std::string MetricsAnswer(const ServerProcess& server,
                                 const std::string& path = "/metrics") {
  const RawSocket socket(server.metrics_port());
  socket.Send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  return socket.ReadToEnd().value_or("");
}

// Of one line of /metrics; nothing if it is not there.
inline std::optional<double> MetricOf(const ServerProcess& server, const std::string& name) {
  const std::string text = MetricsAnswer(server);
  const std::size_t at = text.find("\n" + name + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::stod(text.substr(at + name.size() + 2));
}

}  // namespace sacoche
