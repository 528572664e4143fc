#pragma once

#include "platform/base/secret_bytes.h"

namespace sacoche {

// The random key from which everything in a vault is sealed, and its subkeys, one for each purpose
// (libsodium's crypto_kdf). Derived once; wiped with the object.
class DataKey {
 public:
  static constexpr std::size_t kBytes = 32;

  static DataKey Generate();
  // `bytes` must be kBytes.
  explicit DataKey(SecretBytes bytes);

  [[nodiscard]] DataKey Clone() const { return DataKey(bytes_.Clone()); }
  // The key itself: for a key slot to wrap, for nothing else.
  [[nodiscard]] ByteView bytes() const { return bytes_.view(); }
  [[nodiscard]] ByteView page_key() const { return page_key_.view(); }
  [[nodiscard]] ByteView header_key() const { return header_key_.view(); }
  // Wraps the next data key while the vault changes from this one to that.
  [[nodiscard]] ByteView rekey_key() const { return rekey_key_.view(); }

 private:
  SecretBytes bytes_;
  SecretBytes page_key_;
  SecretBytes header_key_;
  SecretBytes rekey_key_;
};

}  // namespace sacoche
