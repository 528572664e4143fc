#pragma once

#include <sqlite3.h>

#include <cstdint>

#include "platform/base/bytes.h"
#include "platform/base/check.h"

namespace sacoche {

// Not std::ranges::copy: that of libstdc++ 12 moves const bytes one at a time, which takes half as
// long as ciphering them.
inline void CopyTo(std::span<std::uint8_t> out, ByteView bytes) {
  SACOCHE_CHECK(bytes.size() <= out.size());
  std::copy_n(bytes.data(), bytes.size(), out.data());
}

// A file of the layer below: real bytes on a disk, or on a simulated one. The calls return SQLite's
// codes, because a VFS passes them on. A view: does not own the file.
class StoredFile {
 public:
  explicit StoredFile(sqlite3_file* file) : file_(file) {}

  [[nodiscard]] int Read(std::span<std::uint8_t> out, std::int64_t offset) const {
    return file_->pMethods->xRead(file_, out.data(), static_cast<int>(out.size()), offset);
  }
  [[nodiscard]] int Write(ByteView bytes, std::int64_t offset) const {
    return file_->pMethods->xWrite(file_, bytes.data(), static_cast<int>(bytes.size()), offset);
  }
  [[nodiscard]] int Truncate(std::int64_t size) const {
    return file_->pMethods->xTruncate(file_, size);
  }
  [[nodiscard]] int Sync(int flags) const { return file_->pMethods->xSync(file_, flags); }
  [[nodiscard]] int Size(std::int64_t* size) const {
    sqlite3_int64 bytes = 0;
    const int code = file_->pMethods->xFileSize(file_, &bytes);
    *size = bytes;
    return code;
  }
  [[nodiscard]] sqlite3_file* get() const { return file_; }

 private:
  sqlite3_file* file_;
};

// What SQLite believes to be a file: the vault's plain side. Offsets and sizes are in plain bytes,
// results are SQLite's codes. Owned by one connection, which calls one method at a time.
class PlainFile {
 public:
  virtual ~PlainFile() = default;
  // Beyond the end: zeros and SQLITE_IOERR_SHORT_READ.
  [[nodiscard]] virtual int Read(std::span<std::uint8_t> out, std::int64_t offset) = 0;
  [[nodiscard]] virtual int Write(ByteView bytes, std::int64_t offset) = 0;
  [[nodiscard]] virtual int Truncate(std::int64_t size) = 0;
  [[nodiscard]] virtual int Size(std::int64_t* size) = 0;
  // Hands what is held back in memory to the layer below; does not sync it.
  [[nodiscard]] virtual int Flush() = 0;
};

}  // namespace sacoche
