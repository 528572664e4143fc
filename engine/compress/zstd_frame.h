#pragma once

#include <memory>
#include <string_view>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace sacoche {

// One zstd frame (RFC 8878) that says how long its content is. It has no checksum of its own:
// whoever signs or seals it covers every byte.

// Adds the frame of `plain` to `out`. The same bytes for the same input and level.
void AppendCompressed(Bytes& out, ByteView plain, int level);

// The content of a frame that is all of `frame` and not empty. A frame that says more than
// `plain_bytes_max` is refused before it is decompressed. `what` begins the error's sentence.
//   kCorrupt  not one frame, or damaged
//   kLimit    its content is larger than allowed
[[nodiscard]] Result<Bytes> Decompress(ByteView frame, std::size_t plain_bytes_max,
                                       std::string_view what);

// How long the content is, as the frame says, with the same limit; nothing is decompressed.
// kCorrupt if it does not say.
[[nodiscard]] Result<std::size_t> ContentBytes(ByteView frame, std::size_t plain_bytes_max,
                                               std::string_view what);

// What frames that are made with it, and read with it, need not say themselves. Prepared once;
// const use from any thread.
class ZstdDictionary {
 public:
  ZstdDictionary(ByteView dictionary, int level);
  ~ZstdDictionary();
  ZstdDictionary(const ZstdDictionary&) = delete;
  ZstdDictionary& operator=(const ZstdDictionary&) = delete;

  // The frame without its magic number and without naming the dictionary: whoever wrote a format
  // number before it said both.
  void AppendCompressed(Bytes& out, ByteView plain) const;

  // As Decompress above, of such a frame.
  [[nodiscard]] Result<Bytes> Decompress(ByteView frame, std::size_t plain_bytes_max,
                                         std::string_view what) const;
  // As ContentBytes above.
  [[nodiscard]] static Result<std::size_t> ContentBytes(ByteView frame, std::size_t plain_bytes_max,
                                                        std::string_view what);

 private:
  struct Prepared;
  std::unique_ptr<Prepared> prepared_;
};

}  // namespace sacoche
