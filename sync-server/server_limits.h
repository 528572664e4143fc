#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "engine/wire/limits.h"
#include "engine/wire/wire_codec.h"

// Every bound of the server in one place. The protocol's own limits are in wire/limits.h.
namespace sacoche {

// --- Fixed: relations between them are proved below. ---------------------------------------------

// A body is read, and an answer written, in pieces of this size.
inline constexpr std::size_t kBodyPieceBytes = 16 * 1024;

// What one sync request holds in memory before it is committed: one transaction for so much.
inline constexpr std::size_t kCommitBytesTarget = 256 * 1024;
inline constexpr std::size_t kCommitEnvelopesMax = 256;

// One piece of an answer. A single envelope may be larger and then travels alone.
inline constexpr std::size_t kAnswerChunkBytesTarget = 64 * 1024;
inline constexpr std::size_t kAnswerChunkRowsMax = 512;

// Rows that one answer looks at, the device's own (which are skipped) included: after that, `more`.
inline constexpr std::size_t kAnswerRowsTarget = 32 * 1024;

// Requests remembered so that none is accepted twice; for one signer, so that it cannot fill the
// memory of all; beyond, requests are told to come later.
inline constexpr std::size_t kNoncesMax = 64 * 1024;
inline constexpr std::size_t kNoncesPerSignerMax = 16 * 1024;

// Devices, and addresses, whose rates are kept apart; beyond, they share one.
inline constexpr std::size_t kRateKeysMax = 16 * 1024;

// What `Retry-After` says when the server is full.
inline constexpr int kRetryAfterSeconds = 30;

// A refused request's body is read and forgotten up to this much, so that the connection lives on.
inline constexpr std::size_t kDiscardedBodyBytesMax = 64 * 1024;

// Lines of the log that strangers can cause; the others are counted.
inline constexpr int kLogLinesPerMinuteMax = 600;

// The kernel's send buffer of a connection, so that a slow reader's progress can be seen.
inline constexpr int kSendBufferBytes = 128 * 1024;

static_assert(kCommitBytesTarget < limits::kRequestBytesMax);
static_assert(kAnswerChunkBytesTarget < limits::kResponseBytesTarget);
static_assert(kBodyPieceBytes <= kDiscardedBodyBytesMax);
static_assert(kNoncesPerSignerMax < kNoncesMax);

// --- Configurable.
// --------------------------------------------------------------------------------

// The defaults suit a few hundred laptops on mobile networks. A stranger holds a connection for
// `handshake` + `header` at most: bodies above a kilobyte are read only after the signature in the
// headers was verified.
struct ServerLimits {
  std::chrono::milliseconds handshake_ms_max{10'000};
  std::chrono::milliseconds header_ms_max{10'000};  // from the first byte to the blank line
  std::chrono::milliseconds idle_ms_max{60'000};    // between two requests
  // A body must bring `body_bytes_per_s_min` on the average of each window.
  std::chrono::milliseconds body_window_ms{30'000};
  std::uint64_t body_bytes_per_s_min = 256;
  // An answer must be taken at `answer_bytes_per_s_min` on the average of each window,
  std::chrono::milliseconds answer_window_ms{60'000};
  std::uint64_t answer_bytes_per_s_min = 256;
  // and a peer that takes nothing of it for so long is dropped.
  std::chrono::milliseconds write_stall_ms_max{120'000};
  // For the last words of a connection: a refusal, the TLS goodbye.
  std::chrono::milliseconds farewell_ms_max{2'000};
  // What running requests get when the server is asked to stop.
  std::chrono::milliseconds stop_ms_max{10'000};
  std::size_t header_bytes_max = 8 * 1024;
  std::size_t connections_max = 512;
  std::size_t connections_per_address_max = 64;  // mobile networks put many laptops behind one
  std::size_t sync_requests_max = 128;           // at once; each holds a few megabytes at most
  // How often, on the average; after a rest, as many as `burst` at once. Of IPv6 addresses, the
  // first 64 bits count.
  std::uint64_t connections_per_minute_per_address = 600;
  std::uint64_t connections_burst_per_address = 300;
  std::uint64_t requests_per_minute_per_address = 6'000;
  std::uint64_t requests_burst_per_address = 3'000;
  std::uint64_t requests_per_minute_per_device = 600;
  std::uint64_t requests_burst_per_device = 600;
  std::uint64_t space_mib_max = 16 * 1024;  // what one space may take of the disk

  bool operator==(const ServerLimits&) const = default;
};

}  // namespace sacoche
