#include "engine/snapshot/snapshot_codec.h"

#include <gmock/gmock.h>
#include <zstd.h>

#include "platform/base/byte_codec.h"
#include "tests/support/results.h"
#include "tests/support/sample_snapshot.h"

namespace sacoche {
namespace {

// A chunk around any plain bytes.
Bytes Compressed(const Bytes& plain) {
  Bytes bytes(1 + ZSTD_compressBound(plain.size()));
  bytes[0] = kSnapshotFormat;
  bytes.resize(1 +
               ZSTD_compress(bytes.data() + 1, bytes.size() - 1, plain.data(), plain.size(), 3));
  return bytes;
}

Bytes PlainOf(const Bytes& chunk) {
  Bytes plain(ZSTD_getFrameContentSize(chunk.data() + 1, chunk.size() - 1));
  ZSTD_decompress(plain.data(), plain.size(), chunk.data() + 1, chunk.size() - 1);
  return plain;
}

Bytes SamplePlain() { return PlainOf(*EncodeSnapshotChunk(SampleSnapshotRecords())); }

TEST(SnapshotChunk, RecordsComeBackAsTheyWere) {
  const auto chunk = EncodeSnapshotChunk(SampleSnapshotRecords());
  ASSERT_THAT(chunk, Succeeds());
  const auto decoded = DecodeSnapshotChunk(*chunk);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, SampleSnapshotRecords());
}

TEST(SnapshotChunk, ThePlainFormIsPinned) {
  // docs: SNAPSHOT_FORMAT.md. These bytes are in the field: a change here is a new format number.
  const std::string pinned =
      "02a0000000000000000000000000000000b0000000000000000000000000000000"  // authors
      "021000000000000000000000000000000020000000000000000000000000000000"  // replicas
      "03"                                                                  // records
      "64"                                                                  // heads
      "0100000000000000000000000000000001"  // the first: its id, of kind 1,
      "00"                                  // its own dossier
      "868080c09b88ba9703";                 // created
}

TEST(SnapshotChunk, EveryTruncationIsRefused) {
  const Bytes plain = SamplePlain();
  for (std::size_t size = 0; size < plain.size(); ++size)
    EXPECT_THAT(DecodeSnapshotChunk(Compressed({plain.begin(), plain.begin() + size})),
                FailsWith(ErrorCode::kCorrupt));
  const Bytes chunk = *EncodeSnapshotChunk(SampleSnapshotRecords());
  for (std::size_t size = 0; size < chunk.size(); ++size)
    EXPECT_FALSE(DecodeSnapshotChunk(ByteView(chunk).first(size)).has_value());
}

TEST(SnapshotChunk, NoOtherBytesStandForTheSameRecords) {
  const Bytes plain = SamplePlain();
  for (std::size_t at = 0; at < plain.size(); ++at)
    for (const int flip : {0x01, 0x02, 0x80, 0xff}) {
      Bytes changed = plain;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
      const auto decoded = DecodeSnapshotChunk(Compressed(changed));
      if (decoded) {
        EXPECT_NE(*decoded, SampleSnapshotRecords()) << at;
      }
    }
}

TEST(SnapshotChunk, BytesLeftOverAreRefused) {
  Bytes plain = SamplePlain();
  plain.push_back(0);
  EXPECT_THAT(DecodeSnapshotChunk(Compressed(plain)), FailsWith(ErrorCode::kCorrupt));
}

TEST(SnapshotChunk, AnotherFormatIsTold) {
  Bytes chunk = *EncodeSnapshotChunk(SampleSnapshotRecords());
  chunk[0] = 2;
  EXPECT_THAT(DecodeSnapshotChunk(chunk), FailsWith(ErrorCode::kNewerFormat));
}

TEST(SnapshotChunk, AFrameThatSaysTooMuchIsRefusedBeforeItIsOpened) {
  EXPECT_THAT(DecodeSnapshotChunk(Compressed(Bytes(kSnapshotChunkPlainBytesMax + 1, 0))),
              FailsWith(ErrorCode::kLimit));
}

TEST(SnapshotChunk, RecordsOutOfOrderAreRefused) {
  // The same id twice: made by hand, since the writer would not.
  Bytes plain = PlainOf(*EncodeSnapshotChunk(SampleSnapshotRecords()));
  const Bytes second = CopyOf(SampleSnapshotRecords()[1].id.view());
  const auto at = std::ranges::search(plain, second).begin();
  ASSERT_NE(at, plain.end());
  *at = 1;
  EXPECT_THAT(DecodeSnapshotChunk(Compressed(plain)), FailsWith(ErrorCode::kCorrupt));
}

TEST(SnapshotSummary, ComesBackAsItWas) {
  const auto bytes = EncodeSnapshotSummary(SampleSnapshotSummary());
  ASSERT_THAT(bytes, Succeeds());
  const auto decoded = DecodeSnapshotSummary(*bytes);
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(*decoded, SampleSnapshotSummary());
}

TEST(SnapshotSummary, EveryTruncationAndEveryByteMoreIsRefused) {
  Bytes bytes = *EncodeSnapshotSummary(SampleSnapshotSummary());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(DecodeSnapshotSummary(ByteView(bytes).first(size)), FailsWith(ErrorCode::kCorrupt));
  bytes.push_back(0);
  EXPECT_THAT(DecodeSnapshotSummary(bytes), FailsWith(ErrorCode::kCorrupt));
}

TEST(SnapshotSummary, NoOtherBytesStandForTheSameSummary) {
  const Bytes bytes = *EncodeSnapshotSummary(SampleSnapshotSummary());
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      Bytes changed = bytes;
      changed[at] = static_cast<std::uint8_t>(value);
      const auto decoded = DecodeSnapshotSummary(changed);
      if (decoded) {
        EXPECT_EQ(ToHex(*EncodeSnapshotSummary(*decoded)), ToHex(changed)) << at << " " << value;
      }
    }
}

