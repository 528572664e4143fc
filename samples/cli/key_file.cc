#include "samples/cli/key_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sacoche {
namespace {

tl::unexpected<Error> KeyFileError(const std::string& path) {
  const int error = errno;
  if (error == EEXIST)
    return Fail(ErrorCode::kAlreadyExists, "there is a file " + path + " already",
                "Choose another name for the new key; or add --resume to go on with that key.");
  return Fail(error == ENOSPC || error == EDQUOT ? ErrorCode::kDiskFull : ErrorCode::kIo,
              "the key file " + path + " cannot be written: " + std::strerror(error),
              "Check the path, its permissions and the room on the disk.");
}

Status WriteAndSync(int fd, ByteView content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t wrote = write(fd, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return KeyFileError(path);
    content = content.subspan(static_cast<std::size_t>(wrote));
  }
  if (fsync(fd) != 0) return KeyFileError(path);
  return {};
}

// So that the file's name survives a power cut as well.
void SyncFolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

}  // namespace

Status WriteNewKeyFile(const std::string& path, ByteView content) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return KeyFileError(path);
  Status status = WriteAndSync(fd, content, path);
  close(fd);
  if (!status) {
    unlink(path.c_str());
    return status;
  }
  SyncFolderOf(path);
  return {};
}

Result<KeyFileLock> KeyFileLock::Take(const std::string& path) {
  KeyFileLock lock(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.fd_ < 0)
    return Fail(ErrorCode::kIo, "the key file " + path + " cannot be read: " + std::strerror(errno),
                "Check the path and its permissions.");
  // A file system that knows no locks is no reason to be without the key.
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return lock;
  return Fail(ErrorCode::kBusy, "another program works with the key file " + path,
              "Wait until it has ended, and try again.");
}

KeyFileLock::~KeyFileLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace sacoche
