#pragma once

#include <cstdint>

namespace sacoche {

// What a TCP connection took of the line until now, in both directions: the kernel's count of
// bytes, what was sent twice included, and an IP and a TCP header for each segment. 0: not a
// connection.
[[nodiscard]] std::uint64_t LineBytesOf(int socket);

}  // namespace sacoche
