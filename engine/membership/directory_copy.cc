#include "engine/membership/directory_copy.h"

#include "engine/sign/hash.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kMagic = "SACOCHE DIR COPY";
constexpr std::uint8_t kFormat = 1;
constexpr std::string_view kWhat = "the copy of the directory";

Hash256 HashOfCopy(ByteView bytes) { return HashFor("sacoche.dircopy", {bytes}); }

void WriteList(ByteWriter& out, const std::vector<Bytes>& statements) {
  out.Varint(statements.size());
  for (const Bytes& statement : statements) out.Sized(statement);
}

std::vector<Bytes> ReadList(ByteReader& in) {
  std::vector<Bytes> statements;
  const std::size_t count = in.Count(kDirectoryCopyStatementsMax);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    statements.push_back(CopyOf(in.Sized(kStatementBytesMax)));
  return statements;
}

}  // namespace

Bytes EncodeDirectoryCopy(const DirectoryCopy& copy) {
  ByteWriter out;
  out.Raw(ViewOf(kMagic));
  out.Byte(kFormat);
  out.Raw(copy.root);
  WriteList(out, copy.shown);
  WriteList(out, copy.lacking);
  WriteList(out, copy.unanswered);
  const Hash256 hash = HashOfCopy(out.bytes());
  out.Raw(hash);
  return std::move(out).Take();
}

Result<DirectoryCopy> DecodeDirectoryCopy(ByteView bytes) {
  if (bytes.size() > kDirectoryCopyBytesMax)
    return Fail(ErrorCode::kLimit, std::string(kWhat) + " is too long");
  ByteReader in(bytes);
  const ByteView magic = in.Raw(kMagic.size());
  if (!in.ok() || !Equal(magic, ViewOf(kMagic)))
    return Fail(ErrorCode::kCorrupt, "this is no copy of a directory");
  const std::uint8_t format = in.Byte();
  if (in.ok() && format != kFormat)
    return Fail(ErrorCode::kNewerFormat, std::string(kWhat) + " was made by a newer release",
                "Update Sacoche.");
  DirectoryCopy copy;
  copy.root = in.Array<std::tuple_size_v<SigningPublicKey>>();
  copy.shown = ReadList(in);
  copy.lacking = ReadList(in);
  copy.unanswered = ReadList(in);
  const Hash256 hash = in.Array<std::tuple_size_v<Hash256>>();
  SACOCHE_TRY(in.Finish(kWhat));
  if (hash != HashOfCopy(bytes.first(bytes.size() - hash.size())))
    return Fail(ErrorCode::kCorrupt, std::string(kWhat) + " was altered");
  return copy;
}

}  // namespace sacoche
