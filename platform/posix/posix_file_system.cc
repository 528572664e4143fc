#include "platform/posix/posix_file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace sacoche {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

tl::unexpected<Error> SystemError(const std::string& what, const std::string& path) {
  const int error = errno;
  const std::string message = what + " " + path + ": " + std::strerror(error);
  // EFBIG: a limit of the medium or of the process; for files this small it is room that lacks.
  if (error == ENOSPC || error == EDQUOT || error == EFBIG)
    return Fail(ErrorCode::kDiskFull, message, "Make room on the disk and try again.");
  if (error == ENOENT) return Fail(ErrorCode::kNotFound, message, "Check the path.");
  return Fail(ErrorCode::kIo, message, "Check the path and its permissions.");
}

Status WriteAll(int fd, ByteView content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t wrote = write(fd, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return SystemError("cannot write", path);
    content = content.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

Status WriteNewFile(const std::string& path, ByteView content) {
  // A leftover or a planted link of that name must not lend the new file its rights or its place.
  unlink(path.c_str());
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return SystemError("cannot create", path);
  SACOCHE_TRY(WriteAll(file.get(), content, path));
  if (fsync(file.get()) != 0) return SystemError("cannot write", path);
  return {};
}

void SyncDirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid()) fsync(opened.get());
}

}  // namespace

Result<Bytes> PosixFileSystem::ReadFile(const std::string& path, std::size_t size_max) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return SystemError("cannot open", path);
  Bytes content;
  ByteArray<16384> piece;
  while (true) {
    const ssize_t got = read(file.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("cannot read", path);
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > size_max)
      return Fail(ErrorCode::kLimit, path + " is larger than such a file can be",
                  "Check that it is the right file.");
    Append(content, ByteView(piece).first(static_cast<std::size_t>(got)));
  }
}

Status PosixFileSystem::WriteFileAtomically(const std::string& path, ByteView content) {
  const std::string temporary = path + ".new";
  if (auto status = WriteNewFile(temporary, content); !status) {
    unlink(temporary.c_str());
    return status;
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    auto failed = SystemError("cannot replace", path);
    unlink(temporary.c_str());
    return failed;
  }
  SyncDirectoryOf(path);
  return {};
}

Status PosixFileSystem::Rename(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return SystemError("cannot replace", to);
  SyncDirectoryOf(to);
  return {};
}

Status PosixFileSystem::Remove(const std::string& path) {
  if (unlink(path.c_str()) == 0) {
    SyncDirectoryOf(path);
  } else if (errno != ENOENT) {
    return SystemError("cannot remove", path);
  }
  return {};
}

bool PosixFileSystem::Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace sacoche
