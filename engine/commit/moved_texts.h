#pragma once

#include "engine/change/change.h"
#include "engine/record/schema.h"
#include "engine/store/store.h"
#include "engine/text/unit_moves.h"

namespace sacoche {

// Where changes take new dots because another copy of the store used theirs for something else, the
// texts that they edit have the same fault one level down: units that two edits claim. This gives
// the edits units of their own. Texts are told by record and field; one object serves one space.
class MovedTexts {
 public:
  // Both must outlive this. The store is read only.
  MovedTexts(Store* store, const Schema* schema) : store_(store), schema_(schema) {}

  // The texts of a change that has its new dot already. Changes are given in the order in which
  // they were made.
  Status Move(Change& change);

  // The texts of a change that keeps its dot, where they build on what moved.
  Status Follow(Change& change);

  // A change that stays as it is: what its author had seen may be needed for one that moves.
  Status Keep(const Change& change);

 private:
  using Text = std::pair<RecordId, FieldId>;

  Status ForEachEdit(Change& change,
                     const std::function<Result<TextOps>(const Text&, const TextOps&)>& rename);
  Result<UnitMoves*> MovesIn(const Text& text);

  Store* store_;
  const Schema* schema_;
  std::map<Text, UnitMoves> moves_;
};

}  // namespace sacoche
