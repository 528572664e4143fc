#include "platform/vault/vault_header.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "platform/vault/main_identity.h"
#include "platform/vault/stored_database.h"
#include "tests/platform/vault/vault_on_disk.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

VaultHeader Sample() {
  VaultHeader header;
  header.sequence = 300;
  header.vault = {1, 2, 3};
  header.file = {4, 5, 6};
  KeySlot slot;
  slot.cost = {3, 64 * 1024};
  slot.salt = {7};
  slot.nonce = {8};
  slot.sealed = {9};
  header.slots = {slot, slot};
  header.slots[1].kind = KeySlotKind::kRecoveryCode;
  return header;
}

class VaultHeaderTest : public testing::Test {
 protected:
  [[nodiscard]] Bytes Copy(const VaultHeader& header) const {
    return EncodeHeader(header, key_.header_key());
  }
  // What the file gives after these two copies were written.
  static Result<StoredHeader> ReadBack(const Bytes& first, const Bytes& second) {
    Bytes both = first;
    Append(both, second);
    SimulatedDisk disk({{kStorePath, both}});
    StoredDatabase stored(disk.vfs_name(), kStorePath, StoredDatabase::Mode::kExisting);
    return ReadHeader(stored.file());
  }

  DataKey key_ = KeyOf(3);
};

TEST_F(VaultHeaderTest, IsReadAsItWasWritten) {
  const auto stored = StoredHeader::Decode(Copy(Sample()));
  ASSERT_THAT(stored, Succeeds());
  EXPECT_EQ(stored->unverified(), Sample());
  EXPECT_TRUE(stored->IsAuthentic(key_.header_key()));
  EXPECT_FALSE(stored->IsAuthentic(KeyOf(4).header_key()));
}

TEST_F(VaultHeaderTest, AnyFlippedBitIsFound) {
  Bytes copy = Copy(Sample());
  for (std::size_t byte = 0; byte < copy.size(); ++byte) {
    copy[byte] ^= 0x10;
    EXPECT_FALSE(StoredHeader::Decode(copy)) << byte;
    copy[byte] ^= 0x10;
  }
}

TEST_F(VaultHeaderTest, TheNewerOfTwoWholeCopiesCounts) {
  VaultHeader newer = Sample();
  newer.sequence = 301;
  EXPECT_EQ(ReadBack(Copy(Sample()), Copy(newer))->unverified().sequence, 301U);
  EXPECT_EQ(ReadBack(Copy(newer), Copy(Sample()))->unverified().sequence, 301U);
}

TEST_F(VaultHeaderTest, OneDamagedCopyIsSurvived) {
  Bytes damaged = Copy(Sample());
  damaged[100] ^= 1;
  EXPECT_THAT(ReadBack(damaged, Copy(Sample())), Succeeds());
  EXPECT_THAT(ReadBack(Copy(Sample()), damaged), Succeeds());
  EXPECT_THAT(ReadBack(damaged, damaged), FailsWith(ErrorCode::kCorrupt));
}

