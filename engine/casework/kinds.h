#pragma once

#include "engine/record/schema.h"

// The parts of CaseworkSchema, by theme. For the files of this room only.
//
// Where the data model speaks of a log of facts (a referral, an orientation), each fact is a record
// of its own: adding one takes nothing away, whoever else added one, and a correction is an edit
// whose history says what stood there. Logs inside a field are for what needs no fields of its own.
//
// A member of a set is one value. What has parts (a contact of a unit, an opening hour) is a child
// record, so that two people may correct two parts of it.
namespace sacoche::casework {

[[nodiscard]] std::vector<KindDef> SituationKinds();  // the case, its persons, what happened
[[nodiscard]] std::vector<KindDef> FollowUpKinds();   // what was done and agreed
[[nodiscard]] std::vector<KindDef> SealedKinds();     // under a secret of their own
[[nodiscard]] std::vector<KindDef> PostKinds();       // the post's daily work
[[nodiscard]] std::vector<KindDef> DirectoryKinds();  // posts, colleagues, units, partners
[[nodiscard]] std::vector<KindDef> DerivedKinds();    // computed, never typed (projections.h)

[[nodiscard]] std::vector<ClosedList> CaseLists();
[[nodiscard]] std::vector<ClosedList> FollowUpLists();
[[nodiscard]] std::vector<ClosedList> PostLists();

}  // namespace sacoche::casework
