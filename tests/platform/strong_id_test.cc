#include "platform/base/strong_id.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "platform/base/ids.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"

namespace sacoche {
namespace {

constexpr const char* kHex = "000102030405060708090a0b0c0d0e0f";
constexpr const char* kUuid = "00010203-0405-0607-0809-0a0b0c0d0e0f";

TEST(StrongId, KindsOfIdsCannotBeMixedUp) {
  static_assert(!std::is_convertible_v<RecordId, DeviceId>);
  static_assert(!std::is_constructible_v<SpaceId, EnvelopeId>);
  static_assert(!std::equality_comparable_with<RecordId, ReplicaId>);
  EXPECT_TRUE(RecordId{}.is_zero());
}

TEST(StrongId, HexAndUuidTextsRoundTrip) {
  const auto id = RecordId::FromHex(kHex);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->ToHex(), kHex);
  EXPECT_EQ(id->ToUuid(), kUuid);
  EXPECT_EQ(RecordId::FromUuid(kUuid), id);
  EXPECT_FALSE(id->is_zero());
}

TEST(StrongId, FromHex_RefusesOtherLengths) {
  EXPECT_EQ(RecordId::FromHex(""), std::nullopt);
  EXPECT_EQ(RecordId::FromHex(std::string(kHex) + "00"), std::nullopt);
  EXPECT_EQ(RecordId::FromHex(std::string_view(kHex).substr(2)), std::nullopt);
}

TEST(StrongId, FromUuid_RefusesMisplacedDashes) {
  const std::string uuid = kUuid;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    std::string bad = uuid;
    bad[i] = bad[i] == '-' ? '0' : '-';
    EXPECT_EQ(RecordId::FromUuid(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(RecordId::FromUuid(uuid + "0"), std::nullopt);
  EXPECT_EQ(RecordId::FromUuid(kHex), std::nullopt);
}

TEST(StrongId, FromView_RefusesOtherLengths) {
  const Bytes bytes(17, 1);
  EXPECT_EQ(RecordId::FromView(bytes), std::nullopt);
  EXPECT_EQ(RecordId::FromView(ByteView(bytes).first(15)), std::nullopt);
  EXPECT_TRUE(RecordId::FromView(ByteView(bytes).first(16)).has_value());
}

TEST(StrongId, OrdersAsItsBytesDo) {
  EXPECT_LT(RecordId::FromHex("00ff0000000000000000000000000000"),
            RecordId::FromHex("01000000000000000000000000000000"));
}

TEST(UuidV7, CarriesTimeVersionAndVariant) {
  ByteArray<10> random;
  random.fill(0xff);
  const auto id = MakeUuidV7<RecordId>(0x0123'4567'89ab, random);
  EXPECT_EQ(id.ToUuid(), "01234567-89ab-7fff-bfff-ffffffffffff");
  EXPECT_EQ(MakeUuidV7<RecordId>(0, {}).ToUuid(), "00000000-0000-7000-8000-000000000000");
}

TEST(UuidV7, SortsByTime) {
  ByteArray<10> ones;
  ones.fill(0xff);
  EXPECT_LT(MakeUuidV7<RecordId>(1000, ones), MakeUuidV7<RecordId>(1001, {}));
}

TEST(UuidV7, ThousandsOfOneMillisecondDiffer) {
  SystemRandom random;
  SystemClock clock;
  const std::uint64_t now_ms = clock.NowMs();
  std::unordered_set<RecordId> ids;
  for (int i = 0; i < 5000; ++i) {
    ByteArray<10> bytes;
    random.Fill(bytes);
    ids.insert(MakeUuidV7<RecordId>(now_ms, bytes));
  }
  EXPECT_EQ(ids.size(), 5000U);
}

}  // namespace
}  // namespace sacoche