TEST_F(VaultHeaderTest, WhatIsNoHeaderIsOnlyTakenForEmptyIfItsMakingWasCut) {
  Bytes damaged = Copy(Sample());
  damaged[100] ^= 1;
  EXPECT_THAT(ReadBack({}, {}), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(ReadBack(Bytes(4096), damaged), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(ReadBack(Bytes(4096), Bytes(20, 7)), FailsWith(ErrorCode::kNotFound));
  // Something is there.
  Append(damaged, Bytes(1));
  EXPECT_THAT(ReadBack(Bytes(4096), damaged), FailsWith(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadBack(Bytes(4096), Bytes(4097)), FailsWith(ErrorCode::kInvalidInput));
  Bytes foreign(4096);
  foreign[4095] = 1;
  EXPECT_THAT(ReadBack(foreign, {}), FailsWith(ErrorCode::kInvalidInput));
}

TEST_F(VaultHeaderTest, ANewerFormatIsRefusedPolitely) {
  Bytes copy = Copy(Sample());
  copy[15] = 2;
  // A newer release checks its copies by the same sum; make it right again.
  const auto fixed = [&] {
    Bytes fields(copy.begin(), copy.end() - 32);
    return fields;
  }();
  ByteArray<32> sum{};
  crypto_generichash(sum.data(), sum.size(), fixed.data(), fixed.size(), nullptr, 0);
  std::ranges::copy(sum, copy.end() - 32);
  EXPECT_THAT(ReadBack(copy, copy), FailsWith(ErrorCode::kNewerFormat));
  EXPECT_THAT(ReadBack(Copy(Sample()), copy), FailsWith(ErrorCode::kNewerFormat));
}

// A crash at any byte of a rewrite leaves a whole header, the old one or the new one.
TEST_F(VaultHeaderTest, RewritingItSurvivesEveryCut) {
  SimulatedDisk disk;
  {
    StoredDatabase stored(disk.vfs_name(), kStorePath, StoredDatabase::Mode::kNew);
    ASSERT_EQ(WriteHeader(stored.file(), Sample(), key_.header_key()), SQLITE_OK);
  }
  const SimulatedDisk::Files before = disk.files();
  const std::size_t changes_before = disk.changes().size();
  VaultHeader newer = Sample();
  newer.sequence = 301;
  newer.slots.pop_back();
  StoredDatabase stored(disk.vfs_name(), kStorePath, StoredDatabase::Mode::kExisting);
  ASSERT_EQ(WriteHeader(stored.file(), newer, key_.header_key()), SQLITE_OK);

  CrashImages images(before);
  int checked = 0;
  const auto check = [&](const SimulatedDisk::Files& files) {
    SimulatedDisk copy(files);
    StoredDatabase again(copy.vfs_name(), kStorePath, StoredDatabase::Mode::kExisting);
    const auto header = ReadHeader(again.file());
    ASSERT_THAT(header, Succeeds());
    EXPECT_TRUE(header->unverified() == Sample() || header->unverified() == newer);
    ++checked;
  };
  for (std::size_t i = changes_before; i < disk.changes().size(); ++i) {
    images.Feed(disk.changes()[i]);
    check(images.AllWritten());
    for (std::size_t sectors = 0; sectors < 20; ++sectors)
      if (const auto torn = images.LastWriteTorn(sectors)) check(*torn);
  }
  EXPECT_GE(checked, 16);
}

// The copy that could not be read may be the only whole one.
TEST_F(VaultHeaderTest, AHeaderThatCannotBeReadIsNotWrittenOver) {
  using Operation = SimulatedDisk::Operation;
  SimulatedDisk disk;
  {
    StoredDatabase stored(disk.vfs_name(), kStorePath, StoredDatabase::Mode::kNew);
    ASSERT_EQ(WriteHeader(stored.file(), Sample(), key_.header_key()), SQLITE_OK);
  }
  disk.files()[kStorePath][100] ^= 1;
  const SimulatedDisk::Files before = disk.files();
  for (const bool shortens : {false, true}) {
    for (const int code : {SQLITE_IOERR_READ, SQLITE_IOERR_NOMEM}) {
      StoredDatabase stored(disk.vfs_name(), kStorePath, StoredDatabase::Mode::kExisting);
      const SimulatedDisk::Fault fault{Operation::kRead, 0, code, false, shortens};
      const int expected = shortens ? SQLITE_IOERR_READ : code;
      disk.Break(fault);
      EXPECT_EQ(WriteHeader(stored.file(), Sample(), key_.header_key()), expected);
      EXPECT_EQ(disk.files(), before);
      disk.Break(fault);
      EXPECT_THAT(ReadHeader(stored.file()), FailsWith(ErrorCode::kIo));
      disk.Break(fault);
      int loaded = SQLITE_OK;
      EXPECT_FALSE(MainIdentity().Load(stored.file(), key_.header_key(), &loaded));
      EXPECT_EQ(loaded, expected);
    }
  }
}

// The disk may also hold what nobody wrote where it was being written.
TEST_F(VaultHeaderTest, AFileWhoseMakingIsCutReadsAsEmptyUntilItHasAHeader) {
  SimulatedDisk disk;
  {
    StoredDatabase stored(disk.vfs_name(), kStorePath, StoredDatabase::Mode::kNew);
    ASSERT_EQ(WriteHeader(stored.file(), Sample(), key_.header_key()), SQLITE_OK);
  }
  SimulatedDisk::Files now;
  bool is_made = false;  // a sync has told so
  for (const auto& change : disk.changes()) {
    if (change.kind == SimulatedDisk::Change::Kind::kWrite) {
      SimulatedDisk::Files trashed = now;
      Bytes& content = trashed[change.file];
      const auto offset = static_cast<std::size_t>(change.offset);
      content.resize(std::max(content.size(), offset + change.bytes.size()));
      randombytes_buf(content.data() + offset, change.bytes.size());
      SimulatedDisk after(trashed);
      StoredDatabase again(after.vfs_name(), kStorePath, StoredDatabase::Mode::kExisting);
      const auto header = ReadHeader(again.file());
      if (is_made) {
        ASSERT_THAT(header, Succeeds());
        EXPECT_EQ(header->unverified(), Sample());
      } else {
        EXPECT_THAT(header, FailsWith(ErrorCode::kNotFound));
        // And can be made anew, by a writer that may be cut as well.
        ASSERT_EQ(WriteHeader(again.file(), Sample(), key_.header_key()), SQLITE_OK);
        EXPECT_THAT(ReadHeader(again.file()), Succeeds());
      }
    }
    if (change.kind == SimulatedDisk::Change::Kind::kSync) is_made = true;
    CrashImages images(now);
    images.Feed(change);
    now = images.AllWritten();
  }
  EXPECT_TRUE(is_made);
}

}  // namespace
}  // namespace sacoche
