#pragma once

#include <cstdint>

namespace sacoche {

// What a space is for. All records of a space are sealed under one key, so this is who can read
// them at all; what each role may read of them is Readers. Never renumbered.
enum class SpaceKind : std::uint8_t {
  kDossiers = 1,         // the cases of a post, with names and words
  kFollowUp = 2,         // the same cases for the technical supervisor: neither names nor words
  kStatistics = 3,       // nameless facts for reports
  kSharedDirectory = 4,  // posts, colleagues, units, partners
  kClinical = 5,         // a clinician's own notes
  kAccessLog = 6,        // who read, printed or handed out what
  kProtocol = 7,         // what belongs to the woman who told it
  kShared = 8            // a copy of one dossier, for somebody outside its space
};

// Whether the space is read by people who must not learn of whom it speaks. Nothing in it is a
// text, since a text may hold a name, nor a date, since a day and a place are a person.
[[nodiscard]] constexpr bool IsNameless(SpaceKind space) {
  return space == SpaceKind::kFollowUp || space == SpaceKind::kStatistics;
}

}  // namespace sacoche
