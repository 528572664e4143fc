#include "engine/compress/zstd_frame.h"

#include <zstd.h>

#include "platform/base/check.h"

namespace sacoche {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Compressor = std::unique_ptr<ZSTD_CCtx, Freer<ZSTD_freeCCtx>>;
using Decompressor = std::unique_ptr<ZSTD_DCtx, Freer<ZSTD_freeDCtx>>;

constexpr ByteArray<4> kMagic = {0x28, 0xb5, 0x2f, 0xfd};  // RFC 8878, 3.1.1

Compressor MakeCompressor() {
  Compressor compressor(ZSTD_createCCtx());
  SACOCHE_CHECK(compressor != nullptr);
  ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_checksumFlag, 0);
  return compressor;
}

void Append(Bytes& out, ByteView plain, ZSTD_CCtx* compressor) {
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress2(compressor, out.data() + before, out.size() - before,
                                          plain.data(), plain.size());
  SACOCHE_CHECK(ZSTD_isError(size) == 0);
  out.resize(before + size);
}

tl::unexpected<Error> Malformed(std::string_view what) {
  return Fail(ErrorCode::kCorrupt, std::string(what) + " is malformed");
}

Result<Bytes> Expand(ByteView frame, std::size_t plain_bytes_max, std::string_view what,
                     ZSTD_DCtx* decompressor) {
  SACOCHE_ASSIGN(const std::size_t size, ContentBytes(frame, plain_bytes_max, what));
  // Exactly one frame: nothing may hide behind it.
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
    return Malformed(what);
  Bytes plain(size);
  const std::size_t got =
      ZSTD_decompressDCtx(decompressor, plain.data(), plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != plain.size()) return Malformed(what);
  return plain;
}

// With the magic number that such a frame lacks. A checksum, or a dictionary that is named (RFC
// 8878, 3.1.1.1.1), is refused.
Result<Bytes> Completed(ByteView frame, std::string_view what) {
  constexpr std::uint8_t kForbidden = 0x07;
  if (frame.empty() || (frame[0] & kForbidden) != 0) return Malformed(what);
  Bytes whole = CopyOf(kMagic);
  sacoche::Append(whole, frame);
  return whole;
}

}  // namespace

void AppendCompressed(Bytes& out, ByteView plain, int level) {
  const Compressor compressor = MakeCompressor();
  ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_compressionLevel, level);
  Append(out, plain, compressor.get());
}

Result<Bytes> Decompress(ByteView frame, std::size_t plain_bytes_max, std::string_view what) {
  const Decompressor decompressor(ZSTD_createDCtx());
  SACOCHE_CHECK(decompressor != nullptr);
  return Expand(frame, plain_bytes_max, what, decompressor.get());
}

Result<std::size_t> ContentBytes(ByteView frame, std::size_t plain_bytes_max,
                                 std::string_view what) {
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size == 0)
    return Malformed(what);
  if (size > plain_bytes_max)
    return Fail(ErrorCode::kLimit, std::string(what) + " is larger than allowed");
  return static_cast<std::size_t>(size);
}

struct ZstdDictionary::Prepared {
  std::unique_ptr<ZSTD_CDict, Freer<ZSTD_freeCDict>> compresses;
  std::unique_ptr<ZSTD_DDict, Freer<ZSTD_freeDDict>> expands;
};

ZstdDictionary::ZstdDictionary(ByteView dictionary, int level)
    : prepared_(std::make_unique<Prepared>()) {
  prepared_->compresses.reset(ZSTD_createCDict(dictionary.data(), dictionary.size(), level));
  prepared_->expands.reset(ZSTD_createDDict(dictionary.data(), dictionary.size()));
  SACOCHE_CHECK(prepared_->compresses != nullptr && prepared_->expands != nullptr);
}

ZstdDictionary::~ZstdDictionary() = default;

void ZstdDictionary::AppendCompressed(Bytes& out, ByteView plain) const {
  const Compressor compressor = MakeCompressor();
  ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_dictIDFlag, 0);
  ZSTD_CCtx_refCDict(compressor.get(), prepared_->compresses.get());
  Bytes frame;
  Append(frame, plain, compressor.get());
  SACOCHE_CHECK(std::ranges::equal(ByteView(frame).first(kMagic.size()), kMagic));
  sacoche::Append(out, ByteView(frame).subspan(kMagic.size()));
}

Result<Bytes> ZstdDictionary::Decompress(ByteView frame, std::size_t plain_bytes_max,
                                         std::string_view what) const {
  SACOCHE_ASSIGN(const Bytes whole, Completed(frame, what));
  const Decompressor decompressor(ZSTD_createDCtx());
  SACOCHE_CHECK(decompressor != nullptr);
  ZSTD_DCtx_refDDict(decompressor.get(), prepared_->expands.get());
  return Expand(whole, plain_bytes_max, what, decompressor.get());
}

Result<std::size_t> ZstdDictionary::ContentBytes(ByteView frame, std::size_t plain_bytes_max,
                                                 std::string_view what) {
  SACOCHE_ASSIGN(const Bytes whole, Completed(frame, what));
  return sacoche::ContentBytes(whole, plain_bytes_max, what);
}

}  // namespace sacoche
