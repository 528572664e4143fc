#include "platform/posix/posix_file_system.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

// No file of this process grows beyond `bytes` while it lives: a write gets an error, as it would
// from a medium that is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : previous_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    SACOCHE_CHECK(getrlimit(RLIMIT_FSIZE, &previous_) == 0);
    const rlimit limit{bytes, previous_.rlim_max};
    SACOCHE_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int);
};

class PosixFileSystemTest : public testing::Test {
 protected:
  std::size_t FilesInFolder() const {
    const std::filesystem::directory_iterator files(folder_.path());
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  TemporaryDirectory folder_;
  PosixFileSystem files_;
  const std::string path_ = folder_ / "a.key";
};

TEST_F(PosixFileSystemTest, ReadFile_GivesBackWhatWasWritten) {
  Bytes content(100'000);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * 7);
  ASSERT_THAT(files_.WriteFileAtomically(path_, content), Succeeds());
  EXPECT_EQ(files_.ReadFile(path_, content.size()).value(), content);
  EXPECT_EQ(FilesInFolder(), 1U);
}

TEST_F(PosixFileSystemTest, AnEmptyFileIsAFile) {
  ASSERT_THAT(files_.WriteFileAtomically(path_, {}), Succeeds());
  EXPECT_TRUE(files_.Exists(path_));
  EXPECT_TRUE(files_.ReadFile(path_, 0).value().empty());
}

TEST_F(PosixFileSystemTest, WriteFileAtomically_ReplacesTheOldContent) {
  ASSERT_THAT(files_.WriteFileAtomically(path_, ViewOf("a longer first content")), Succeeds());
  ASSERT_THAT(files_.WriteFileAtomically(path_, ViewOf("second")), Succeeds());
  EXPECT_EQ(TextOf(files_.ReadFile(path_, 100).value()), "second");
}

TEST_F(PosixFileSystemTest, ReadFile_NamesAMissingFile) {
  EXPECT_FALSE(files_.Exists(path_));
  const auto missing = files_.ReadFile(path_, 100);
  ASSERT_THAT(missing, FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(missing.error().message, testing::HasSubstr(path_));
}

TEST_F(PosixFileSystemTest, ReadFile_RefusesAFileBeyondTheLimit) {
  ASSERT_THAT(files_.WriteFileAtomically(path_, Bytes(1001)), Succeeds());
  EXPECT_THAT(files_.ReadFile(path_, 1000), FailsWith(ErrorCode::kLimit));
  EXPECT_THAT(files_.ReadFile("/dev/zero", 1000), FailsWith(ErrorCode::kLimit));
  EXPECT_THAT(files_.ReadFile(path_, 1001), Succeeds());
}

TEST_F(PosixFileSystemTest, ReadFile_OfAFolderIsAnError) {
  EXPECT_THAT(files_.ReadFile(folder_.path(), 1000), FailsWith(ErrorCode::kIo));
}

TEST_F(PosixFileSystemTest, WriteFileAtomically_NeedsItsFolder) {
  EXPECT_THAT(files_.WriteFileAtomically(folder_ / "absent/a.key", ViewOf("x")),
              FailsWith(ErrorCode::kNotFound));
}

TEST_F(PosixFileSystemTest, WriteFileAtomically_DoesNotReplaceAFolder) {
  EXPECT_THAT(files_.WriteFileAtomically(folder_.path(), ViewOf("x")), FailsWith(ErrorCode::kIo));
  EXPECT_TRUE(std::filesystem::is_directory(folder_.path()));
  EXPECT_FALSE(files_.Exists(folder_.path() + ".new"));
}

mode_t PermissionsOf(const std::string& path) {
  struct stat status {};
  SACOCHE_CHECK(stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

TEST_F(PosixFileSystemTest, WriteFileAtomically_IsReadableByTheOwnerOnly) {
  ASSERT_THAT(files_.WriteFileAtomically(path_, ViewOf("key")), Succeeds());
  EXPECT_EQ(PermissionsOf(path_), 0600U);
}

TEST_F(PosixFileSystemTest, WriteFileAtomically_DoesNotInheritTheRightsOfALeftover) {
  const std::string leftover = path_ + ".new";
  std::ofstream(leftover) << "what a crash left behind";
  ASSERT_EQ(chmod(leftover.c_str(), 0666), 0);
  ASSERT_THAT(files_.WriteFileAtomically(path_, ViewOf("key")), Succeeds());
  EXPECT_EQ(PermissionsOf(path_), 0600U);
}

TEST_F(PosixFileSystemTest, WriteFileAtomically_DoesNotWriteThroughALink) {
  const std::string elsewhere = folder_ / "elsewhere";
  std::ofstream(elsewhere) << "untouched";
  ASSERT_EQ(symlink(elsewhere.c_str(), (path_ + ".new").c_str()), 0);
  ASSERT_THAT(files_.WriteFileAtomically(path_, ViewOf("key")), Succeeds());
  EXPECT_EQ(TextOf(files_.ReadFile(elsewhere, 100).value()), "untouched");
  EXPECT_FALSE(std::filesystem::is_symlink(path_));
}

TEST_F(PosixFileSystemTest, WriteFileAtomically_LeavesTheOldFileWhenTheDiskIsFull) {
  ASSERT_THAT(files_.WriteFileAtomically(path_, ViewOf("old")), Succeeds());
  {
    const FileSizeLimit limit(1000);
    EXPECT_THAT(files_.WriteFileAtomically(path_, Bytes(5000)), FailsWith(ErrorCode::kDiskFull));
  }
  EXPECT_EQ(TextOf(files_.ReadFile(path_, 100).value()), "old");
  EXPECT_EQ(FilesInFolder(), 1U);
  EXPECT_THAT(files_.WriteFileAtomically(path_, Bytes(5000)), Succeeds());
}

}  // namespace
}  // namespace sacoche
