#include "engine/compress/zstd_frame.h"

#include <zstd.h>

#include <memory>

#include "platform/base/check.h"

namespace sacoche {

void AppendCompressed(Bytes& out, ByteView plain, int level) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     ZSTD_freeCCtx);
  SACOCHE_CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 0);
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress2(context.get(), out.data() + before, out.size() - before,
                                          plain.data(), plain.size());
  SACOCHE_CHECK(ZSTD_isError(size) == 0);
  out.resize(before + size);
}

Result<Bytes> Decompress(ByteView frame, std::size_t plain_bytes_max, std::string_view what) {
  const auto malformed = [&] {
    return Fail(ErrorCode::kCorrupt, std::string(what) + " is malformed");
  };
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size == 0)
    return malformed();
  if (size > plain_bytes_max)
    return Fail(ErrorCode::kLimit, std::string(what) + " is larger than allowed");
  // Exactly one frame: nothing may hide behind it.
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return malformed();
  Bytes plain(static_cast<std::size_t>(size));
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != plain.size()) return malformed();
  return plain;
}

}  // namespace sacoche
