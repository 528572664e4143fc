#pragma once

#include <cstddef>
#include <cstdint>

// Limits of the sync protocol, for both sides. A peer that exceeds one is refused with `too-large`.
namespace sacoche::limits {

// One item holds the changes of one dossier; a change is at most half of it, so that any valid
// change fits in an item and any item in an envelope.
inline constexpr std::size_t kItemBytesMax = 512 * 1024;
inline constexpr std::size_t kEnvelopeItemsMax = 4096;
inline constexpr std::size_t kEnvelopeBytesMax = 1024 * 1024;

// A request carries any one envelope and its framing; larger backlogs go in several.
inline constexpr std::size_t kRequestBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kRequestSpacesMax = 64;
inline constexpr std::size_t kRequestEnvelopesMax = 1024;
inline constexpr std::size_t kRequestStatementsMax = 1024;

// After this much the server ends its answer with `more`, and the client asks again.
inline constexpr std::size_t kResponseBytesTarget = 4 * 1024 * 1024;
// Of what a server may call the time, so that differences of two fit into 64 bits: the year 6429.
inline constexpr std::uint64_t kServerTimeMsMax = (std::uint64_t{1} << 47) - 1;

// A snapshot: a head that names the hash of every part, and the parts.
inline constexpr std::size_t kSnapshotPartsMax = 16 * 1024;
inline constexpr std::size_t kSnapshotPartBytesMax = kEnvelopeBytesMax;

// The largest frame: an envelope, with its space and sequence.
inline constexpr std::size_t kFrameBytesMax = kEnvelopeBytesMax + 64;

// Devices that asked and wait for the administrator.
inline constexpr std::size_t kPendingEnrolmentsMax = 256;

// A request's `created` may differ from the server's clock by this much, and a nonce is remembered
// for as long, so a recorded request cannot be sent again.
inline constexpr std::int64_t kClockSkewSecondsMax = 300;

static_assert(kItemBytesMax < kEnvelopeBytesMax);
static_assert(kFrameBytesMax < kRequestBytesMax);
static_assert(kSnapshotPartsMax * 32 + 256 < kFrameBytesMax);
static_assert(kFrameBytesMax < kResponseBytesTarget);

}  // namespace sacoche::limits
