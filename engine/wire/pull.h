#pragma once

#include "engine/wire/push.h"

namespace sacoche {

// What the server answers to POST /v1/sync, in this order: the directory, the acknowledgements, the
// envelopes space by space with a head after each space, the end.

struct DirectoryFrame {
  std::uint64_t sequence = 0;  // from 1, without gaps
  Bytes statement;
  bool operator==(const DirectoryFrame&) const = default;
};

// The envelope is stored for good under this sequence of its space. The same again for a
// repetition.
struct AcknowledgementFrame {
  EnvelopeId envelope;
  std::uint64_t sequence = 0;
  bool operator==(const AcknowledgementFrame&) const = default;
};

// This envelope was not stored, and why; the rest goes on.
struct RefusalFrame {
  EnvelopeId envelope;
  ProblemType problem = ProblemType::kMalformed;
  bool operator==(const RefusalFrame&) const = default;
};

// The n-th statement of the push was taken in, or why not.
struct StatementOutcomeFrame {
  std::uint64_t index = 0;             // in the push, from 0
  std::optional<ProblemType> problem;  // nothing: taken in, or known already
  bool operator==(const StatementOutcomeFrame&) const = default;
};

struct StoredEnvelopeFrame {
  std::uint64_t sequence = 0;
  Bytes envelope;
  bool operator==(const StoredEnvelopeFrame&) const = default;
};

// All envelopes of the space up to `sequence` that are not the device's own were sent.
struct HeadFrame {
  SpaceId space;
  std::uint64_t sequence = 0;
  bool more = false;  // the answer was long enough; ask again from here
  bool operator==(const HeadFrame&) const = default;
};

// The device asked for a space that it may not read.
struct SpaceRefusedFrame {
  SpaceId space;
  ProblemType problem = ProblemType::kNotMember;
  bool operator==(const SpaceRefusedFrame&) const = default;
};

struct PullEndFrame {
  std::uint64_t server_time_ms = 0;
  bool operator==(const PullEndFrame&) const = default;
};

using PullFrame =
    std::variant<DirectoryFrame, AcknowledgementFrame, RefusalFrame, StatementOutcomeFrame,
                 StoredEnvelopeFrame, HeadFrame, SpaceRefusedFrame, PullEndFrame>;

}  // namespace sacoche
