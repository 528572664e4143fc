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

// Follows a head, or where a space begins late: the tag of the space's history up to there.
struct HistoryFrame {
  HistoryTag tag{};
  bool operator==(const HistoryFrame&) const = default;
};

// Follows the last head of a space: how many envelopes of the device itself the server holds there.
// A device that made fewer is an older copy of itself; one whose envelopes were acknowledged beyond
// that speaks to a server that forgot.
struct OwnChainFrame {
  std::uint64_t counter = 0;
  bool operator==(const OwnChainFrame&) const = default;
};

// Before the last head of a space that the device recalls: up to where the server holds the
// envelopes of one device. Who has more of them gives them to it.
struct ChainFrame {
  DeviceId device;
  std::uint64_t counter = 0;
  bool operator==(const ChainFrame&) const = default;
};

// In the place of a space's envelopes and head: its history is not the one that the device knows.
struct AnotherHistoryFrame {
  SpaceId space;
  bool operator==(const AnotherHistoryFrame&) const = default;
};

// The envelopes that follow, stored or acknowledged, reached the server then, until another says
// otherwise. Shown to people; nothing is decided by it.
struct ReceiptFrame {
  std::uint64_t received_s = 0;  // since the Unix epoch; 0: not known
  bool operator==(const ReceiptFrame&) const = default;
};

// After the directory: the time at the server, signed for this very request
// (engine/sign/server_time.h) with the key that the directory names.
struct ServerTimeFrame {
  std::uint64_t server_ms = 0;
  ByteArray<64> signature{};
  bool operator==(const ServerTimeFrame&) const = default;
};

// To the organisation's root only, before the time: what the server signs with.
struct ServerKeyFrame {
  ByteArray<32> time_key{};
  bool operator==(const ServerKeyFrame&) const = default;
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

// How much of the snapshot that the device sends is here now; with a problem: none is wanted.
struct SnapshotOutcomeFrame {
  SnapshotId snapshot;
  std::uint64_t parts = 0;             // all: it is complete, and the newest of its space
  std::optional<ProblemType> problem;  // nothing: go on from there
  bool operator==(const SnapshotOutcomeFrame&) const = default;
};

// Before a space's envelopes: a snapshot that stands for those up to its sequence, of which parts
// follow. The next answer goes on with them if this one ended.
struct StoredSnapshotFrame {
  Bytes head;
  bool operator==(const StoredSnapshotFrame&) const = default;
};

struct StoredSnapshotPartFrame {
  std::uint64_t index = 0;
  Bytes part;
  bool operator==(const StoredSnapshotPartFrame&) const = default;
};

// Eight bytes that stand for the last envelope of every device in a space (sign/manifest.h).
using ChainsTag = ByteArray<8>;

// Follows a head that is the space's: up to where its newest snapshot stands for its envelopes, and
// where the chains end. A device that knows other ends holds what this server does not.
struct SnapshotCoverFrame {
  std::uint64_t sequence = 0;  // 0: there is no snapshot
  ChainsTag chains{};
  bool operator==(const SnapshotCoverFrame&) const = default;
};

// Before a space's envelopes, to a device that recalls: the envelopes up to `sequence` were
// dropped, and the snapshot that stood for them is by a device that left. What the device lacks of
// them comes with the next snapshot; the chains tell whether it lacks something.
struct BeginsLateFrame {
  std::uint64_t sequence = 0;
  bool operator==(const BeginsLateFrame&) const = default;
};

// First of all: the server's directory is not the one that the device knows, and follows from its
// beginning.
struct AnotherDirectoryFrame {
  bool operator==(const AnotherDirectoryFrame&) const = default;
};

using PullFrame =
    std::variant<DirectoryFrame, AcknowledgementFrame, RefusalFrame, StatementOutcomeFrame,
                 StoredEnvelopeFrame, HeadFrame, HistoryFrame, OwnChainFrame, AnotherHistoryFrame,
                 ReceiptFrame, ServerTimeFrame, ServerKeyFrame, SpaceRefusedFrame, PullEndFrame,
                 SnapshotOutcomeFrame, StoredSnapshotFrame, StoredSnapshotPartFrame,
                 SnapshotCoverFrame, AnotherDirectoryFrame, BeginsLateFrame, ChainFrame>;

}  // namespace sacoche
