#pragma once

#include <cstring>
#include <memory>
#include <utility>

#include "platform/base/bytes.h"

namespace sacoche {

// Bytes that are wiped when they go away, and that cannot be copied or printed. Handing the secret
// on is a move; looking at it is an explicit view() with the caller's lifetime.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : data_(new std::uint8_t[size]()), size_(size) {}
  explicit SecretBytes(ByteView bytes) : SecretBytes(bytes.size()) {
    if (size_ != 0) std::memcpy(data_.get(), bytes.data(), size_);
  }
  SecretBytes(SecretBytes&& other) noexcept
      : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      Wipe();
      data_ = std::move(other.data_);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { Wipe(); }

  [[nodiscard]] ByteView view() const { return {data_.get(), size_}; }
  [[nodiscard]] std::span<std::uint8_t> span() { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] SecretBytes Clone() const { return SecretBytes(view()); }

 private:
  void Wipe() {
    // glibc's explicit_bzero is not elided by the optimiser.
    if (data_) explicit_bzero(data_.get(), size_);
  }

  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_ = 0;
};

}  // namespace sacoche
