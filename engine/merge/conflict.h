#pragma once

#include "engine/causality/trusted_time.h"
#include "engine/record/co_written.h"
#include "engine/record/record.h"

namespace sacoche {

// One value that stands beside others, with who wrote it last and when.
struct Candidate {
  Value value;
  DeviceId author;
  Hlc hlc;
  Dot dot;
  // The time for people. What resolve gives knows of no receipt; the facade completes it.
  ShownTime shown = {};

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
  kBothVisible = 6,     // a text holds what each of them wrote, in passages that both changed
  kClockInDoubt = 7,    // the latest by stamps of which one cannot be right
  kClosed = 8,          // it was closed while others, not knowing of it, wrote into it or below
};

// Who changed something, when, and with which change.
struct Writer {
  DeviceId author;
  Hlc hlc;
  Dot dot;
  ShownTime shown = {};  // as of a candidate

  bool operator==(const Writer&) const = default;
};

[[nodiscard]] inline Writer WriterOf(const Sibling& sibling) {
  return {sibling.author, sibling.hlc, sibling.dot};
}

// A stretch of a text that several people changed without having seen each other's change.
struct Passage {
  std::uint64_t begin = 0;  // Unicode characters [begin, end) of the text; empty where everything
  std::uint64_t end = 0;    // there was deleted
  std::vector<Writer> writers;  // the last change of each, by their stamps

  bool operator==(const Passage&) const = default;
};

// Something that was written into a closed record, or into one of its children, without sight of
// the closing.
struct UnseenWrite {
  RecordId record;
  KindId kind{};
  FieldId field{};
  Writer writer;

  bool operator==(const UnseenWrite&) const = default;
};

// A field that two people edited without having seen each other: all values, best first, of which
// the first applies meanwhile. Of an erasure it is the erasure; what was written without sight of
// it stands in the record's other fields. Of a closing it may be the closing alone, beside
// `unseen`.
struct Conflict {
  RecordId record;
  FieldId field{};
  std::vector<Candidate> candidates;  // of a text the whole, with who wrote last
  Precedence first_applies = Precedence::kLatest;
  std::vector<Passage> passages = {};    // of a text: where to look
  std::vector<UnseenWrite> unseen = {};  // by a closing

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
  std::optional<Candidate> written;   // of a single value or a text: who and when
  std::vector<Candidate> candidates;  // distinct values; more than one only in an open conflict
  std::vector<LogEntry> entries;      // of a log
  Precedence first_applies = Precedence::kLatest;  // in an open conflict
  std::vector<Passage> passages = {};              // of a text: in conflict, in its order
  std::vector<UnseenWrite> unseen = {};            // by a closing; takes the whole scope to tell
  std::optional<TextVersion> version =
      std::nullopt;  // of a text: what is shown, for FieldEdit::seen
  // Edits of a text that wait for others on which they build, or that only a newer release reads.
  std::uint64_t edits_not_shown = 0;

  [[nodiscard]] bool in_conflict() const {
    return candidates.size() > 1 || !passages.empty() || !unseen.empty();
  }
};

}  // namespace sacoche
