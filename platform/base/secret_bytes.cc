#include "platform/base/secret_bytes.h"

#include <sodium.h>

#include "platform/base/check.h"

namespace sacoche {

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  // Also makes libsodium ready, whoever comes first.
  SACOCHE_CHECK(sodium_init() >= 0);
  data_.reset(static_cast<std::uint8_t*>(sodium_malloc(size)));
  SACOCHE_CHECK(data_ != nullptr);
  sodium_memzero(data_.get(), size);
}

SecretBytes::SecretBytes(ByteView bytes) : SecretBytes(bytes.size()) {
  std::ranges::copy(bytes, data_.get());
}

void SecretBytes::WipeAndFree::operator()(std::uint8_t* data) const { sodium_free(data); }

}  // namespace sacoche
