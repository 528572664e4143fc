#include "sync-server/tls_sessions.h"

#include <gtest/gtest.h>

#include "platform/base/byte_codec.h"
#include "platform/posix/posix_file_system.h"
#include "tests/fakes/manual_clock.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

// The file of sessions; what they are good for is resumption_test.cc's.
namespace sacoche {
namespace {

class TlsSessionsTest : public ::testing::Test {
 protected:
  static Bytes FileOf(std::size_t sessions) {
    ByteWriter out;
    out.Raw(ViewOf("SCTS\x01"));
    out.Raw(ByteArray<32>{7});
    for (std::size_t i = 0; i < sessions; ++i) {
      out.Varint(2'000'000'000);
      out.Sized(ViewOf("session " + std::to_string(i)));
      out.Sized(ViewOf("secret " + std::to_string(i)));
    }
    return std::move(out).Take();
  }
  std::size_t CountTakenFrom(ByteView file) {
    SACOCHE_CHECK(files_.WriteFileAtomically(path(), file).has_value());
    TlsSessions sessions(clock_);
    EXPECT_THAT(sessions.TakeFrom(files_, path()), Succeeds());
    EXPECT_FALSE(files_.Exists(path()));
    return sessions.size();
  }
  [[nodiscard]] std::string path() const { return folder_ / "tls-sessions"; }

  TemporaryDirectory folder_;
  PosixFileSystem files_;
  ManualClock clock_;
};

TEST_F(TlsSessionsTest, GoIntoAFileAndComeBackOnce) {
  const Bytes file = FileOf(3);
  SACOCHE_CHECK(files_.WriteFileAtomically(path(), file).has_value());
  TlsSessions sessions(clock_);
  ASSERT_THAT(sessions.TakeFrom(files_, path()), Succeeds());
  EXPECT_EQ(sessions.size(), 3);
  EXPECT_FALSE(files_.Exists(path()));
  ASSERT_THAT(sessions.SaveTo(files_, path()), Succeeds());
  EXPECT_EQ(files_.ReadFile(path(), 4096).value_or(Bytes()), file);
}

TEST_F(TlsSessionsTest, WithoutAFileThereAreNone) {
  TlsSessions sessions(clock_);
  EXPECT_THAT(sessions.TakeFrom(files_, path()), Succeeds());
  EXPECT_EQ(sessions.size(), 0);
}

TEST_F(TlsSessionsTest, ASpoiltFileGivesWhatIsWholeAndGoes) {
  const Bytes file = FileOf(3);
  const std::size_t head = FileOf(0).size();
  const std::size_t each = (file.size() - head) / 3;
  for (std::size_t length = 0; length < file.size(); ++length)
    EXPECT_EQ(CountTakenFrom(ByteView(file).first(length)),
              length < head ? 0 : (length - head) / each)
        << length;
  EXPECT_EQ(CountTakenFrom(ViewOf("SCTS\x02")), 0);
}

TEST_F(TlsSessionsTest, AreNoMoreThanTheirLimit) {
  EXPECT_EQ(CountTakenFrom(FileOf(TlsSessions::kSessionsMax + 5)), TlsSessions::kSessionsMax);
}

TEST_F(TlsSessionsTest, AFolderThatCannotBeWrittenIsSaid) {
  const TlsSessions sessions(clock_);
  EXPECT_THAT(sessions.SaveTo(files_, folder_ / "no such folder/tls-sessions"),
              FailsWith(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace sacoche
