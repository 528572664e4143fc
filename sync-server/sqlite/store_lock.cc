#include "sync-server/sqlite/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sacoche {

Result<StoreLock> StoreLock::Take(const std::string& store_path) {
  const std::string path = store_path + "-lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return Fail(ErrorCode::kIo, "cannot open " + path + ": " + std::strerror(errno),
                "Check the folder and its permissions.");
  StoreLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  return Fail(ErrorCode::kBusy, "another program is using this store",
              "Stop the server that runs on it, or wait for the command that does.");
}

StoreLock::StoreLock(StoreLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

StoreLock& StoreLock::operator=(StoreLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

StoreLock::~StoreLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace sacoche