// -- Cutting --------------------------------------------------------------------------------------

SnapshotRecord RecordOf(std::uint8_t number, std::size_t fields, std::size_t bytes) {
  SnapshotRecord record = SampleSnapshotRecords()[0];
  record.id.bytes[1] = number;
  record.registers.clear();
  for (std::size_t i = 1; i <= fields; ++i)
    record.registers[{FieldId(static_cast<std::uint32_t>(i)), {}}] = {
        {{{ReplicaId::FromArray({0x10}), i},
          record.created,
          DeviceId::FromArray({0xa0}),
          Value::Text(std::string(bytes, 'x'))}},
        {}};
  return record;
}

std::vector<Bytes> Cut(const std::vector<SnapshotRecord>& records) {
  std::vector<Bytes> chunks;
  SnapshotCutter cutter([&](Bytes chunk) -> Status {
    chunks.push_back(std::move(chunk));
    return {};
  });
  for (const SnapshotRecord& record : records) EXPECT_THAT(cutter.Add(record), Succeeds());
  EXPECT_THAT(cutter.Finish(), Succeeds());
  return chunks;
}

TEST(SnapshotCutter, ManyDossiersShareAChunkAndALargeOneGoesOnInTheNext) {
  std::vector<SnapshotRecord> records;
  for (std::uint8_t i = 0; i < 100; ++i) records.push_back(RecordOf(i, 3, 50));
  EXPECT_EQ(Cut(records).size(), 1U);
  records.push_back(RecordOf(101, 60, 60'000));
  const std::vector<Bytes> chunks = Cut(records);
  EXPECT_EQ(chunks.size(), 7U);

  SnapshotOrder order;
  std::map<RecordId, SnapshotRecord> whole;
  for (const Bytes& chunk : chunks) {
    const auto decoded = DecodeSnapshotChunk(chunk);
    ASSERT_THAT(decoded, Succeeds());
    ASSERT_THAT(order.Take(*decoded), Succeeds());
    for (const SnapshotRecord& part : *decoded) {
      const auto [place, is_new] = whole.emplace(part.id, part);
      if (!is_new) place->second.registers.insert(part.registers.begin(), part.registers.end());
    }
  }
  EXPECT_EQ(order.records(), records.size());
  for (const SnapshotRecord& record : records) EXPECT_EQ(whole[record.id], record);
}

TEST(SnapshotCutter, LeavesOutWhatIsEmpty) {
  SnapshotRecord record = RecordOf(1, 2, 5);
  const std::vector<Bytes> without = Cut({record});
  record.registers[{FieldId{99}, {}}] = {};
  SnapshotRecord empty = RecordOf(2, 0, 0);
  empty.registers[{FieldId{1}, {}}] = {};
  EXPECT_EQ(Cut({record, empty}), without);
}

TEST(SnapshotOrder, RefusesAChunkTwiceAndChunksExchanged) {
  const std::vector<Bytes> chunks = Cut({RecordOf(1, 30, 60'000)});
  ASSERT_GE(chunks.size(), 3U);
  const auto decoded = [&](std::size_t i) { return *DecodeSnapshotChunk(chunks[i]); };
  SnapshotOrder twice;
  ASSERT_THAT(twice.Take(decoded(0)), Succeeds());
  EXPECT_THAT(twice.Take(decoded(0)), FailsWith(ErrorCode::kCorrupt));
  SnapshotOrder exchanged;
  ASSERT_THAT(exchanged.Take(decoded(1)), Succeeds());
  EXPECT_THAT(exchanged.Take(decoded(0)), FailsWith(ErrorCode::kCorrupt));
}

TEST(SnapshotCutter, ARegisterBeyondTheLimitGivesNoSnapshotAndNoCrash) {
  SnapshotRecord record = RecordOf(1, 1, 5);
  Register& reg = record.registers.begin()->second;
  for (std::uint64_t i = 2; i < 80; ++i) {
    reg.siblings.push_back(reg.siblings[0]);
    reg.siblings.back().dot.counter = i;
    reg.siblings.back().value = Value::Text(std::string(60'000, 'x'));
  }
  SnapshotCutter cutter([](const Bytes&) -> Status { return {}; });
  EXPECT_THAT(cutter.Add(record), FailsWith(ErrorCode::kLimit));
}

}  // namespace
}  // namespace sacoche
