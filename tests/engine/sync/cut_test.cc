#include <gtest/gtest.h>

#include "engine/wire/envelope.h"
#include "engine/wire/wire_codec.h"
#include "tests/support/test_team.h"

// A connection cut at any byte loses at most the envelope under way, and never correctness.
namespace sacoche {
namespace {

class CutTest : public ::testing::Test {
 protected:
  void SetUp() override {
    a = team.NewMember("A");
    b = team.NewMember("B");
    team.Sync(*a);
    team.Sync(*b);
    record = (*a)->NewRecordId();
  }

  // Both sides have something to say; A's sync is cut after `bytes`, then repeated.
  void CutAndRepeat(std::uint64_t bytes) {
    const std::string text = "cut after " + std::to_string(bytes);
    a->Set(record, kTitle, Value::Text(text));
    b->Set(record, kCount, Value::Integer(static_cast<std::int64_t>(bytes)));
    team.Sync(*b);
    team.http.CutAfter(bytes);
    SyncReport report;
    const Status cut = (*a)->Sync(team.http, report);
    if (!cut) {
      EXPECT_THAT(cut, FailsWith(ErrorCode::kNetwork));
    }
    team.http.Mend();
    a->Reopen();
    team.Sync(*a);
    team.Sync(*b);
    ASSERT_EQ(b->Text(record, kTitle), text);
    ASSERT_EQ(a->Text(record, kCount), std::to_string(bytes));
    ASSERT_EQ(a->Digest(), b->Digest());
    ASSERT_EQ(a->Status().changes_waiting, 0U);
  }

  TestTeam team;
  std::unique_ptr<TestDeviceEngine> a;
  std::unique_ptr<TestDeviceEngine> b;
  RecordId record;
};

TEST_F(CutTest, ACutAtAnyByteOfBodyOrAnswerIsMadeGoodByTheNextSync) {
  // A push of one edit and its answer are about 700 bytes together.
  for (std::uint64_t bytes = 0; bytes < 800; bytes += 13) CutAndRepeat(bytes);
}

// What identifies an envelope, and all of its bytes.
std::map<EnvelopeId, Bytes> EnvelopesIn(const std::vector<Bytes>& bodies, bool& same_every_time) {
  std::map<EnvelopeId, Bytes> envelopes;
  for (const Bytes& body : bodies) {
    FrameSplitter frames;
    frames.Feed(body);
    while (true) {
      const auto raw = frames.Next();
      if (!raw || !*raw) break;
      const auto frame = DecodePushFrame(**raw);
      if (!frame) break;
      const auto* pushed = std::get_if<EnvelopeFrame>(&*frame);
      if (pushed == nullptr) continue;
      const EnvelopeId id = DecodeEnvelope(pushed->envelope)->header.id;
      const auto [entry, is_new] = envelopes.emplace(id, pushed->envelope);
      if (entry->second != pushed->envelope) same_every_time = false;
    }
  }
  return envelopes;
}

TEST_F(CutTest, ARetrySendsTheSameBytes) {
  a->Set(record, kTitle, Value::Text("sealed once"));
  team.http.CutAfter(300);
  SyncReport report;
  EXPECT_FALSE((*a)->Sync(team.http, report));
  team.http.Mend();
  const std::size_t before = team.http.bodies().size();
  a->Reopen();
  team.Sync(*a);
  bool same_every_time = true;
  const auto envelopes = EnvelopesIn(team.http.bodies(), same_every_time);
  EXPECT_GE(before, 1U);
  EXPECT_EQ(envelopes.size(), 1U);
  EXPECT_TRUE(same_every_time);
}

TEST_F(CutTest, ALongBacklogArrivesThroughMoreThanOneEnvelope) {
  for (int i = 0; i < 300; ++i)
    a->Set(
        (*a)->NewRecordId(), kTitle,
        Value::Text(std::string(1000, static_cast<char>('a' + i % 26)) + std::to_string(i * 7919)));
  std::string noise;
  SeededRandom random(5);
  for (int i = 0; i < 40; ++i) {
    ByteArray<3000> bytes;
    random.Fill(bytes);
    a->Set((*a)->NewRecordId(), kTitle, Value::Text(ToHex(bytes)));
  }
  const SyncReport out = team.Sync(*a);
  EXPECT_EQ(out.changes_out, 340U);
  EXPECT_GE(out.envelopes_out, 2U);
  EXPECT_EQ(team.Sync(*b).changes_in, 340U);
  EXPECT_EQ(a->Digest(), b->Digest());
}

}  // namespace
}  // namespace sacoche
