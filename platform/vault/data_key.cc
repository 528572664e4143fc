#include "platform/vault/data_key.h"

#include <sodium.h>

#include <utility>

#include "platform/base/check.h"

namespace sacoche {
namespace {

// Part of the format: never renumbered, never reworded.
constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "SacVault";
enum class Subkey : std::uint64_t { kPages = 1, kHeader = 2, kRekey = 3 };

SecretBytes Derive(const SecretBytes& from, Subkey number) {
  SecretBytes key(DataKey::kBytes);
  SACOCHE_CHECK(crypto_kdf_derive_from_key(key.span().data(), key.size(),
                                           static_cast<std::uint64_t>(number), kContext,
                                           from.view().data()) == 0);
  return key;
}

}  // namespace

static_assert(DataKey::kBytes == crypto_kdf_KEYBYTES);

DataKey DataKey::Generate() {
  SecretBytes bytes(kBytes);
  randombytes_buf(bytes.span().data(), bytes.size());
  return DataKey(std::move(bytes));
}

DataKey::DataKey(SecretBytes bytes) : bytes_(std::move(bytes)) {
  SACOCHE_CHECK(bytes_.size() == kBytes);
  page_key_ = Derive(bytes_, Subkey::kPages);
  header_key_ = Derive(bytes_, Subkey::kHeader);
  rekey_key_ = Derive(bytes_, Subkey::kRekey);
}

}  // namespace sacoche
