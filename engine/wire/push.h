#pragma once

#include <variant>

#include "engine/wire/problem.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace sacoche {

// What a device says in the body of POST /v1/sync: a sequence of frames (PROTOCOL.md).

// First, and once.
struct HelloFrame {
  static constexpr std::uint64_t kProtocolVersion = 1;
  std::uint64_t directory_cursor = 0;  // statements of the directory that the device holds
  bool operator==(const HelloFrame&) const = default;
};

// Eight bytes that stand for the statements of a directory up to one of them, in their order
// (membership/directory_order.h).
using DirectoryTag = ByteArray<8>;

// Follows the hello: what the statements that the device holds, in the order in which the server
// showed them, amount to. A server that was restored from a backup has others by now.
struct KnownDirectoryFrame {
  std::uint64_t statements = 0;
  DirectoryTag tag{};
  bool operator==(const KnownDirectoryFrame&) const = default;
};

// A statement of the directory that the device made, or that the server forgot.
struct StatementFrame {
  Bytes statement;
  bool operator==(const StatementFrame&) const = default;
};

// Asks for what the space received after the cursor.
struct CursorFrame {
  // kEverybody: the device's own envelopes too. It has lost some, with a disk or a later copy of
  // its store.
  enum class From { kOthers, kEverybody };
  SpaceId space;
  std::uint64_t cursor = 0;
  From from = From::kOthers;
  bool operator==(const CursorFrame&) const = default;
};

// Eight bytes that stand for all envelopes of a space up to one of them, in their order. Zeros: not
// known.
using HistoryTag = ByteArray<8>;

// Follows a cursor: the space's history as far as the device knows it, by the server's word at a
// head and by the envelopes that it was given since. A server that was restored from a backup has
// another one by now.
struct KnownHistoryFrame {
  std::uint64_t sequence = 0;
  HistoryTag tag{};
  bool operator==(const KnownHistoryFrame&) const = default;
};

// Follows a cursor: so many parts of a snapshot of the space came here already.
struct KnownSnapshotFrame {
  SnapshotId id;
  std::uint64_t parts = 0;
  bool operator==(const KnownSnapshotFrame&) const = default;
};

// A snapshot that this device made: its head (sealed_snapshot.h), in each push that brings parts.
struct SnapshotHeadFrame {
  Bytes head;
  bool operator==(const SnapshotHeadFrame&) const = default;
};

// A part of the snapshot whose head this push brought; parts are numbered from 0 and come in order.
struct SnapshotPartFrame {
  std::uint64_t index = 0;
  Bytes part;
  bool operator==(const SnapshotPartFrame&) const = default;
};

// One sealed envelope; its header says which space.
struct EnvelopeFrame {
  Bytes envelope;
  bool operator==(const EnvelopeFrame&) const = default;
};

// Last, and once: without it the body was cut.
struct PushEndFrame {
  bool operator==(const PushEndFrame&) const = default;
};

using PushFrame = std::variant<HelloFrame, StatementFrame, CursorFrame, KnownHistoryFrame,
                               EnvelopeFrame, PushEndFrame, KnownSnapshotFrame, SnapshotHeadFrame,
                               SnapshotPartFrame, KnownDirectoryFrame>;

}  // namespace sacoche
