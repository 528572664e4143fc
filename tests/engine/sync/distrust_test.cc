#include <gmock/gmock.h>

#include "engine/sync/distrust.h"
#include "tests/engine/sync/on_frames.h"
#include "tests/fakes/simulated_disk.h"
#include "tests/support/test_team.h"

// What a server that lies, or a line that garbles, can do to a laptop: nothing that stays.
namespace sacoche {
namespace {

using testing::ElementsAre;

class DistrustTest : public ::testing::Test {
 protected:
  void SetUp() override {
    a = team.NewMember("A");
    b = team.NewMember("B");
    team.Sync(*a);
    team.Sync(*b);
    record = (*a)->NewRecordId();
    a->Set(record, kTitle, Value::Text("true"));
    team.Sync(*a);
    a->Set(record, kName, Value::Text("also true"));
    team.Sync(*a);
  }

  // B's sync with every answer changed; what B had typed must survive it.
  Status TamperedSync(const std::function<void(Bytes&)>& tamper) {
    team.http.Tamper(tamper);
    SyncReport report;
    const Status status = (*b)->Sync(team.http, report);
    team.http.Tamper(nullptr);
    return status;
  }

  // What b's person is told of it.
  [[nodiscard]] std::set<Suspicion> Warnings() {
    std::set<Suspicion> kinds;
    const auto entries = (*b)->ReadSuspicions();
    for (const Suspicions::Entry& entry : *entries) kinds.insert(entry.subject.what);
    return kinds;
  }

  void ExpectHealthy() {
    team.Sync(*b);
    team.Sync(*a);
    EXPECT_EQ(b->Text(record, kTitle), "true");
    EXPECT_EQ(a->Digest(), b->Digest());
  }

