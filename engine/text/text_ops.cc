#include "engine/text/text_ops.h"

#include <algorithm>

#include "engine/text/text_limits.h"
#include "engine/text/utf8.h"

namespace sacoche {
namespace {

using Kind = TextRun::Kind;

bool IsUnit(const Dot& dot) {
  return !dot.replica.is_zero() && dot.counter >= 1 && dot.counter <= kTextCounterMax;
}

bool IsUnitOrEdge(const Dot& dot) { return dot == Dot{} || IsUnit(dot); }

bool IsSound(const TextRun& run) {
  if (run.length == 0 || run.length > kTextCounterMax) return false;
  if (run.text.size() != (run.inserts() ? run.length : 0)) return false;
  if (!std::ranges::all_of(run.text, IsCharacter)) return false;
  if (run.kind != Kind::kInsertAfter && run.right != Dot{}) return false;
  switch (run.kind) {
    case Kind::kInsertAfter:
      return IsUnitOrEdge(run.place) && IsUnitOrEdge(run.right);
    case Kind::kInsertBefore:
      return IsUnit(run.place);
    case Kind::kDeleteForward:
      return IsUnit(run.place) && run.place.counter + run.length - 1 <= kTextCounterMax;
    case Kind::kDeleteBackward:
      return IsUnit(run.place) && run.length >= 2 && run.place.counter >= run.length;
    case Kind::kSettle:
      return run.place == Dot{};
  }
  return false;
}

bool IsSoundSight(const TextOps& ops) {
  for (std::size_t i = 0; i < ops.seen.size(); ++i) {
    if (!IsUnit(ops.seen[i]) || ops.seen[i].replica == ops.author) return false;
    if (i > 0 && ops.seen[i - 1].replica >= ops.seen[i].replica) return false;
  }
  return true;
}

}  // namespace

Status CheckShape(const TextOps& ops) {
  if (ops.author.is_zero() || ops.first == 0 || ops.runs.empty() || !IsSoundSight(ops) ||
      !std::ranges::all_of(ops.runs, IsSound))
    return Fail(ErrorCode::kCorrupt, "an edit of a text contradicts itself");
  if (ops.first > kTextCounterMax || ops.units() > kTextCounterMax - ops.first + 1)
    return Fail(ErrorCode::kLimit, "a text has been edited more often than is supported",
                "Begin a new text.");
  return {};
}

TextOps HeadOf(TextOps ops, std::uint64_t last) {
  std::uint64_t room = last - ops.first + 1;
  for (std::size_t i = 0; i < ops.runs.size(); ++i) {
    TextRun& run = ops.runs[i];
    if (run.length < room) {
      room -= run.length;
      continue;
    }
    run.length = static_cast<std::uint32_t>(room);
    if (run.inserts()) run.text.resize(run.length);
    if (run.deletes() && run.length == 1) run.kind = Kind::kDeleteForward;
    ops.runs.resize(i + 1);
    break;
  }
  return ops;
}

TextRun TailOf(const TextOps& ops, const TextRun& run, std::uint64_t counter,
               std::uint32_t skipped) {
  if (skipped == 0) return run;
  TextRun tail = run;
  tail.length -= skipped;
  if (run.inserts()) {
    tail.kind = Kind::kInsertAfter;
    tail.place = {ops.author, counter + skipped - 1};
    tail.right = run.kind == Kind::kInsertBefore ? run.place : run.right;
    tail.text.erase(0, skipped);
  } else if (run.kind == Kind::kDeleteForward) {
    tail.place.counter += skipped;
  } else if (run.kind == Kind::kDeleteBackward) {
    tail.place.counter -= skipped;
  }
  return tail;
}

}  // namespace sacoche
