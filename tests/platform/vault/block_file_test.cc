#include "platform/vault/block_file.h"

#include <gtest/gtest.h>

#include "platform/vault/stored_database.h"
#include "tests/platform/vault/vault_on_disk.h"

namespace sacoche {
namespace {

constexpr std::size_t kBlock = 512;
constexpr ByteArray<8> kEnd = {1, 2, 3, 4, 5, 6, 7, 8};

class BlockFileTest : public testing::Test {
 protected:
  // Two handles on one journal.
  BlockFile Handle() {
    return {stored_.file(),
            std::make_unique<PageCipher>(key_.page_key(), VaultFileId{}),
            {.kind = RecordKind::kJournalBlock,
             .block_bytes = kBlock,
             .gathers_writes = true,
             .gathers_on_only = true,
             .damage_reads_as_zeros = true,
             .fills_blocks = true,
             .unfilled_end = kEnd}};
  }
  static bool EndsWithMark(BlockFile& file, std::int64_t size) {
    std::int64_t found = 0;
    ByteArray<kEnd.size()> end{};
    return file.Size(&found) == SQLITE_OK && found == size &&
           file.Read(end, size - static_cast<std::int64_t>(end.size())) == SQLITE_OK && end == kEnd;
  }

  DataKey key_ = KeyOf(1);
  SimulatedDisk disk_;
  StoredDatabase stored_{disk_.vfs_name(), kStorePath, StoredDatabase::Mode::kNew};
};

TEST_F(BlockFileTest, AnEndMarkIsFoundByOthersWhereverItLies) {
  for (std::size_t size = 2 * kBlock - 10; size <= 2 * kBlock + 10; ++size) {
    BlockFile writer = Handle();
    ASSERT_EQ(writer.Truncate(0), SQLITE_OK);
    ASSERT_EQ(writer.Write(Bytes(kBlock), 0), SQLITE_OK);
    ASSERT_EQ(writer.Write(Bytes(size - kBlock), kBlock), SQLITE_OK);
    ASSERT_EQ(writer.Write(kEnd, static_cast<std::int64_t>(size)), SQLITE_OK);
    BlockFile reader = Handle();
    const auto end = static_cast<std::int64_t>(size + kEnd.size());
    EXPECT_TRUE(EndsWithMark(reader, end)) << size;
    ASSERT_EQ(writer.Flush(), SQLITE_OK);
    EXPECT_TRUE(EndsWithMark(reader, end)) << size;
  }
}

TEST_F(BlockFileTest, AnEndMarkThatCouldNotBeWrittenIsFoundByNobody) {
  for (std::size_t size = 2 * kBlock - 10; size <= 2 * kBlock + 10; ++size) {
    for (std::uint64_t nth = 0; nth < 2; ++nth) {
      BlockFile writer = Handle();
      ASSERT_EQ(writer.Truncate(0), SQLITE_OK);
      ASSERT_EQ(writer.Write(Bytes(kBlock), 0), SQLITE_OK);
      ASSERT_EQ(writer.Write(Bytes(size - kBlock), kBlock), SQLITE_OK);
      disk_.Break({SimulatedDisk::Operation::kWrite, nth, SQLITE_FULL, true, false});
      const int code = writer.Write(kEnd, static_cast<std::int64_t>(size));
      disk_.Mend();
      const auto end = static_cast<std::int64_t>(size + kEnd.size());
      BlockFile reader = Handle();
      EXPECT_EQ(EndsWithMark(writer, end), code == SQLITE_OK) << size;
      EXPECT_EQ(EndsWithMark(reader, end), code == SQLITE_OK) << size;
    }
  }
}

}  // namespace
}  // namespace sacoche
