#include "platform/vault/page_cipher.h"

#include <gtest/gtest.h>

#include <set>

#include "platform/vault/vault_header.h"
#include "tests/platform/vault/vault_on_disk.h"

namespace sacoche {
namespace {

constexpr VaultFileId kFile = {1, 2, 3};
const Bytes kPlain(4096, 0x5a);

Bytes Sealed(PageCipher& cipher, RecordKind kind, std::uint64_t number) {
  Bytes record(kPlain.size() + PageCipher::kOverheadBytes);
  cipher.Seal(kind, number, kPlain, record.data());
  return record;
}

bool Opens(const PageCipher& cipher, RecordKind kind, std::uint64_t number, ByteView record) {
  Bytes plain(record.size());
  return cipher.Open(kind, number, record, plain.data());
}

class PageCipherTest : public testing::Test {
 protected:
  DataKey key_ = KeyOf(9);
  PageCipher cipher_{key_.page_key(), kFile};
};

TEST_F(PageCipherTest, ARecordOpensInItsPlaceOnly) {
  const Bytes record = Sealed(cipher_, RecordKind::kMainPage, 5);
  EXPECT_TRUE(Opens(cipher_, RecordKind::kMainPage, 5, record));
  EXPECT_FALSE(Opens(cipher_, RecordKind::kMainPage, 6, record));
  EXPECT_FALSE(Opens(cipher_, RecordKind::kWalFrame, 5, record));
  EXPECT_FALSE(Opens(PageCipher(key_.page_key(), {1, 2, 4}), RecordKind::kMainPage, 5, record));
  const DataKey other = KeyOf(8);
  EXPECT_FALSE(Opens(PageCipher(other.page_key(), kFile), RecordKind::kMainPage, 5, record));
}

TEST_F(PageCipherTest, EveryFlippedBitIsFound) {
  Bytes record(96 + PageCipher::kOverheadBytes);
  cipher_.Seal(RecordKind::kMainPage, 1, ByteView(kPlain).first(96), record.data());
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    record[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(Opens(cipher_, RecordKind::kMainPage, 1, record)) << bit;
    record[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  for (std::size_t size = 0; size < record.size(); ++size)
    EXPECT_FALSE(Opens(cipher_, RecordKind::kMainPage, 1, ByteView(record).first(size))) << size;
}

TEST_F(PageCipherTest, WhatDoesNotOpenLeavesZeros) {
  Bytes record = Sealed(cipher_, RecordKind::kMainPage, 1);
  record.back() ^= 1;
  Bytes plain(kPlain.size(), 0xff);
  EXPECT_FALSE(cipher_.Open(RecordKind::kMainPage, 1, record, plain.data()));
  EXPECT_EQ(plain, Bytes(kPlain.size(), 0));
}

// Pinned: a release that reads other bytes cannot read the stores that are out there.
TEST_F(PageCipherTest, AKnownRecordOpens) {
  const Bytes record = *FromHex(
      "000102030405060708090a0b0c0d0e0f1011121314151617"
      "c77ae1d7691f199b5e9339fac0858982"
      "41dc47ff96a276bde84b8cc4df");
  Bytes plain(13);
  ASSERT_EQ(record.size(), plain.size() + PageCipher::kOverheadBytes);
  EXPECT_TRUE(cipher_.Open(RecordKind::kWalFrame, 0x0102, record, plain.data()));
  EXPECT_EQ(TextOf(plain), "Sacoche vault");
}

TEST_F(PageCipherTest, NoNonceComesTwiceInMillionsOfWrites) {
  constexpr std::size_t kWrites = 2'000'000;
  std::vector<std::array<std::uint8_t, PageCipher::kNonceBytes>> nonces(kWrites);
  Bytes record(1 + PageCipher::kOverheadBytes);
  PageCipher other(key_.page_key(), kFile);
  for (std::size_t i = 0; i < kWrites; ++i) {
    (i % 2 == 0 ? cipher_ : other).Seal(RecordKind::kMainPage, 1, Bytes{0}, record.data());
    std::copy_n(record.begin(), PageCipher::kNonceBytes, nonces[i].begin());
  }
  std::ranges::sort(nonces);
  EXPECT_EQ(std::ranges::adjacent_find(nonces), nonces.end());
}

}  // namespace
}  // namespace sacoche
