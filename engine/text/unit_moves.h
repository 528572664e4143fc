#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/text/text_ops.h"

namespace sacoche {

// Gives edits of one text that nobody else has seen units of other replicas, after another copy of
// the same store used theirs for something else. Of a replica A, the units from the first one that
// moves become 1, 2, 3, ... of a replica that is new in this text; whatever speaks of them follows.
// Pure. Edits are given in the order in which they were made.
class UnitMoves {
 public:
  // An edit of the text that stays as it is. Needed is what the author of an edit that moves had
  // seen before it.
  void Keep(const TextOps& ops);

  // The edit under another replica: under `to`, unless an earlier edit of its author moved already.
  // Precondition: no unit of `to` is in the text.
  [[nodiscard]] TextOps Move(const TextOps& ops, const ReplicaId& to);

  // The edit itself, unless it builds on what moved, or goes on where its author's units moved.
  [[nodiscard]] TextOps Follow(const TextOps& ops) const;

 private:
  struct Moved {
    std::uint64_t first = 0;  // the old counter of the new replica's unit 1
    ReplicaId to;
    std::vector<Dot> seen;  // by the author, before that
  };
  using Sight = std::map<ReplicaId, std::uint64_t>;

  [[nodiscard]] bool IsMoved(const Dot& unit) const;
  [[nodiscard]] Dot Now(const Dot& unit) const;
  void AddSight(const Dot& seen, Sight& sight) const;
  void AddDeletion(const TextRun& run, std::vector<TextRun>& runs) const;

  std::map<ReplicaId, Moved> moved_;
  std::map<ReplicaId, std::vector<std::pair<std::uint64_t, std::vector<Dot>>>> kept_;
};

}  // namespace sacoche
