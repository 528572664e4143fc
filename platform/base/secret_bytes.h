#pragma once

#include <memory>
#include <utility>

#include "platform/base/bytes.h"

namespace sacoche {

// Bytes in guarded memory (libsodium's sodium_malloc): locked out of the swap and of core dumps as
// far as the system's limit for locked memory goes, between inaccessible pages, wiped when they go
// away. They cannot be copied or printed. Handing the secret on is a move; looking at it is an
// explicit view() with the caller's lifetime.
//
// Each takes some pages of memory and system calls: for keys and passphrases, not for case content.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);  // zeros
  explicit SecretBytes(ByteView bytes);
  SecretBytes(SecretBytes&& other) noexcept
      : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() = default;

  [[nodiscard]] ByteView view() const { return {data_.get(), size_}; }
  [[nodiscard]] std::span<std::uint8_t> span() { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] SecretBytes Clone() const { return SecretBytes(view()); }

 private:
  struct WipeAndFree {
    void operator()(std::uint8_t* data) const;
  };

  std::unique_ptr<std::uint8_t[], WipeAndFree> data_;
  std::size_t size_ = 0;
};

}  // namespace sacoche
