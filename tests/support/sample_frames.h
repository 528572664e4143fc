#pragma once

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

template <class Frame>
Bytes StreamOf(const std::vector<Frame>& frames) {
  Bytes stream;
  for (const Frame& frame : frames) AppendFrame(stream, frame);
  return stream;
}

}  // namespace sacoche
