#include "engine/bundle/bundle_codec.h"

#include <zstd.h>

#include <memory>

#include "engine/bundle/change_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

// A laptop compresses a day's work in milliseconds at this level; the link is what is slow.
constexpr int kZstdLevel = 19;

Bytes EncodePlain(const std::vector<Change>& changes) {
  // The table of replicas precedes the changes and is only known after them.
  ChangeContext context{changes.front().dossier, changes.front().author, {}};
  CompactOutputArchive body;
  for (const Change& change : changes) {
    SACOCHE_CHECK(change.dossier == context.dossier && change.author == context.author);
    body(InContext<const Change>{change, context});
  }
  CompactOutputArchive head;
  head.writer().Raw(context.dossier.view());
  head(std::uint64_t{context.replicas.size()});
  for (const ReplicaId& replica : context.replicas) head.writer().Raw(replica.view());
  head(std::uint64_t{changes.size()});
  head.writer().Raw(body.writer().bytes());
  return CopyOf(head.writer().bytes());
}

tl::unexpected<Error> Corrupt() {
  return Fail(ErrorCode::kCorrupt, "a bundle of changes is malformed");
}

std::vector<Change> LoadChanges(CompactInputArchive& archive, const DeviceId& author) {
  ChangeContext context{RecordId::FromArray(archive.reader().Array<16>()), author, {}};
  const std::size_t replicas = archive.reader().Count(kBundleReplicasMax, ReplicaId::kSize);
  for (std::size_t i = 0; i < replicas; ++i)
    context.replicas.push_back(ReplicaId::FromArray(archive.reader().Array<16>()));
  const std::size_t count = archive.reader().Count(kBundleChangesMax);
  archive.Require(count > 0);
  std::vector<Change> changes(count);
  for (Change& change : changes) {
    InContext<Change> in{change, context};
    archive(in);
  }
  archive.Require(archive.reader().remaining() == 0);
  return changes;
}

Result<Bytes> Decompress(ByteView frame) {
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size == 0)
    return Corrupt();
  if (size > kBundlePlainBytesMax)
    return Fail(ErrorCode::kLimit, "a bundle of changes is larger than allowed");
  // Exactly one frame: nothing may hide behind it.
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return Corrupt();
  Bytes plain(static_cast<std::size_t>(size));
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0 || got != plain.size()) return Corrupt();
  return plain;
}

}  // namespace

Bytes EncodeBundle(const std::vector<Change>& changes) {
  SACOCHE_CHECK(!changes.empty() && changes.size() <= kBundleChangesMax);
  const Bytes plain = EncodePlain(changes);
  Bytes bytes(1 + ZSTD_compressBound(plain.size()));
  bytes[0] = kBundleFormat;
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     ZSTD_freeCCtx);
  SACOCHE_CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
  // The signature covers every byte, so zstd's own checksum would be four bytes for nothing.
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 0);
  const std::size_t size =
      ZSTD_compress2(context.get(), bytes.data() + 1, bytes.size() - 1, plain.data(), plain.size());
  SACOCHE_CHECK(ZSTD_isError(size) == 0);
  bytes.resize(1 + size);
  return bytes;
}

Result<std::vector<Change>> DecodeBundle(ByteView bytes, const DeviceId& author) {
  if (bytes.empty()) return Corrupt();
  if (bytes[0] != kBundleFormat)
    return Fail(ErrorCode::kNewerFormat, "a bundle of changes has an unknown format",
                "Update Sacoche.");
  SACOCHE_ASSIGN(const Bytes plain, Decompress(bytes.subspan(1)));
  try {
    CompactInputArchive archive(plain);
    return LoadChanges(archive, author);
  } catch (const cereal::Exception&) {
    return Corrupt();
  }
}

std::size_t EncodedSize(const Change& change) {
  ChangeContext context{change.dossier, change.author, {}};
  CompactOutputArchive archive;
  archive(InContext<const Change>{change, context});
  return archive.writer().size();
}

}  // namespace sacoche
