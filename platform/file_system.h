#pragma once

#include <string>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace sacoche {

// The few whole files that live beside the database: keys on removable media, invitations, exports.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<Bytes> ReadFile(const std::string& path, std::size_t size_max) = 0;

  // All or nothing: a new file is written, synced and renamed over `path`, readable by the owner
  // only. A full disk leaves the old file as it was.
  virtual Status WriteFileAtomically(const std::string& path, ByteView content) = 0;

  [[nodiscard]] virtual bool Exists(const std::string& path) = 0;
};

}  // namespace sacoche
