#pragma once

#include <cstdint>

namespace sacoche {

// How many bytes the peer's kernel has acknowledged on this TCP socket since it was connected; 0 if
// the kernel does not say. What lies unsent in our kernel's buffer says nothing about a peer.
[[nodiscard]] std::uint64_t TcpBytesTaken(int socket);

}  // namespace sacoche
