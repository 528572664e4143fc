#include "engine/seal/snapshot_seal.h"

#include <sodium.h>

#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kTagBytes == kSnapshotPartOverheadBytes);
using Nonce = ByteArray<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES>;
static_assert(std::tuple_size_v<Nonce> == SnapshotId::kSize + 8);

Nonce NonceOf(const SnapshotId& id, std::uint64_t index) {
  Nonce nonce;
  std::ranges::copy(id.bytes, nonce.begin());
  for (std::size_t i = 0; i < 8; ++i)
    nonce[SnapshotId::kSize + i] = static_cast<std::uint8_t>(index >> (8 * i));
  return nonce;
}

}  // namespace

SnapshotSealer::SnapshotSealer(const SnapshotIdentity& identity, const EpochKey& key)
    : id_(identity.id),
      associated_data_(EncodeSnapshotIdentity(identity)),
      key_(key.SnapshotKey(identity.space, identity.id)) {}

Bytes SnapshotSealer::Seal(std::uint64_t index, ByteView plain) const {
  const Nonce nonce = NonceOf(id_, index);
  Bytes part(plain.size() + kTagBytes);
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(part.data(), &size, plain.data(), plain.size(),
                                             associated_data_.data(), associated_data_.size(),
                                             nullptr, nonce.data(), key_.view().data());
  SACOCHE_CHECK(size == part.size());
  return part;
}

Result<Bytes> SnapshotSealer::Open(std::uint64_t index, ByteView part) const {
  if (part.size() < kTagBytes)
    return Fail(ErrorCode::kCorrupt, "a part of a snapshot is too short");
  const Nonce nonce = NonceOf(id_, index);
  Bytes plain(part.size() - kTagBytes);
  unsigned long long size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          plain.data(), &size, nullptr, part.data(), part.size(), associated_data_.data(),
          associated_data_.size(), nonce.data(), key_.view().data()) != 0)
    return Fail(ErrorCode::kCorrupt, "a part of a snapshot does not open with the space's key");
  return plain;
}

void SignSnapshot(SealedSnapshotHead& head, const SigningKey& signer) {
  head.signature = signer.Sign(SigningPurpose::kSnapshot, EncodeUnsignedHead(head));
}

bool VerifySnapshot(const SealedSnapshotHead& head, const SigningPublicKey& signer) {
  return Verify(SigningPurpose::kSnapshot, EncodeUnsignedHead(head), head.signature, signer);
}

}  // namespace sacoche
