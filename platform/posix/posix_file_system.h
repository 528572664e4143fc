#pragma once

#include "platform/file_system.h"

namespace sacoche {

class PosixFileSystem final : public FileSystem {
 public:
  Result<Bytes> ReadFile(const std::string& path, std::size_t size_max) override;
  Status WriteFileAtomically(const std::string& path, ByteView content) override;
  [[nodiscard]] bool Exists(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
};

}  // namespace sacoche
