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

  // `from` takes the place of `to`, which may be there or not; in one step, and on the disk when
  // this returns. Both must be in one folder.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;

  // A file that is not there is no error.
  virtual Status Remove(const std::string& path) = 0;
};

}  // namespace sacoche
