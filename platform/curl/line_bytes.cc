#include "platform/curl/line_bytes.h"

// Not together with <netinet/tcp.h>, whose tcp_info is an older one.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace sacoche {
namespace {

constexpr std::uint64_t kIpv4HeaderBytes = 20;
constexpr std::uint64_t kIpv6HeaderBytes = 40;
constexpr std::uint64_t kTcpHeaderBytes = 32;  // with the timestamps that Linux sends
// The two segments that open a connection have longer headers by so much together.
constexpr std::uint64_t kOpeningBytes = 16;
// What ends it is still to come.
constexpr std::uint64_t kClosingSegments = 3;

}  // namespace

std::uint64_t LineBytesOf(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  int family = AF_INET;
  size = sizeof family;
  getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size);
  const std::uint64_t header_bytes =
      (family == AF_INET6 ? kIpv6HeaderBytes : kIpv4HeaderBytes) + kTcpHeaderBytes;
  const std::uint64_t segments = std::uint64_t{info.tcpi_segs_out} + info.tcpi_segs_in;
  const std::uint64_t bytes =
      info.tcpi_bytes_sent + info.tcpi_bytes_received + segments * header_bytes;
  const bool stood = info.tcpi_bytes_received > 0;
  return stood ? bytes + kOpeningBytes + kClosingSegments * header_bytes : bytes;
}

}  // namespace sacoche
