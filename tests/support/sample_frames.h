#pragma once

#include "engine/wire/carried_file.h"
#include "engine/wire/sealed_snapshot.h"
#include "engine/wire/wire_codec.h"
#include "tests/support/samples.h"

namespace sacoche {

// One of each kind.
inline std::vector<PushFrame> EveryPushFrame() {
  return {HelloFrame{300}, StatementFrame{{1, 2, 3}}, CursorFrame{IdFrom<SpaceId>(1), 5},
          EnvelopeFrame{EncodeEnvelope(SampleEnvelope())}, PushEndFrame{}};
}

inline std::vector<PullFrame> EveryPullFrame() {
  return {DirectoryFrame{1, {4, 5}},
          AcknowledgementFrame{IdFrom<EnvelopeId>(2), 300},
          RefusalFrame{IdFrom<EnvelopeId>(3), ProblemType::kForkedChain},
          StatementOutcomeFrame{2, std::nullopt},
          StatementOutcomeFrame{3, ProblemType::kConflict},
          StoredEnvelopeFrame{70'000, EncodeEnvelope(SampleEnvelope())},
          HeadFrame{IdFrom<SpaceId>(4), 12, true},
          SpaceRefusedFrame{IdFrom<SpaceId>(5), ProblemType::kNotMember},
          PullEndFrame{1'700'000'000'000}};
}

inline std::vector<PushFrame> PushOfAKnownHistory() {
  return {HelloFrame{300}, CursorFrame{IdFrom<SpaceId>(1), 5},
          KnownHistoryFrame{300, {1, 2, 3, 4, 5, 6, 7, 8}}, PushEndFrame{}};
}

inline std::vector<PushFrame> PushOfAKnownDirectory() {
  return {HelloFrame{300}, KnownDirectoryFrame{300, {1, 2, 3, 4, 5, 6, 7, 8}}, PushEndFrame{}};
}

inline std::vector<PullFrame> PullOfAnotherDirectory() {
  return {AnotherDirectoryFrame{}, PullEndFrame{1'700'000'000'000}};
}

inline std::vector<PullFrame> PullOfALateBeginning() {
  return {BeginsLateFrame{300}, HeadFrame{IdFrom<SpaceId>(4), 300, false},
          PullEndFrame{1'700'000'000'000}};
}

inline std::vector<PullFrame> PullOfHistories() {
  return {HeadFrame{IdFrom<SpaceId>(4), 12, false}, HistoryFrame{{8, 7, 6, 5, 4, 3, 2, 1}},
          AnotherHistoryFrame{IdFrom<SpaceId>(5)}, PullEndFrame{1'700'000'000'000}};
}

inline std::vector<PullFrame> PullOfTimes() {
  return {ServerKeyFrame{CountingFrom<ByteArray<32>>(1)},
          ServerTimeFrame{1'700'000'000'000, CountingFrom<ByteArray<64>>(2)},
          ReceiptFrame{1'700'000'000}, PullEndFrame{1'700'000'000'000}};
}

inline SealedSnapshotHead SampleSnapshotHead() {
  SealedSnapshotHead head;
  head.identity = {.space = IdFrom<SpaceId>(0x10),
                   .epoch = 2,
                   .device = IdFrom<DeviceId>(0x20),
                   .id = IdFrom<SnapshotId>(0x30),
                   .sequence = 300,
                   .history = {1, 2, 3, 4, 5, 6, 7, 8}};
  head.part_hashes = {CountingFrom<ByteArray<32>>(0x40), CountingFrom<ByteArray<32>>(0x60)};
  head.signature = CountingFrom<ByteArray<64>>(0x80);
  return head;
}

inline std::vector<PushFrame> PushOfASnapshot() {
  return {HelloFrame{300},
          CursorFrame{IdFrom<SpaceId>(1), 5},
          KnownSnapshotFrame{IdFrom<SnapshotId>(2), 300},
          SnapshotHeadFrame{EncodeSnapshotHead(SampleSnapshotHead())},
          SnapshotPartFrame{0, {1, 2, 3}},
          SnapshotPartFrame{300, {}},
          PushEndFrame{}};
}

inline std::vector<PullFrame> PullOfASnapshot() {
  return {SnapshotOutcomeFrame{IdFrom<SnapshotId>(2), 300, std::nullopt},
          SnapshotOutcomeFrame{IdFrom<SnapshotId>(2), 0, ProblemType::kConflict},
          StoredSnapshotFrame{EncodeSnapshotHead(SampleSnapshotHead())},
          StoredSnapshotPartFrame{0, {1, 2, 3}},
          HeadFrame{IdFrom<SpaceId>(4), 12, false},
          HistoryFrame{{8, 7, 6, 5, 4, 3, 2, 1}},
          SnapshotCoverFrame{300, {1, 2, 3, 4, 5, 6, 7, 8}},
          PullEndFrame{1'700'000'000'000}};
}

inline std::vector<PullFrame> PullOfAnOwnChain() {
  return {HeadFrame{IdFrom<SpaceId>(4), 12, false}, OwnChainFrame{300},
          PullEndFrame{1'700'000'000'000}};
}

inline std::vector<PullFrame> PullOfChains() {
  return {ChainFrame{IdFrom<DeviceId>(1), 1}, ChainFrame{IdFrom<DeviceId>(0x20), 300},
          HeadFrame{IdFrom<SpaceId>(4), 12, false}, PullEndFrame{1'700'000'000'000}};
}

template <class Frame>
Bytes StreamOf(const std::vector<Frame>& frames) {
  Bytes stream;
  for (const Frame& frame : frames) AppendFrame(stream, frame);
  return stream;
}

// One frame of each kind.
inline Bytes SampleCarriedFile() {
  Bytes file = BeginCarriedFile();
  for (const CarriedFrame& frame : std::vector<CarriedFrame>{
           CarrierFrame{IdFrom<DeviceId>(1), {7}},
           HeldChainFrame{IdFrom<SpaceId>(2), IdFrom<DeviceId>(3), 300},
           EnvelopeFrame{EncodeEnvelope(SampleEnvelope())}, CarriedEndFrame{{9}}})
    AppendFrame(file, frame);
  return file;
}

}  // namespace sacoche
