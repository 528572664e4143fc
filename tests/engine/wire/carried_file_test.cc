#include "engine/wire/carried_file.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/support/sample_frames.h"
#include "tests/support/truncation.h"

namespace sacoche {
namespace {

Result<std::vector<CarriedFrame>> ReadAll(ByteView file) {
  SACOCHE_ASSIGN(auto reader, CarriedFileReader::Open(file));
  std::vector<CarriedFrame> frames;
  while (true) {
    SACOCHE_ASSIGN(auto frame, reader.Next());
    if (!frame) return frames;
    frames.push_back(std::move(*frame));
  }
}

Bytes FileOf(const std::vector<CarriedFrame>& frames) {
  Bytes file = BeginCarriedFile();
  for (const CarriedFrame& frame : frames) AppendFrame(file, frame);
  return file;
}

TEST(CarriedFile, GivesTheFramesThatWereWritten) {
  const auto frames = ReadAll(SampleCarriedFile());
  ASSERT_THAT(frames, Succeeds());
  EXPECT_EQ(FileOf(*frames), SampleCarriedFile());
  EXPECT_EQ(frames->size(), 4U);
}

TEST(CarriedFile, OnlyTheWholeIsRead) { ExpectOnlyTheWholeDecodes(SampleCarriedFile(), ReadAll); }

TEST(CarriedFile, TellsAnotherFileFromADamagedOne) {
  EXPECT_THAT(ReadAll(ViewOf("PDF or anything else")), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT(ReadAll({}), FailsWith(ErrorCode::kInvalidInput));
  Bytes newer = SampleCarriedFile();
  newer[7] = kCarriedFileFormat + 1;
  EXPECT_THAT(ReadAll(newer), FailsWith(ErrorCode::kNewerFormat));
  Bytes cut = SampleCarriedFile();
  cut.pop_back();
  EXPECT_THAT(ReadAll(cut), FailsWith(ErrorCode::kCorrupt));
}

TEST(CarriedFile, RefusesFramesOutOfTheirOrder) {
  const CarrierFrame carrier{IdFrom<DeviceId>(1), {}};
  const HeldChainFrame held{};
  const EnvelopeFrame envelope{{2}};
  const CarriedEndFrame end{};
  EXPECT_THAT(ReadAll(FileOf({carrier, end})), Succeeds());
  const std::vector<std::vector<CarriedFrame>> wrong = {
      {end},
      {held, end},
      {carrier, carrier, end},
      {carrier, envelope, held, end},
      {carrier, end, end},
      {carrier, end, envelope},
  };
  for (const auto& frames : wrong)
    EXPECT_THAT(ReadAll(FileOf(frames)), FailsWith(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace sacoche
