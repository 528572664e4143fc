#include "engine/seal/recovery_shares.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

#include "tests/support/results.h"

namespace sacoche {
namespace {

using Shares = std::vector<RecoveryShare>;

constexpr OrganisationFingerprint kOrganisation{1, 2, 3, 4, 5, 6, 7, 8};

RecoveryShare CopyOfShare(const RecoveryShare& share) {
  return {share.organisation, share.set,       share.plan,
          share.number,       share.key_check, share.value.Clone()};
}

Shares Pick(const Shares& from, const std::vector<std::size_t>& indexes) {
  Shares picked;
  for (const std::size_t index : indexes) picked.push_back(CopyOfShare(from[index]));
  return picked;
}

Shares SplitAmong(const BoxKey& key, unsigned needed, unsigned holders) {
  auto shares = SplitRecoveryKey(key, kOrganisation, {.needed = needed, .holders = holders});
  EXPECT_THAT(shares, Succeeds());
  return std::move(*shares);
}

std::string MessageOf(const Shares& shares) {
  const auto key = JoinRecoveryKey(shares);
  return key ? "" : key.error().message;
}

std::vector<std::size_t> AnyOrder(unsigned holders) {
  std::vector<std::size_t> order(holders);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
  return order;
}

TEST(RecoveryShares, EveryPlanWithinTheLimitsGivesTheKeyBack) {
  const BoxKey key = BoxKey::Generate();
  for (unsigned holders = 2; holders <= kRecoveryHoldersMax; ++holders)
    for (unsigned needed = 2; needed <= holders; ++needed) {
      Shares shares = SplitAmong(key, needed, holders);
      ASSERT_EQ(shares.size(), holders);
      shares.erase(shares.begin(), shares.end() - needed);  // the last ones
      const auto joined = JoinRecoveryKey(shares);
      ASSERT_THAT(joined, Succeeds()) << needed << " of " << holders;
      EXPECT_EQ(joined->public_key(), key.public_key());
    }
}

RC_GTEST_PROP(RecoveryShares, AnyHoldersInAnyOrderGiveTheKeyBackAndOneLessDoNot, ()) {
  const auto holders = *rc::gen::inRange(2U, kRecoveryHoldersMax + 1);
  const auto needed = *rc::gen::inRange(2U, holders + 1);
  const BoxKey key = BoxKey::Generate();
  const Shares all = SplitAmong(key, needed, holders);
  std::vector<std::size_t> order = AnyOrder(holders);
  order.resize(*rc::gen::inRange<std::size_t>(needed, holders + 1));
  const auto joined = JoinRecoveryKey(Pick(all, order));
  RC_ASSERT(joined.has_value());
  RC_ASSERT(joined->public_key() == key.public_key());
  order.resize(needed - 1);
  const auto fewer = JoinRecoveryKey(Pick(all, order));
  RC_ASSERT(!fewer.has_value());
  RC_ASSERT(fewer.error().code == ErrorCode::kInvalidInput);
}

TEST(RecoveryShares, WhatWasSealedToTheKeyOpensWithTheJoinedOne) {
  const BoxKey key = BoxKey::Generate();
  const Bytes sealed = SealTo(key.public_key(), ViewOf("the organisation's key"));
  const auto joined = JoinRecoveryKey(Pick(SplitAmong(key, 2, 3), {0, 2}));
  ASSERT_THAT(joined, Succeeds());
  const auto opened = joined->Open(sealed);
  ASSERT_THAT(opened, Succeeds());
  EXPECT_EQ(TextOf(opened->view()), "the organisation's key");
}

TEST(RecoveryShares, TheKeysAtTheEndsOfTheRangeComeBack) {
  for (const std::uint8_t byte : Bytes{0x00, 0xff}) {
    const BoxKey key = *BoxKey::FromSecret(Bytes(32, byte));
    const auto joined = JoinRecoveryKey(SplitAmong(key, 2, 2));
    ASSERT_THAT(joined, Succeeds());
    EXPECT_EQ(joined->public_key(), key.public_key());
  }
}

TEST(RecoveryShares, APlanBeyondTheLimitsIsRefused) {
  const BoxKey key = BoxKey::Generate();
  for (const RecoveryPlan plan : {RecoveryPlan{0, 0}, RecoveryPlan{1, 3}, RecoveryPlan{4, 3},
                                  RecoveryPlan{2, 17}, RecoveryPlan{256 + 2, 256 + 3}})
    EXPECT_THAT(SplitRecoveryKey(key, kOrganisation, plan), FailsWith(ErrorCode::kInvalidInput));
}

TEST(RecoveryShares, TooFewAreCounted) {
  const Shares all = SplitAmong(BoxKey::Generate(), 4, 6);
  EXPECT_EQ(MessageOf({}), "no recovery share was entered");
  EXPECT_EQ(MessageOf(Pick(all, {0})),
            "1 of the 4 shares that are needed were entered; 3 are missing");
  EXPECT_EQ(MessageOf(Pick(all, {5, 1, 2})),
            "3 of the 4 shares that are needed were entered; 1 is missing");
}

TEST(RecoveryShares, TheSameShareTwiceDoesNotCountAsTwo) {
  const Shares all = SplitAmong(BoxKey::Generate(), 3, 5);
  EXPECT_EQ(MessageOf(Pick(all, {0, 4, 0})), "entry 1 and entry 3 are the same share");
}

TEST(RecoveryShares, SharesOfAnotherSplitOfTheSameKeyAreNamed) {
  const BoxKey key = BoxKey::Generate();
  Shares mixed = Pick(SplitAmong(key, 2, 3), {0});
  mixed.push_back(CopyOfShare(SplitAmong(key, 2, 3)[1]));
  EXPECT_EQ(MessageOf(mixed), "entry 2 is of another set of shares than entry 1");
}

TEST(RecoveryShares, SharesOfAnotherOrganisationAreNamed) {
  const BoxKey key = BoxKey::Generate();
  Shares mixed = SplitAmong(key, 3, 3);
  mixed[2] = std::move((*SplitRecoveryKey(key, FingerprintOf(SigningPublicKey{9}), {3, 3}))[2]);
  EXPECT_EQ(MessageOf(mixed), "entry 3 is a share of another organisation than entry 1");
}

TEST(RecoveryShares, SharesOfOneSetThatContradictEachOtherAreNamed) {
  const Shares all = SplitAmong(BoxKey::Generate(), 2, 3);
  Shares plans = Pick(all, {0, 1});
  plans[1].plan.holders = 4;
  EXPECT_EQ(MessageOf(plans), "entry 2 contradicts entry 1, of the same set");
  Shares checks = Pick(all, {0, 1});
  checks[1].key_check[0] ^= 1;
  EXPECT_THAT(JoinRecoveryKey(checks), FailsWith(ErrorCode::kCorrupt));
  Shares numbers = Pick(all, {0, 1});
  numbers[1].number = 1;
  EXPECT_EQ(MessageOf(numbers), "entry 1 and entry 2 both say that they are share 1, and differ");
}

TEST(RecoveryShares, AFalseValueNeverGivesAKey) {
  const Shares all = SplitAmong(BoxKey::Generate(), 3, 5);
  for (std::size_t bit = 0; bit < 252; ++bit) {
    Shares some = Pick(all, {0, 2, 3});
    some[1].value.span()[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto joined = JoinRecoveryKey(some);
    ASSERT_FALSE(joined.has_value()) << bit;
    // A few of the changed values are no element, which is found before.
    EXPECT_TRUE(joined.error().code == ErrorCode::kUntrusted ||
                joined.error().code == ErrorCode::kCorrupt);
  }
}

TEST(RecoveryShares, ANumberThatIsNotTheSharesOwnNeverGivesAKey) {
  Shares some = Pick(SplitAmong(BoxKey::Generate(), 2, 5), {0, 1});
  some[1].number = 5;
  EXPECT_THAT(JoinRecoveryKey(some), FailsWith(ErrorCode::kUntrusted));
}

// The key check covers the plan: saying that fewer are needed does not make fewer enough.
TEST(RecoveryShares, HoldersWhoRewriteThePlanGetNoKey) {
  Shares some = Pick(SplitAmong(BoxKey::Generate(), 3, 5), {0, 1});
  for (RecoveryShare& share : some) share.plan.needed = 2;
  EXPECT_THAT(JoinRecoveryKey(some), FailsWith(ErrorCode::kUntrusted));
}

TEST(RecoveryShares, TheRightSharesUnderAnotherKeysCheckAreRefused) {
  const Shares one = SplitAmong(BoxKey::Generate(), 2, 2);
  const Shares other = SplitAmong(BoxKey::Generate(), 2, 2);
  Shares false_check = Pick(one, {0, 1});
  for (RecoveryShare& share : false_check) share.key_check = other[0].key_check;
  EXPECT_THAT(JoinRecoveryKey(false_check), FailsWith(ErrorCode::kUntrusted));
}

TEST(RecoveryShareFormat, BytesComeBack) {
  for (const RecoveryShare& share : SplitAmong(BoxKey::Generate(), 2, 16)) {
    const SecretBytes bytes = EncodeRecoveryShare(share);
    ASSERT_EQ(bytes.size(), kRecoveryShareBytes);
    const auto again = DecodeRecoveryShare(bytes.view());
    ASSERT_THAT(again, Succeeds());
    EXPECT_TRUE(Equal(EncodeRecoveryShare(*again).view(), bytes.view()));
    EXPECT_EQ(again->number, share.number);
  }
}

TEST(RecoveryShareFormat, EveryTruncationAndEveryChangedByteIsRefused) {
  const Bytes bytes = CopyOf(EncodeRecoveryShare(SplitAmong(BoxKey::Generate(), 2, 3)[0]).view());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    EXPECT_THAT(DecodeRecoveryShare(ByteView(bytes).first(at)), FailsWith(ErrorCode::kCorrupt));
    Bytes damaged = bytes;
    damaged[at] ^= 2;
    EXPECT_FALSE(DecodeRecoveryShare(damaged)) << at;
  }
}

std::string PaperOf(const RecoveryShare& share) {
  return std::string(TextOf(PrintRecoveryShare(share).view()));
}

std::string MessageFor(const std::string& typed) {
  const auto share = ParseRecoveryShare(ViewOf(typed));
  return share ? "" : share.error().message;
}

TEST(RecoverySharePaper, IsFourLinesOfSevenGroups) {
  const std::string text = PaperOf(SplitAmong(BoxKey::Generate(), 2, 3)[0]);
  ASSERT_EQ(text.size(), 28U * 6 - 1);
  for (std::size_t i = 5; i < text.size(); i += 6)
    EXPECT_EQ(text[i], i % 42 == 41 ? '\n' : '-') << text;
}

TEST(RecoverySharePaper, TypedInAnyUsualWayItIsUnderstood) {
  for (const RecoveryShare& share : SplitAmong(BoxKey::Generate(), 2, 16)) {
    std::string typed = "\r\n ";
    for (const char c : PaperOf(share)) {
      if (c == '-') continue;
      typed += c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
      if (typed.size() % 4 == 0) typed += ' ';
    }
    const auto again = ParseRecoveryShare(ViewOf(typed));
    ASSERT_THAT(again, Succeeds());
    EXPECT_TRUE(Equal(EncodeRecoveryShare(*again).view(), EncodeRecoveryShare(share).view()));
  }
}

TEST(RecoverySharePaper, AMistypedGroupIsNamed) {
  const std::string text = PaperOf(SplitAmong(BoxKey::Generate(), 2, 3)[0]);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' || text[i] == '\n') continue;
    std::string typed = text;
    typed[i] = text[i] == '7' ? 'Q' : '7';
    EXPECT_EQ(MessageFor(typed),
              "the recovery share is mistyped in group " + std::to_string(i / 6 + 1));
  }
}

TEST(RecoverySharePaper, AMissingLineIsCounted) {
  const std::string text = PaperOf(SplitAmong(BoxKey::Generate(), 2, 3)[0]);
  EXPECT_EQ(MessageFor(text.substr(42)),
            "a recovery share has 140 letters and digits; 105 were typed");
  EXPECT_EQ(MessageFor(""), "a recovery share has 140 letters and digits; 0 were typed");
}

// Each group is right, and stands where it stood: only the checksum over all of them tells.
TEST(RecoverySharePaper, ALineOfAnotherPaperIsFound) {
  const Shares shares = SplitAmong(BoxKey::Generate(), 2, 3);
  const std::string one = PaperOf(shares[0]);
  const std::string mixed = one.substr(0, 126) + PaperOf(shares[1]).substr(126);
  EXPECT_THAT(ParseRecoveryShare(ViewOf(mixed)), FailsWith(ErrorCode::kCorrupt));
}

TEST(RecoverySharePaper, ALongerPaperOfALaterFormatIsNotCalledMistyped) {
  // Format 2 in the first group, whatever comes then.
  EXPECT_THAT(ParseRecoveryShare(ViewOf("08000 and nothing that we know")),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(ParseRecoveryShare(ViewOf("08005 and nothing that we know")),
              FailsWith(ErrorCode::kNewerFormat));
}

// Pinned: papers in a drawer must be understood by every later release. The set was made with
// Python's integers and hashlib, from the format alone.
const char* const kPinned[] = {
    "06M66-FWNA8-45N93-02D1W-TJ0ZH-C2F6D-JXS0A\n"
    "6185Z-W4M6V-PADS3-8AFX3-QHF8D-V16XD-3F3WS\n"
    "95ZJ3-PDYWF-Z4TDV-CD7QQ-9YGP1-Q5SMX-FDRX6\n"
    "6BKJM-WR9JE-WNCBT-F2D8X-05F50-BXN0E-MXEN5",
    "06M66-FWNA8-45N93-02D1W-TJ0ZH-C2F6D-JXS0A\n"
    "6181N-W4M6V-PADS3-8AFX3-QHF8D-V16XD-3F3WS\n"
    "97RZR-MF8Y7-VA28A-DX4Y3-56AJJ-X7WQS-90N2T\n"
    "WQAV8-8QXM4-ZA5S5-0Q2PW-J773C-3CX0T-9KGK3",
    "06M66-FWNA8-45N93-02D1W-TJ0ZH-C2F6D-JXS0A\n"
    "6183G-W4M6V-PADS3-8AFX3-QHF8D-V16XD-3F3WS\n"
    "946R0-ZJ6F8-8DSCS-4T3YG-X3EC0-5JX08-R8AAF\n"
    "CBNE6-2ARGC-RBREE-W283J-EEXJ3-VM3G6-1CA2K",
};

TEST(RecoverySharePaper, KnownPapersGiveTheirKey) {
  Shares shares;
  for (const char* const paper : kPinned) {
    auto share = ParseRecoveryShare(ViewOf(paper));
    ASSERT_THAT(share, Succeeds());
    EXPECT_EQ(PaperOf(*share), paper);
    shares.push_back(std::move(*share));
  }
  const auto key = JoinRecoveryKey(shares);
  ASSERT_THAT(key, Succeeds());
  EXPECT_EQ(ToHex(key->public_key()),
            "967f702c783c3d70f2b2f6a7460319043e58db82e01fe02a5f543d3381a32517");
  SigningPublicKey root{};
  std::ranges::copy(*FromHex("1e1d24b43b575fecd7da9a4b2a786f656f16d1f0d2097ea4159d6fb7044412d7"),
                    root.begin());
  EXPECT_EQ(shares.front().organisation, FingerprintOf(root));
}

}  // namespace
}  // namespace sacoche