  TestTeam team;
  std::unique_ptr<TestDeviceEngine> a;
  std::unique_ptr<TestDeviceEngine> b;
  RecordId record;
};

bool IsEnvelope(const PullFrame& frame) {
  return std::holds_alternative<StoredEnvelopeFrame>(frame);
}

TEST_F(DistrustTest, AFlippedBitAnywhereInTheAnswerIsNeverTakenAsTruth) {
  Bytes recorded;
  ASSERT_FALSE(TamperedSync([&](Bytes& answer) {
    Append(recorded, answer);
    answer.clear();
    answer.push_back(0xff);
  }));
  for (std::size_t at = 0; at < recorded.size(); at += 3) {
    const Status status = TamperedSync([&](Bytes& answer) {
      if (at < answer.size()) answer[at] ^= 0x10;
    });
    const std::string title = b->Text(record, kTitle);
    EXPECT_TRUE(title.empty() || title == "true") << at;
    if (status && !title.empty()) break;  // it hit the head or the time: all has arrived
  }
  ExpectHealthy();
}

TEST_F(DistrustTest, AnEnvelopeLeftOutIsNoticed) {
  const Status status = TamperedSync(OnFrames([](std::vector<PullFrame>& frames) {
    const auto first = std::ranges::find_if(frames, IsEnvelope);
    if (first != frames.end()) frames.erase(first);
  }));
  ASSERT_THAT(status, FailsWith(ErrorCode::kUntrusted));
  EXPECT_NE(status.error().message.find("left out"), std::string::npos);
  EXPECT_THAT(Warnings(), ElementsAre(Suspicion::kEnvelopeLeftOut));
  ExpectHealthy();
}

// No gap in a colleague's chain tells of the last one, and the head may say anything.
TEST_F(DistrustTest, TheLastEnvelopeLeftOutIsNoticed) {
  for (const std::uint64_t more : {0U, 3U}) {
    EXPECT_THAT(TamperedSync(OnFrames([&](std::vector<PullFrame>& frames) {
                  std::erase_if(frames, IsEnvelope);
                  for (PullFrame& frame : frames)
                    if (auto* head = std::get_if<HeadFrame>(&frame)) head->sequence += more;
                })),
                FailsWith(ErrorCode::kUntrusted));
  }
  EXPECT_THAT(Warnings(), ElementsAre(Suspicion::kEnvelopeLeftOut));
  ExpectHealthy();
}

TEST_F(DistrustTest, EnvelopesInAnotherOrderAreNoticed) {
  EXPECT_THAT(TamperedSync(OnFrames([](std::vector<PullFrame>& frames) {
                std::vector<PullFrame*> envelopes;
                for (PullFrame& frame : frames)
                  if (IsEnvelope(frame)) envelopes.push_back(&frame);
                if (envelopes.size() > 1) std::swap(*envelopes[0], *envelopes[1]);
              })),
              FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(Warnings(), ElementsAre(Suspicion::kEnvelopeLeftOut));
  ExpectHealthy();
}

TEST_F(DistrustTest, ATimeThatTheServerDidNotSignForThisRequestIsNoticed) {
  std::optional<PullFrame> recorded;
  const auto is_time = [](const PullFrame& frame) {
    return std::holds_alternative<ServerTimeFrame>(frame);
  };
  ASSERT_THAT(TamperedSync(OnFrames([&](std::vector<PullFrame>& frames) {
                if (const auto found = std::ranges::find_if(frames, is_time); found != frames.end())
                  recorded = *found;
              })),
              Succeeds());
  ASSERT_TRUE(recorded);
  const std::uint64_t known_ms = (*b)->Now().ms;
  b->Set(record, kCount, Value::Integer(1));
  EXPECT_THAT(TamperedSync(OnFrames([&](std::vector<PullFrame>& frames) {
                if (const auto found = std::ranges::find_if(frames, is_time); found != frames.end())
                  *found = *recorded;
              })),
              FailsWith(ErrorCode::kUntrusted));
  EXPECT_EQ((*b)->Now().ms, known_ms);
  EXPECT_THAT(Warnings(), ElementsAre(Suspicion::kForgedTime));
  ExpectHealthy();
}

TEST_F(DistrustTest, AnEnvelopeOfAStrangerIsNoticed) {
  const SigningKey stranger = SigningKey::Generate();
  EXPECT_THAT(TamperedSync(OnFrames([&](std::vector<PullFrame>& frames) {
                const auto found = std::ranges::find_if(frames, IsEnvelope);
                if (found == frames.end()) return;
                auto& stored = std::get<StoredEnvelopeFrame>(*found);
                Envelope envelope = *DecodeEnvelope(stored.envelope);
                envelope.header.device = DeviceIdOf(stranger.public_key());
                stored.envelope = EncodeEnvelope(envelope);
              })),
              FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(Warnings(), ElementsAre(Suspicion::kForgedEnvelope));
  ExpectHealthy();
}

TEST_F(DistrustTest, AStatementThatNobodyEntitledSignedIsNoticed) {
  const SigningKey forger = SigningKey::Generate();
  EXPECT_THAT(
      TamperedSync(OnFrames([&](std::vector<PullFrame>& frames) {
        AdmissionStatement admission;
        admission.signing_key = forger.public_key();
        admission.spaces = {team.space};
        const DeviceId root;
        const Directory& known = (*b)->directory();
        const auto forged =
            SignStatement({root, known.NextCounter(root), known.LastHash(root), admission}, forger);
        frames.insert(frames.begin(), DirectoryFrame{known.statement_count() + 1, forged.bytes});
      })),
      FailsWith(ErrorCode::kUntrusted));
  EXPECT_EQ((*b)->directory().FindMember(DeviceIdOf(forger.public_key())), nullptr);
  EXPECT_THAT(Warnings(), ElementsAre(Suspicion::kForgedStatement));
  ExpectHealthy();
}

TEST_F(DistrustTest, AcknowledgingWhatWasNotSentIsNoticed) {
  EXPECT_THAT(TamperedSync(OnFrames([](std::vector<PullFrame>& frames) {
                frames.insert(frames.begin(), AcknowledgementFrame{EnvelopeId{}, 9});
              })),
              FailsWith(ErrorCode::kUntrusted));
  EXPECT_THAT(Warnings(), ElementsAre(Suspicion::kBrokenAnswer));
  ExpectHealthy();
}

TEST_F(DistrustTest, AnAnswerWithoutItsEndIsACut) {
  EXPECT_THAT(TamperedSync(OnFrames([](std::vector<PullFrame>& frames) {
                std::erase_if(frames, [](const PullFrame& frame) {
                  return std::holds_alternative<PullEndFrame>(frame);
                });
              })),
              FailsWith(ErrorCode::kNetwork));
  ExpectHealthy();
}

TEST_F(DistrustTest, AnAnswerThatIsNotOfTheProtocolLosesNothing) {
  b->Set(record, kCount, Value::Integer(3));
  for (const char* nonsense : {"<html>please log in</html>", "", "\x01"}) {
    EXPECT_FALSE(TamperedSync([&](Bytes& answer) { answer = CopyOf(ViewOf(nonsense)); }));
    EXPECT_EQ(b->Text(record, kCount), "3");
  }
  ExpectHealthy();
}

// Nothing can be written down then, and what happened is told all the same.
TEST_F(DistrustTest, AFullDiskHidesNoLie) {
  SimulatedDisk disk;
  const auto c = team.NewDevice("C", TestSchema(), disk.vfs_name());
  team.Admit(*c, "C");
  team.Sync(*c);
  team.http.Tamper([&](Bytes& answer) {
    disk.Break({SimulatedDisk::Operation::kWrite, 0, SQLITE_FULL, true});
    answer.clear();
    AppendFrame(answer, PullFrame(AcknowledgementFrame{}));
  });
  SyncReport report;
  const Status status = (*c)->Sync(team.http, report);
  team.http.Tamper(nullptr);
  EXPECT_TRUE(disk.broke());
  ASSERT_THAT(status, FailsWith(ErrorCode::kUntrusted));
  EXPECT_EQ(SuspicionNamed(status.error().detail), Suspicion::kBrokenAnswer);
  disk.Mend();
  EXPECT_THAT(*(*c)->ReadSuspicions(), testing::IsEmpty());
}

}  // namespace
}  // namespace sacoche
