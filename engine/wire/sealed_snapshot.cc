#include "engine/wire/sealed_snapshot.h"

#include "engine/wire/limits.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

SnapshotIdentity ReadIdentity(ByteReader& in) {
  SnapshotIdentity identity;
  identity.space = SpaceId::FromArray(in.Array<16>());
  identity.epoch = in.Varint();
  identity.device = DeviceId::FromArray(in.Array<16>());
  identity.id = SnapshotId::FromArray(in.Array<16>());
  identity.sequence = in.Varint();
  identity.history = in.Array<8>();
  if (identity.epoch == 0 || identity.sequence == 0) in.SetFailed();
  return identity;
}

}  // namespace

Bytes EncodeSnapshotIdentity(const SnapshotIdentity& identity) {
  ByteWriter out;
  out.Byte(kSealedSnapshotFormat);
  out.Raw(identity.space.view());
  out.Varint(identity.epoch);
  out.Raw(identity.device.view());
  out.Raw(identity.id.view());
  out.Varint(identity.sequence);
  out.Raw(identity.history);
  return std::move(out).Take();
}

Bytes EncodeUnsignedHead(const SealedSnapshotHead& head) {
  ByteWriter out;
  out.Raw(EncodeSnapshotIdentity(head.identity));
  out.Varint(head.part_hashes.size());
  for (const ByteArray<32>& hash : head.part_hashes) out.Raw(hash);
  return std::move(out).Take();
}

Bytes EncodeSnapshotHead(const SealedSnapshotHead& head) {
  Bytes bytes = EncodeUnsignedHead(head);
  Append(bytes, head.signature);
  return bytes;
}

Result<SealedSnapshotHead> DecodeSnapshotHead(ByteView bytes) {
  ByteReader in(bytes);
  if (in.Byte() != kSealedSnapshotFormat && in.ok())
    return Fail(ErrorCode::kNewerFormat, "a snapshot has an unknown format", "Update Sacoche.");
  SealedSnapshotHead head;
  head.identity = ReadIdentity(in);
  head.part_hashes.resize(in.Count(limits::kSnapshotPartsMax, 32));
  if (head.part_hashes.empty()) in.SetFailed();
  for (ByteArray<32>& hash : head.part_hashes) hash = in.Array<32>();
  head.signature = in.Array<64>();
  SACOCHE_TRY(in.Finish("the head of a snapshot"));
  return head;
}

}  // namespace sacoche
