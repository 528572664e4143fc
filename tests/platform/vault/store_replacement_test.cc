#include "platform/vault/store_replacement.h"

#include <sys/wait.h>
#include <unistd.h>

#include "platform/posix/posix_file_system.h"
#include "tests/platform/vault/killing_files.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

class StoreReplacementTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, std::string_view content) {
    ASSERT_THAT(files_.WriteFileAtomically(folder_ / name, ViewOf(content)), Succeeds());
  }
  std::string Get(const std::string& name) {
    const auto content = files_.ReadFile(folder_ / name, 1000);
    return content ? std::string(TextOf(*content)) : "";
  }
  void PutOldAndReady() {
    Put("store", "old");
    Put("store-wal", "old wal");
    Put("store-ready", "new");
  }

  TemporaryDirectory folder_;
  PosixFileSystem files_;
  const std::string store_ = folder_ / "store";
};

TEST_F(StoreReplacementTest, TheOldStoreIsKeptWithItsWal) {
  PutOldAndReady();
  ASSERT_THAT(ReplaceStore(files_, store_), Succeeds());
  EXPECT_EQ(Get("store"), "new");
  EXPECT_FALSE(files_.Exists(folder_ / "store-wal"));
  EXPECT_EQ(Get("store-replaced"), "old");
  EXPECT_EQ(Get("store-replaced-wal"), "old wal");
}

TEST_F(StoreReplacementTest, AnOlderReplacedStoreIsKeptToo) {
  for (const char* content : {"first", "second", "third"}) {
    Put("store", content);
    Put("store-ready", "new");
    ASSERT_THAT(ReplaceStore(files_, store_), Succeeds());
  }
  EXPECT_EQ(Get("store-replaced"), "third");
  EXPECT_EQ(Get("store-replaced-2"), "first");
  EXPECT_EQ(Get("store-replaced-3"), "second");
}

TEST_F(StoreReplacementTest, WhereThereWasNoStoreThereIsOne) {
  Put("store-ready", "new");
  ASSERT_THAT(ReplaceStore(files_, store_), Succeeds());
  EXPECT_EQ(Get("store"), "new");
  EXPECT_FALSE(files_.Exists(ReplacedPath(store_)));
}

TEST_F(StoreReplacementTest, AFileWithAWalIsNotComplete) {
  PutOldAndReady();
  Put("store-ready-wal", "not yet in the file");
  EXPECT_THAT(ReplaceStore(files_, store_), FailsWith(ErrorCode::kIo));
  EXPECT_EQ(Get("store"), "old");
}

TEST_F(StoreReplacementTest, WhatIsNotCompleteIsDiscarded) {
  PutOldAndReady();
  Put("store-ready-wal", "left over");
  ASSERT_THAT(DiscardReady(files_, store_), Succeeds());
  EXPECT_FALSE(files_.Exists(ReadyPath(store_)));
  EXPECT_FALSE(files_.Exists(ReadyPath(store_) + "-wal"));
  EXPECT_EQ(Get("store"), "old");
  ASSERT_THAT(FinishReplacement(files_, store_), Succeeds());
  EXPECT_EQ(Get("store"), "old");
}

TEST_F(StoreReplacementTest, KilledAnywhereItLeavesOneOfTheTwoWhole) {
  bool killed = true;
  int kills = 0;
  for (int steps = 0; killed; ++steps) {
    PutOldAndReady();
    const pid_t child = fork();
    if (child == 0) {
      KillingFiles files(steps);
      _exit(ReplaceStore(files, store_) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    killed = WIFSIGNALED(status);
    kills += killed ? 1 : 0;
    ASSERT_THAT(FinishReplacement(files_, store_), Succeeds());
    if (Get("store") == "old") {
      EXPECT_EQ(Get("store-wal"), "old wal");
    } else {
      EXPECT_EQ(Get("store-replaced"), "old");
      EXPECT_EQ(Get("store-replaced-wal"), "old wal");
      EXPECT_FALSE(files_.Exists(folder_ / "store-wal"));
    }
  }
  EXPECT_GE(kills, 8);
}

}  // namespace
}  // namespace sacoche
