#pragma once

#include <map>
#include <optional>
#include <set>

#include "engine/projector.h"

// What leaves the circle of a post is computed here, from the present state of one dossier and
// nothing else: the follow-up record for the technical supervisor, and the facts for reports.
// Nobody types these records, and none is merged: who learns of a change computes anew.
//
// Nothing of them is a text, a date or an id of the dossier; a code is only passed on if its list
// has it, and a reference only if it is one of the posts and units that the caller names. So what
// people wrote, wherever they wrote it, has no way through.
namespace sacoche::casework {

// A record of a dossier as it shows now.
struct DossierRecord {
  RecordId id;
  KindId kind{};
  std::map<FieldId, Value> values;  // what shows something; of sets and logs a list
};

[[nodiscard]] DossierRecord DossierRecordOf(const RecordView& view);

// What the directory and the map of communes say.
struct ReferenceData {
  // INSEE code to a code of the list "commune_tranche". A commune that is not here is NSP.
  std::map<std::string, std::string, std::less<>> commune_bands;
  // Unit to the one under which reports count it: itself, or the company of a small brigade. A
  // unit that is not here is not told.
  std::map<RecordId, RecordId> reported_units;
  std::set<RecordId> posts;
};

struct Projections {
  std::optional<ProjectedRecord> suivi;
  std::vector<ProjectedRecord> facts;  // one for each person concerned, and one where none is

  bool operator==(const Projections&) const = default;
};

// The records of one dossier, each once, in any order. Erased records say nothing; of an erased
// dossier, or one whose situation is not there, nothing is told at all, and what was told before is
// for the caller to erase.
[[nodiscard]] Projections Project(const RecordId& dossier,
                                  const std::vector<DossierRecord>& records,
                                  const ReferenceData& reference);

}  // namespace sacoche::casework
