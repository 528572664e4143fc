#include "engine/seal/key_epoch.h"

#include <sodium.h>

#include "platform/base/check.h"

namespace sacoche {
namespace {

// crypto_generichash_blake2b with key, salt and personalisation, as libsodium documents it.
void KeyedHash(std::span<std::uint8_t> out, ByteView key, const SpaceId& space, ByteView message,
               std::string_view purpose) {
  ByteArray<crypto_generichash_blake2b_PERSONALBYTES> personal{};
  SACOCHE_CHECK(purpose.size() <= personal.size());
  std::ranges::copy(purpose, personal.begin());
  static_assert(SpaceId::kSize == crypto_generichash_blake2b_SALTBYTES);
  SACOCHE_CHECK(crypto_generichash_blake2b_salt_personal(out.data(), out.size(), message.data(),
                                                         message.size(), key.data(), key.size(),
                                                         space.bytes.data(), personal.data()) == 0);
}

}  // namespace

EpochKey EpochKey::Generate() {
  SACOCHE_CHECK(sodium_init() >= 0);
  SecretBytes bytes(kBytes);
  randombytes_buf(bytes.span().data(), bytes.size());
  return EpochKey(std::move(bytes));
}

Result<EpochKey> EpochKey::FromBytes(ByteView bytes) {
  if (bytes.size() != kBytes) return Fail(ErrorCode::kCorrupt, "an epoch key has a wrong length");
  return EpochKey(SecretBytes(bytes));
}

Hash256 EpochKey::Commitment(const SpaceId& space) const {
  Hash256 commitment;
  KeyedHash(commitment, view(), space, {}, "sacoche.commit");
  return commitment;
}

SecretBytes EpochKey::DossierKey(const SpaceId& space, const DossierHandle& handle) const {
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  KeyedHash(key.span(), view(), space, handle, "sacoche.dossier");
  return key;
}

SecretBytes EpochKey::SnapshotKey(const SpaceId& space, const SnapshotId& id) const {
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  KeyedHash(key.span(), view(), space, id.view(), "sacoche.snapshot");
  return key;
}

DossierHandle HandleOf(const SpaceId& space, const RecordId& dossier) {
  const Hash256 hash = HashFor("sacoche.handle", {space.view(), dossier.view()});
  DossierHandle handle;
  std::copy_n(hash.begin(), handle.size(), handle.begin());
  return handle;
}

}  // namespace sacoche
