#pragma once

#include <cstdint>

namespace sacoche {

// What a TCP connection takes of the line, in both directions: the kernel's count of bytes until
// now, what was sent twice included, an IP and a TCP header for each segment, and its end. 0: not a
// connection.
[[nodiscard]] std::uint64_t LineBytesOf(int socket);

}  // namespace sacoche
