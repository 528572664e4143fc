#include "platform/vault/page_cipher.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>

#include "platform/base/check.h"

namespace sacoche {
namespace {

using AssociatedData = ByteArray<16 + 1 + 8>;

AssociatedData DataFor(const VaultFileId& file, RecordKind kind, std::uint64_t number) {
  AssociatedData data{};
  std::ranges::copy(file, data.begin());
  data[16] = static_cast<std::uint8_t>(kind);
  for (std::size_t i = 0; i < 8; ++i) data[17 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return data;
}

}  // namespace

static_assert(PageCipher::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(PageCipher::kNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(PageCipher::kTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

void PageCipher::NextNonce(std::uint8_t* nonce) {
  // A child of fork() must not go on with the nonces that its parent drew.
  if (nonces_left_ == 0 || drawn_by_process_ != getpid()) {
    randombytes_buf(nonces_.data(), nonces_.size());
    nonces_left_ = kNoncesDrawnAtOnce;
    drawn_by_process_ = getpid();
  }
  --nonces_left_;
  std::copy_n(nonces_.data() + nonces_left_ * kNonceBytes, kNonceBytes, nonce);
}

void PageCipher::Seal(RecordKind kind, std::uint64_t number, ByteView plain, std::uint8_t* record) {
  SACOCHE_CHECK(key_.size() == kKeyBytes);
  NextNonce(record);
  const AssociatedData data = DataFor(file_, kind, number);
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
      record + kOverheadBytes, record + kNonceBytes, nullptr, plain.data(), plain.size(),
      data.data(), data.size(), nullptr, record, key_.data());
}

bool PageCipher::Open(RecordKind kind, std::uint64_t number, ByteView record,
                      std::uint8_t* plain) const {
  SACOCHE_CHECK(key_.size() == kKeyBytes);
  if (record.size() < kOverheadBytes) return false;
  const std::size_t size = record.size() - kOverheadBytes;
  const AssociatedData data = DataFor(file_, kind, number);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
          plain, nullptr, record.data() + kOverheadBytes, size, record.data() + kNonceBytes,
          data.data(), data.size(), record.data(), key_.data()) == 0)
    return true;
  std::fill_n(plain, size, std::uint8_t{0});
  return false;
}

}  // namespace sacoche
