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

// Why the first of several candidates applies until a person has decided. Never renumbered: the
// words for people are made from it where they are shown.
enum class Precedence : std::uint8_t {
  kLatest = 0,          // nothing but the stamp tells them apart
  kMostProtective = 1,  // by the order that the schema declares
  kFurthest = 2,        // it closes what others still worked on
  kReopened = 3,        // the field was reopened while others did not know of it
  kOverCleared = 4,     // somebody cleared what another wrote: what was written stays visible
  kErased = 5,          // the record was erased while others, not knowing of it, wrote into it
};

// A field that two people edited without having seen each other: all values, best first, of which
// the first applies meanwhile. Of an erasure it is the erasure; what was written without sight of
// it stands in the record's other fields.
struct Conflict {
  RecordId record;
  FieldId field{};
  std::vector<Candidate> candidates;
  Precedence first_applies = Precedence::kLatest;

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
  Precedence first_applies = Precedence::kLatest;  // in an open conflict

  [[nodiscard]] bool in_conflict() const { return candidates.size() > 1; }
};

}  // namespace sacoche
