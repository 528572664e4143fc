#pragma once

#include "engine/change/change.h"

namespace sacoche {

// The changes of one dossier, by one author, as they are sealed into one item of an envelope:
// BUNDLE_FORMAT.md. Compressed with zstd. The first format is read and no longer written.
inline constexpr std::uint8_t kFirstBundleFormat = 1;
inline constexpr std::uint8_t kBundleFormat = 2;
inline constexpr std::size_t kBundleChangesMax = 4096;
inline constexpr std::size_t kBundleReplicasMax = 1024;
// Before compression. A bundle that says more is refused before it is decompressed.
inline constexpr std::size_t kBundlePlainBytesMax = 4 * 1024 * 1024;

// Precondition: at least one change, all of one dossier and author.
[[nodiscard]] Bytes EncodeBundle(const std::vector<Change>& changes);

// `author`: the device whose signature the envelope carries; a bundle cannot speak for another.
// kCorrupt, kLimit or kNewerFormat.
[[nodiscard]] Result<std::vector<Change>> DecodeBundle(ByteView bytes, const DeviceId& author);

// How many bytes it is before compression, as it says; nothing is decompressed. The same errors.
[[nodiscard]] Result<std::size_t> PlainBytesOf(ByteView bundle);

// About how many bytes a change takes in a bundle before compression.
[[nodiscard]] std::size_t EncodedSize(const Change& change);

}  // namespace sacoche
