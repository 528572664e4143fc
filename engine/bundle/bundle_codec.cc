#include "engine/bundle/bundle_codec.h"

#include "engine/bundle/bundle_dictionary.h"
#include "engine/bundle/change_codec.h"
#include "engine/bundle/column_codec.h"
#include "engine/compress/zstd_frame.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

// A laptop compresses a day's work in milliseconds at this level; the link is what is slow.
constexpr int kZstdLevel = 19;
constexpr std::string_view kWhat = "a bundle of changes";

// Made once, at the first use.
const ZstdDictionary& Dictionary() {
  static const ZstdDictionary dictionary(kBundleDictionary1, kZstdLevel);
  return dictionary;
}

tl::unexpected<Error> Corrupt() {
  return Fail(ErrorCode::kCorrupt, std::string(kWhat) + " is malformed");
}

Result<bool> IsFirstFormat(ByteView bundle) {
  if (bundle.empty()) return Corrupt();
  if (bundle[0] == kFirstBundleFormat) return true;
  if (bundle[0] == kBundleFormat) return false;
  return Fail(ErrorCode::kNewerFormat, "a bundle of changes has an unknown format",
              "Update Sacoche.");
}

// What a bundle of format 1 says.
std::vector<Change> DecodeRows(ByteView plain, const DeviceId& author) {
  CompactInputArchive archive(plain);
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

}  // namespace

Bytes EncodeBundle(const std::vector<Change>& changes) {
  SACOCHE_CHECK(!changes.empty() && changes.size() <= kBundleChangesMax);
  Bytes bytes{kBundleFormat};
  Dictionary().AppendCompressed(bytes, EncodeColumns(changes));
  return bytes;
}

Result<std::size_t> PlainBytesOf(ByteView bundle) {
  SACOCHE_ASSIGN(const bool is_first, IsFirstFormat(bundle));
  const ByteView frame = bundle.subspan(1);
  return is_first ? ContentBytes(frame, kBundlePlainBytesMax, kWhat)
                  : ZstdDictionary::ContentBytes(frame, kBundlePlainBytesMax, kWhat);
}

Result<std::vector<Change>> DecodeBundle(ByteView bytes, const DeviceId& author) {
  SACOCHE_ASSIGN(const bool is_first, IsFirstFormat(bytes));
  const ByteView frame = bytes.subspan(1);
  SACOCHE_ASSIGN(const Bytes plain,
                 is_first ? Decompress(frame, kBundlePlainBytesMax, kWhat)
                          : Dictionary().Decompress(frame, kBundlePlainBytesMax, kWhat));
  try {
    return is_first ? DecodeRows(plain, author) : DecodeColumns(plain, author);
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
