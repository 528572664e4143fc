#include "sync-server/tcp_progress.h"

// Not together with <netinet/tcp.h>, whose tcp_info is an older one.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace sacoche {

std::uint64_t TcpBytesTaken(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked;
}

}  // namespace sacoche
