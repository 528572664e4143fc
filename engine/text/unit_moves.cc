#include "engine/text/unit_moves.h"

#include <algorithm>

namespace sacoche {
namespace {

using Kind = TextRun::Kind;

TextRun Deletion(Kind kind, const Dot& place, std::uint64_t length) {
  TextRun run;
  run.kind = length == 1 ? Kind::kDeleteForward : kind;
  run.place = place;
  run.length = static_cast<std::uint32_t>(length);
  return run;
}

}  // namespace

void UnitMoves::Keep(const TextOps& ops) { kept_[ops.author].emplace_back(ops.first, ops.seen); }

TextOps UnitMoves::Move(const TextOps& ops, const ReplicaId& to) {
  const auto [at, is_first] = moved_.try_emplace(ops.author, Moved{ops.first, to, {}});
  if (is_first) {
    // A new replica has seen nothing by itself: neither what its author had seen, nor what its
    // author did before.
    Sight sight;
    for (const auto& [first, seen] : kept_[ops.author])
      if (first < ops.first)
        for (const Dot& dot : seen) AddSight(dot, sight);
    if (ops.first > 1) AddSight({ops.author, ops.first - 1}, sight);
    for (const auto& [replica, counter] : sight) at->second.seen.push_back({replica, counter});
  }
  return Follow(ops);
}

TextOps UnitMoves::Follow(const TextOps& ops) const {
  TextOps now = ops;
  Sight sight;
  if (IsMoved({ops.author, ops.first})) {
    const Moved& moved = moved_.at(ops.author);
    now.author = moved.to;
    now.first = ops.first - moved.first + 1;
    if (now.first == 1)
      for (const Dot& dot : moved.seen) AddSight(dot, sight);
  }
  for (const Dot& dot : ops.seen) AddSight(dot, sight);
  sight.erase(now.author);
  now.seen.clear();
  for (const auto& [replica, counter] : sight) now.seen.push_back({replica, counter});
  now.runs.clear();
  for (const TextRun& run : ops.runs) {
    if (run.deletes()) {
      AddDeletion(run, now.runs);
      continue;
    }
    now.runs.push_back(run);
    now.runs.back().place = Now(run.place);
    now.runs.back().right = Now(run.right);
  }
  return now;
}

bool UnitMoves::IsMoved(const Dot& unit) const {
  const auto moved = moved_.find(unit.replica);
  return moved != moved_.end() && unit.counter >= moved->second.first;
}

Dot UnitMoves::Now(const Dot& unit) const {
  if (!IsMoved(unit)) return unit;
  const Moved& moved = moved_.at(unit.replica);
  return {moved.to, unit.counter - moved.first + 1};
}

// Whoever had seen a unit that moved had seen all that came before it.
void UnitMoves::AddSight(const Dot& seen, Sight& sight) const {
  const auto add = [&](const Dot& dot) {
    std::uint64_t& counter = sight[dot.replica];
    counter = std::max(counter, dot.counter);
  };
  add(Now(seen));
  if (!IsMoved(seen)) return;
  const std::uint64_t first = moved_.at(seen.replica).first;
  if (first > 1) add({seen.replica, first - 1});
}

// A run of deletions may reach over the first unit that moved.
void UnitMoves::AddDeletion(const TextRun& run, std::vector<TextRun>& runs) const {
  const bool is_forward = run.kind == Kind::kDeleteForward;
  const std::uint64_t lowest = is_forward ? run.place.counter : run.place.counter - run.length + 1;
  const std::uint64_t end = lowest + run.length;
  const auto moved = moved_.find(run.place.replica);
  const bool is_cut =
      moved != moved_.end() && moved->second.first > lowest && moved->second.first < end;
  if (!is_cut) return runs.push_back(Deletion(run.kind, Now(run.place), run.length));
  const std::uint64_t kept = moved->second.first - lowest;
  const Dot second = {run.place.replica, is_forward ? lowest + kept : lowest + kept - 1};
  const std::uint64_t first_length = is_forward ? kept : run.length - kept;
  runs.push_back(Deletion(run.kind, Now(run.place), first_length));
  runs.push_back(Deletion(run.kind, Now(second), run.length - first_length));
}

}  // namespace sacoche
