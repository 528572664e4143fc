#include "engine/bundle/bundle_codec.h"

#include "engine/bundle/change_codec.h"
#include "engine/compress/zstd_frame.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

// A laptop compresses a day's work in milliseconds at this level; the link is what is slow.
constexpr int kZstdLevel = 19;
constexpr std::string_view kWhat = "a bundle of changes";

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
  return Fail(ErrorCode::kCorrupt, std::string(kWhat) + " is malformed");
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

}  // namespace

Bytes EncodeBundle(const std::vector<Change>& changes) {
  SACOCHE_CHECK(!changes.empty() && changes.size() <= kBundleChangesMax);
  const Bytes plain = EncodePlain(changes);
  Bytes bytes{kBundleFormat};
  AppendCompressed(bytes, plain, kZstdLevel);
  return bytes;
}

Result<std::vector<Change>> DecodeBundle(ByteView bytes, const DeviceId& author) {
  if (bytes.empty()) return Corrupt();
  if (bytes[0] != kBundleFormat)
    return Fail(ErrorCode::kNewerFormat, "a bundle of changes has an unknown format",
                "Update Sacoche.");
  SACOCHE_ASSIGN(const Bytes plain, Decompress(bytes.subspan(1), kBundlePlainBytesMax, kWhat));
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
