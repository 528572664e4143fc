#pragma once

#include "engine/wire/wire_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace sacoche {

struct SplitStream {
  std::vector<std::pair<std::uint64_t, Bytes>> frames;
  bool failed = false;

  bool operator==(const SplitStream&) const = default;
};

inline SplitStream SplitInPieces(ByteView bytes, std::size_t piece_bytes) {
  FrameSplitter splitter;
  SplitStream split;
  while (!bytes.empty() && !split.failed) {
    const std::size_t size = std::min(piece_bytes, bytes.size());
    splitter.Feed(bytes.first(size));
    bytes = bytes.subspan(size);
    while (true) {
      auto frame = splitter.Next();
      split.failed = !frame.has_value();
      if (split.failed || !frame->has_value()) break;
      split.frames.emplace_back((*frame)->type, std::move((*frame)->payload));
    }
  }
  return split;
}

// The network cuts where it likes: the frames are the same.
inline void CheckPiecesDoNotMatter(ByteView bytes) {
  constexpr std::size_t kSmallInputBytesMax = 4096;
  if (bytes.size() > kSmallInputBytesMax) return;
  const SplitStream whole = SplitInPieces(bytes, kSmallInputBytesMax);
  SACOCHE_CHECK(SplitInPieces(bytes, 1) == whole);
  SACOCHE_CHECK(SplitInPieces(bytes, 7) == whole);
}

}  // namespace sacoche
