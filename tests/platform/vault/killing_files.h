#pragma once

#include <signal.h>

#include "platform/posix/posix_file_system.h"

namespace sacoche {

// Real files, until the program is killed: at the n-th step (from 0) that makes, moves or removes
// one, and at each step between.
class KillingFiles final : public FileSystem {
 public:
  explicit KillingFiles(int steps_left) : steps_left_(steps_left) {}

  Result<Bytes> ReadFile(const std::string& path, std::size_t size_max) override {
    return files_.ReadFile(path, size_max);
  }
  Status WriteFileAtomically(const std::string& path, ByteView content) override {
    return files_.WriteFileAtomically(path, content);
  }
  bool Exists(const std::string& path) override {
    Step();
    return files_.Exists(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    Step();
    SACOCHE_TRY(files_.Rename(from, to));
    Step();
    return {};
  }
  Status Remove(const std::string& path) override {
    Step();
    return files_.Remove(path);
  }

 private:
  void Step() {
    if (steps_left_-- == 0) raise(SIGKILL);
  }

  PosixFileSystem files_;
  int steps_left_;
};

}  // namespace sacoche
