#pragma once

#include "engine/record/record.h"

namespace sacoche {

// One value that stands beside others, with who wrote it last and when.
struct Candidate {
  Value value;
  DeviceId author;
  Hlc hlc;
  Dot dot;

  bool operator==(const Candidate&) const = default;
};

// A field that two people edited without having seen each other: all values, best first, of which
// the first applies meanwhile.
struct Conflict {
  RecordId record;
  FieldId field{};
  std::vector<Candidate> candidates;

  bool operator==(const Conflict&) const = default;
};

// An entry of a log, in the order of the stamps.
struct LogEntry {
  ByteArray<16> id{};
  std::optional<ByteArray<16>> corrects;
  Candidate written;

  bool operator==(const LogEntry&) const = default;
};

// What a field shows.
struct VisibleField {
  FieldId field{};
  Value value;                        // a list, for sets and logs
  std::optional<Candidate> written;   // of a single value: who and when
  std::vector<Candidate> candidates;  // distinct values; more than one only in an open conflict
  std::vector<LogEntry> entries;      // of a log

  [[nodiscard]] bool in_conflict() const { return candidates.size() > 1; }
};

}  // namespace sacoche
