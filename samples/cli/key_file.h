#pragma once

#include <string>
#include <utility>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace sacoche {

// Writes a file that is not there yet, for its owner only, and has it on the disk when it returns.
// kAlreadyExists leaves the one that is there as it is: another organisation's key may be in it.
[[nodiscard]] Status WriteNewKeyFile(const std::string& path, ByteView content);

// While it lives, no other program of this machine works with that key file: two at a time could
// sign two statements with one number. Let go with the process in any case.
class KeyFileLock {
 public:
  // kBusy if another holds it.
  [[nodiscard]] static Result<KeyFileLock> Take(const std::string& path);

  KeyFileLock(KeyFileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  KeyFileLock& operator=(KeyFileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~KeyFileLock();

 private:
  explicit KeyFileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace sacoche
