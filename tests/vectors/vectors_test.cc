// Reads every file of this folder; README.md says what stands in one.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "engine/bundle/bundle_codec.h"
#include "engine/invitation_text.h"
#include "engine/membership/directory_copy.h"
#include "engine/membership/enrolment_request.h"
#include "engine/membership/organisation_facts.h"
#include "engine/record/sight.h"
#include "engine/record/value_codec.h"
#include "engine/seal/profile.h"
#include "engine/seal/recovery_shares.h"
#include "engine/snapshot/snapshot_codec.h"
#include "engine/text/text_codec.h"
#include "engine/wire/wire_codec.h"
#include "tests/fuzz/reencode.h"
#include "tests/support/results.h"
#include "tests/support/sample_changes.h"
#include "tests/support/sample_frames.h"
#include "tests/support/sample_snapshot.h"
#include "tests/support/sample_statements.h"

namespace sacoche {
namespace {

namespace fs = std::filesystem;

Result<Bytes> ReencodeTextOps(ByteView bytes) {
  SACOCHE_ASSIGN(const TextOps ops, DecodeTextOps(bytes));
  return EncodeTextOps(ops);
}

Result<Bytes> ReencodeTextHistory(ByteView bytes) {
  SACOCHE_ASSIGN(const TextDocument document, DecodeTextDocument(bytes));
  return EncodeTextDocument(document);
}

Result<Bytes> ReencodeSnapshotSummary(ByteView bytes) {
  SACOCHE_ASSIGN(const SnapshotSummary summary, DecodeSnapshotSummary(bytes));
  return EncodeSnapshotSummary(summary);
}

Result<Bytes> ReencodeSnapshotHead(ByteView bytes) {
  SACOCHE_ASSIGN(const SealedSnapshotHead head, DecodeSnapshotHead(bytes));
  return EncodeSnapshotHead(head);
}

// Another release of zstd may compress otherwise; what it says must be the same.
Result<Bytes> ReencodeSnapshotChunk(ByteView bytes) {
  SACOCHE_ASSIGN(const auto records, DecodeSnapshotChunk(bytes));
  SACOCHE_ASSIGN(const Bytes again, EncodeSnapshotChunk(records));
  SACOCHE_ASSIGN(const auto same, DecodeSnapshotChunk(again));
  SACOCHE_CHECK(same == records);
  return CopyOf(bytes);
}

// Likewise; and the first format is no longer written.
Result<Bytes> ReencodeBundle(ByteView bytes) {
  const DeviceId author = DeviceId::FromArray({0xa0});
  SACOCHE_ASSIGN(const auto changes, DecodeBundle(bytes, author));
  SACOCHE_ASSIGN(const auto same, DecodeBundle(EncodeBundle(changes), author));
  SACOCHE_CHECK(same == changes);
  return CopyOf(bytes);
}

Result<Bytes> ReencodeValue(ByteView bytes) {
  SACOCHE_ASSIGN(const Value value, DecodeValue(bytes));
  return EncodeValue(value);
}

Result<Bytes> ReencodeRecoveryShare(ByteView bytes) {
  SACOCHE_ASSIGN(const RecoveryShare share, DecodeRecoveryShare(bytes));
  return CopyOf(EncodeRecoveryShare(share).view());
}

Result<Bytes> ReencodeProfile(ByteView bytes) {
  SACOCHE_ASSIGN(const Profile profile, DecodeProfile(TextOf(bytes)));
  SACOCHE_ASSIGN(const std::string again, EncodeProfile(profile));
  return CopyOf(ViewOf(again));
}

Result<Bytes> ReencodeOrganisationFacts(ByteView bytes) {
  SACOCHE_ASSIGN(const OrganisationFacts facts, DecodeOrganisationFacts(bytes));
  return EncodeOrganisationFacts(facts);
}

Result<Bytes> ReencodeDirectoryCopy(ByteView bytes) {
  SACOCHE_ASSIGN(const DirectoryCopy copy, DecodeDirectoryCopy(bytes));
  return EncodeDirectoryCopy(copy);
}

Result<Bytes> ReencodeInvitationText(ByteView bytes) {
  SACOCHE_ASSIGN(const InvitationText invitation, ParseInvitationText(TextOf(bytes)));
  SACOCHE_ASSIGN(const std::string again, PrintInvitationText(invitation));
  return CopyOf(ViewOf(again));
}

Result<Bytes> ReencodeSight(ByteView bytes) {
  SACOCHE_ASSIGN(const Sight sight, DecodeSight(bytes));
  return EncodeSight(sight);
}

// Who reads which folder.
const std::map<std::string, Result<Bytes> (*)(ByteView)> kFormats = {
    {"bundle", ReencodeBundle},
    {"carried_file", ReencodeCarriedFile},
    {"envelope", ReencodeEnvelope},
    {"push_stream", ReencodePushStream},
    {"pull_stream", ReencodePullStream},
    {"statement", ReencodeStatement},
    {"enrolment_request", ReencodeEnrolmentRequest},
    {"problem", ReencodeProblem},
    {"profile", ReencodeProfile},
    {"organisation_facts", ReencodeOrganisationFacts},
    {"directory_copy", ReencodeDirectoryCopy},
    {"invitation_text", ReencodeInvitationText},
    {"recovery_share", ReencodeRecoveryShare},
    {"sight", ReencodeSight},
    {"signature_headers", ReencodeSignatureHeaders},
    {"snapshot_head", ReencodeSnapshotHead},
    {"snapshot_summary", ReencodeSnapshotSummary},
    {"snapshot_chunk", ReencodeSnapshotChunk},
    {"text_ops", ReencodeTextOps},
    {"text_history", ReencodeTextHistory},
    {"value", ReencodeValue},
};

const std::map<std::string, ErrorCode> kFailureClasses = {
    {"corrupt", ErrorCode::kCorrupt},
    {"limit", ErrorCode::kLimit},
    {"newer-format", ErrorCode::kNewerFormat},
    {"untrusted", ErrorCode::kUntrusted},
    {"invalid-input", ErrorCode::kInvalidInput},
};

struct Vector {
  std::string expected;
  Bytes bytes;
};

Vector ReadVector(const fs::path& path) {
  constexpr std::string_view kExpect = "expect: ";
  Vector vector;
  std::string hex;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    if (line.starts_with(kExpect)) {
      vector.expected = line.substr(kExpect.size());
    } else {
      hex += line;
    }
  }
  const auto bytes = FromHex(hex);
  SACOCHE_CHECK(bytes.has_value());
  vector.bytes = *bytes;
  return vector;
}

Bytes PinnedBytes(const std::string& name) {
  return ReadVector(fs::path(SACOCHE_VECTORS_FOLDER) / name).bytes;
}

void CheckVector(const Vector& vector, const Result<Bytes>& reencoded) {
  if (vector.expected == "ok") {
    ASSERT_THAT(reencoded, Succeeds());
    EXPECT_EQ(ToHex(*reencoded), ToHex(vector.bytes));
    return;
  }
  ASSERT_TRUE(kFailureClasses.contains(vector.expected)) << vector.expected;
  EXPECT_THAT(reencoded, FailsWith(kFailureClasses.at(vector.expected)));
}

TEST(Vectors, EveryFileHasTheOutcomeThatItStates) {
  for (const auto& [format, reencode] : kFormats) {
    std::map<bool, int> seen;
    for (const auto& entry : fs::directory_iterator(fs::path(SACOCHE_VECTORS_FOLDER) / format)) {
      SCOPED_TRACE(entry.path().string());
      const Vector vector = ReadVector(entry.path());
      CheckVector(vector, reencode(vector.bytes));
      ++seen[vector.expected == "ok"];
    }
    EXPECT_GE(seen[true], 1) << format << " has no good vector";
    EXPECT_GE(seen[false], 1) << format << " has no bad vector";
  }
}

TEST(Vectors, BundlesOfBothFormatsSayTheSame) {
  const DeviceId author = DeviceId::FromArray({0xa0});
  for (const char* name : {"bundle/first_format.hex", "bundle/sample.hex"}) {
    const auto changes = DecodeBundle(PinnedBytes(name), author);
    ASSERT_THAT(changes, Succeeds()) << name;
    EXPECT_EQ(*changes, SampleChanges()) << name;
  }
}

TEST(Vectors, EveryFolderHasAReader) {
  for (const auto& entry : fs::directory_iterator(SACOCHE_VECTORS_FOLDER))
    if (entry.is_directory()) {
      EXPECT_TRUE(kFormats.contains(entry.path().filename().string())) << entry.path();
    }
}

// What the pinned bytes mean, and that today's writer still writes them.
TEST(Vectors, TheSampleEnvelopeIsWrittenAsPinned) {
  EXPECT_EQ(ToHex(EncodeEnvelope(SampleEnvelope())),
            ToHex(PinnedBytes("envelope/ciphertext_and_erased_item.hex")));
  EXPECT_EQ(ToHex(EncodeEnvelope(SampleEnvelopeWithView())),
            ToHex(PinnedBytes("envelope/with_a_view.hex")));
}

TEST(Vectors, TheSampleFramesAreWrittenAsPinned) {
  EXPECT_EQ(ToHex(StreamOf(EveryPushFrame())), ToHex(PinnedBytes("push_stream/every_frame.hex")));
  EXPECT_EQ(ToHex(StreamOf(EveryPullFrame())), ToHex(PinnedBytes("pull_stream/every_frame.hex")));
  const CursorFrame recall{IdFrom<SpaceId>(1), 5, CursorFrame::From::kEverybody};
  EXPECT_EQ(ToHex(StreamOf<PushFrame>({HelloFrame{300}, recall, PushEndFrame{}})),
            ToHex(PinnedBytes("push_stream/recall.hex")));
  EXPECT_EQ(ToHex(StreamOf(PushOfAKnownHistory())),
            ToHex(PinnedBytes("push_stream/known_history.hex")));
  EXPECT_EQ(ToHex(StreamOf(PushOfAKnownDirectory())),
            ToHex(PinnedBytes("push_stream/known_directory.hex")));
  EXPECT_EQ(ToHex(StreamOf(PullOfAnotherDirectory())),
            ToHex(PinnedBytes("pull_stream/another_directory.hex")));
  EXPECT_EQ(ToHex(StreamOf(PullOfALateBeginning())),
            ToHex(PinnedBytes("pull_stream/begins_late.hex")));
  EXPECT_EQ(ToHex(StreamOf(PushOfASnapshot())), ToHex(PinnedBytes("push_stream/snapshot.hex")));
  EXPECT_EQ(ToHex(StreamOf(PullOfASnapshot())), ToHex(PinnedBytes("pull_stream/snapshot.hex")));
  EXPECT_EQ(ToHex(EncodeSnapshotHead(SampleSnapshotHead())),
            ToHex(PinnedBytes("snapshot_head/two_parts.hex")));
  EXPECT_EQ(ToHex(SampleCarriedFile()), ToHex(PinnedBytes("carried_file/one_of_each.hex")));
  EXPECT_EQ(ToHex(StreamOf(PullOfHistories())), ToHex(PinnedBytes("pull_stream/histories.hex")));
  EXPECT_EQ(ToHex(StreamOf(PullOfTimes())), ToHex(PinnedBytes("pull_stream/times.hex")));
  EXPECT_EQ(ToHex(StreamOf(PullOfAnOwnChain())), ToHex(PinnedBytes("pull_stream/own_chain.hex")));
  EXPECT_EQ(ToHex(StreamOf(PullOfChains())), ToHex(PinnedBytes("pull_stream/chains.hex")));
}

TEST(Vectors, TheSampleStatementsAreWrittenAsPinned) {
  const char* names[] = {"organisation", "space",      "admission",         "epoch",
                         "grant",        "server",     "admission_of_user", "officer",
                         "revocation",   "next_epoch", "recovery_key",      "recovery_use"};
  const std::vector<SignedStatement> statements = EveryStatement();
  ASSERT_EQ(statements.size(), std::size(names));
  for (std::size_t i = 0; i < statements.size(); ++i)
    EXPECT_EQ(ToHex(statements[i].bytes),
              ToHex(PinnedBytes("statement/" + std::string(names[i]) + ".hex")))
        << names[i];
}

TEST(Vectors, TheSampleEpochsWithKeysAreWrittenAsPinned) {
  const auto statements = EpochsWithKeys();
  EXPECT_EQ(ToHex(statements.at(0).bytes), ToHex(PinnedBytes("statement/epoch_with_key.hex")));
  EXPECT_EQ(ToHex(statements.at(1).bytes), ToHex(PinnedBytes("statement/next_epoch_with_key.hex")));
}

TEST(Vectors, TheSampleEpochThatPassesOverOthersIsWrittenAsPinned) {
  EXPECT_EQ(ToHex(SampleEpochPassingOverStatement().bytes),
            ToHex(PinnedBytes("statement/epoch_passing_over.hex")));
}

TEST(Vectors, TheSampleDirectoryCopyIsWrittenAsPinned) {
  EXPECT_EQ(ToHex(EncodeDirectoryCopy(SampleDirectoryCopy())),
            ToHex(PinnedBytes("directory_copy/of_three_kinds.hex")));
}

TEST(Vectors, TheSampleSharingsAreWrittenAsPinned) {
  const auto statements = Sharings();
  EXPECT_EQ(ToHex(statements.at(0).bytes), ToHex(PinnedBytes("statement/sharing.hex")));
  EXPECT_EQ(ToHex(statements.at(1).bytes), ToHex(PinnedBytes("statement/sharing_ended.hex")));
}

TEST(Vectors, TheSamplePoliciesAreWrittenAsPinned) {
  const auto statements = Policies();
  EXPECT_EQ(ToHex(statements.at(0).bytes), ToHex(PinnedBytes("statement/policy.hex")));
  EXPECT_EQ(ToHex(statements.at(1).bytes), ToHex(PinnedBytes("statement/policy_of_no_lock.hex")));
}

TEST(Vectors, TheSampleLostKeyIsWrittenAsPinned) {
  EXPECT_EQ(ToHex(SampleLostKeyStatement().bytes), ToHex(PinnedBytes("statement/lost_key.hex")));
}

TEST(Vectors, TheSampleReplacedViewIsWrittenAsPinned) {
  EXPECT_EQ(ToHex(SampleReplacedViewStatement().bytes),
            ToHex(PinnedBytes("statement/replaced_view.hex")));
}

TEST(Vectors, TheSampleEnrolmentRequestIsWrittenAsPinned) {
  EXPECT_EQ(ToHex(SignEnrolmentRequest(SampleEnrolmentRequest(), KeyNumber(2))),
            ToHex(PinnedBytes("enrolment_request/signed.hex")));
}

TEST(Vectors, ThePinnedRecoverySharesGiveTheirKey) {
  std::vector<RecoveryShare> shares;
  for (const char* name : {"share_1_of_5", "share_3_of_5", "share_4_of_5"})
    shares.push_back(std::move(
        *DecodeRecoveryShare(PinnedBytes("recovery_share/" + std::string(name) + ".hex"))));
  const auto key = JoinRecoveryKey(shares);
  ASSERT_THAT(key, Succeeds());
  EXPECT_EQ(ToHex(key->public_key()),
            "967f702c783c3d70f2b2f6a7460319043e58db82e01fe02a5f543d3381a32517");
}

TEST(Vectors, TheSampleSnapshotIsWrittenAsPinned) {
  EXPECT_EQ(ToHex(*EncodeSnapshotSummary(SampleSnapshotSummary())),
            ToHex(PinnedBytes("snapshot_summary/gaps_and_chains.hex")));
  EXPECT_EQ(*DecodeSnapshotChunk(PinnedBytes("snapshot_chunk/every_form.hex")),
            SampleSnapshotRecords());
}

}  // namespace
}  // namespace sacoche
