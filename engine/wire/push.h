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

// A statement of the directory that the device made, or that the server forgot.
struct StatementFrame {
  Bytes statement;
  bool operator==(const StatementFrame&) const = default;
};

// Asks for what the space received after the cursor.
struct CursorFrame {
  SpaceId space;
  std::uint64_t cursor = 0;
  bool operator==(const CursorFrame&) const = default;
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

using PushFrame =
    std::variant<HelloFrame, StatementFrame, CursorFrame, EnvelopeFrame, PushEndFrame>;

}  // namespace sacoche
