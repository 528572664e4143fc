#pragma once

#include <cstddef>
#include <cstdint>

namespace sacoche {

// The greatest counter of a unit: what one replica may type into, and delete from, one text in a
// lifetime. Units are numbered with 32 bits in memory.
inline constexpr std::uint64_t kTextCounterMax = std::uint64_t{1} << 28;

// Replicas that may write in one text: every laptop of a space, over the years, many times over.
inline constexpr std::size_t kTextReplicasMax = 4096;

// Edits of one text that wait for others on which they depend.
inline constexpr std::size_t kTextPendingMax = 65'536;

// One encoded edit; as much as a change may hold.
inline constexpr std::size_t kTextOpsBytesMax = 256 * 1024;

// One encoded history, before compression, and its runs: a hundred times a long text that was typed
// character by character over months.
inline constexpr std::size_t kTextHistoryBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kTextRunsMax = 1024 * 1024;

// The word diff: how many words two stretches may differ by before it looks for rare words that
// both have, and how often it may cut a stretch at such words.
inline constexpr std::size_t kDiffDistanceMax = 512;
inline constexpr std::size_t kDiffDepthMax = 8;

// How far Contested() looks for the next word, to see whether a passage ends.
inline constexpr std::size_t kContestedLookAheadMax = 64;

// What a unit is numbered with in memory, and a delta between two counters in the format, fits.
static_assert(kTextCounterMax < UINT32_MAX / 2);

}  // namespace sacoche
