#include "engine/text/text_sequence.h"

#include <algorithm>

#include "platform/base/check.h"

namespace sacoche {
namespace {

using Kind = TextRun::Kind;

// Which way a run of deletions goes that `next` prolongs, or kSettle if it prolongs none. A single
// deletion goes both ways.
Kind DirectionOf(const TextSequence::LogRun& last, const TextSequence::LogRun& next) {
  const auto goes = [](const TextSequence::LogRun& run, Kind kind) {
    return run.length == 1 || run.kind == kind;
  };
  if (last.place.replica != next.place.replica) return Kind::kSettle;
  for (const Kind kind : {Kind::kDeleteForward, Kind::kDeleteBackward}) {
    if (!goes(last, kind) || !goes(next, kind)) continue;
    const bool adjoins = kind == Kind::kDeleteForward
                             ? next.place.counter == last.place.counter + last.length
                             : next.place.counter + last.length == last.place.counter;
    if (adjoins) return kind;
  }
  return Kind::kSettle;
}

}  // namespace

std::uint32_t TextSequence::AddReplica(const ReplicaId& id) {
  Replica replica;
  replica.id = id;
  replicas_.push_back(std::move(replica));
  starts_.emplace_back();
  return static_cast<std::uint32_t>(replicas_.size() - 1);
}

void TextSequence::Append(std::uint32_t replica, LogRun run, std::u32string_view text) {
  Replica& from = replicas_[replica];
  run.first = from.known + 1;
  run.text_at = static_cast<std::uint32_t>(from.characters.size());
  if (run.kind == Kind::kInsertBefore) run.right = run.place;
  // One spelling of a single deletion, however it came.
  if (run.deletes() && run.length == 1) run.kind = Kind::kDeleteForward;
  from.characters.append(text);
  const bool continues = Join(from, replica, run);
  if (!continues) from.log.push_back(run);
  from.known += run.length;
  if (run.inserts()) Insert({replica, run.first}, run, continues);
  if (run.deletes()) Delete(run.lowest_target(), run.length);
}

bool TextSequence::Continues(const LogRun& last, const LogRun& run, std::uint32_t replica) {
  return last.inserts() && run.kind == Kind::kInsertAfter &&
         run.place == UnitId{replica, run.first - 1} && run.right == last.right;
}

// Whether the new run was told together with the last one of the log.
bool TextSequence::Join(Replica& replica, std::uint32_t number, const LogRun& run) {
  if (replica.log.empty()) return false;
  LogRun& last = replica.log.back();
  if (last.deletes() && run.deletes()) {
    const Kind direction = DirectionOf(last, run);
    if (direction == Kind::kSettle) return false;
    last.kind = direction;
  } else if (last.kind != Kind::kSettle || run.kind != Kind::kSettle) {
    if (!Continues(last, run, number)) return false;
  }
  last.length += run.length;
  return true;
}

const TextSequence::LogRun& TextSequence::RunOf(UnitId unit) const {
  const auto& log = replicas_[unit.replica].log;
  const auto after = std::ranges::upper_bound(log, unit.counter, {}, &LogRun::first);
  SACOCHE_CHECK(after != log.begin());
  return *std::prev(after);
}

std::u32string_view TextSequence::TextOf(UnitId first, std::uint32_t length) const {
  const LogRun& run = RunOf(first);
  const std::u32string_view characters = replicas_[first.replica].characters;
  return characters.substr(run.text_at + (first.counter - run.first), length);
}

TextSequence::Anchor TextSequence::AnchorAt(std::uint64_t position) const {
  UnitId left;  // the visible character before it, or the start
  UnitId next;
  if (position == 0) {
    const SpanTree::Node first = spans_.First();
    if (first != SpanTree::kNone) next = spans_.at(first).first;
  } else {
    const SpanTree::Place place = spans_.FindVisible(position - 1);
    left = spans_.at(place.node).first.Plus(place.offset);
    next = After(place);
  }
  const bool has_right_child = right_children_.contains(left) || !ContinuationOf(left).is_edge();
  if (has_right_child) return {Kind::kInsertBefore, next, next};
  return {Kind::kInsertAfter, left, next};
}

UnitId TextSequence::After(SpanTree::Place place) const {
  const Span& span = spans_.at(place.node);
  if (place.offset + 1 < span.length) return span.first.Plus(place.offset + 1);
  const SpanTree::Node next = spans_.Next(place.node);
  return next == SpanTree::kNone ? UnitId{} : spans_.at(next).first;
}

void TextSequence::Insert(UnitId first, const LogRun& run, bool continues) {
  const SpanTree::Node after = run.kind == Kind::kInsertAfter
                                   ? NodeBeforeRightChild(first, run, continues)
                                   : NodeBeforeLeftChild(first, run.place);
  PutSpan(after, {first, run.length, false});
}

// Lists the child under its parent, and gives the node after which it stands.
SpanTree::Node TextSequence::NodeBeforeRightChild(UnitId child, const LogRun& run, bool continues) {
  UnitId previous;  // the sibling before it
  const auto consider = [&](UnitId sibling) {
    const UnitId right = RightOriginOf(sibling);
    if (!StandsBefore(sibling, right, child, run.right)) return false;
    if (previous.is_edge() || StandsBefore(previous, RightOriginOf(previous), sibling, right))
      previous = sibling;
    return true;
  };
  const auto siblings = right_children_.find(run.place);
  std::size_t index = 0;
  if (siblings != right_children_.end())
    while (index < siblings->second.size() && consider(siblings->second[index])) ++index;
  if (!continues) {
    const UnitId continuation = ContinuationOf(run.place);
    if (!continuation.is_edge()) consider(continuation);
    auto& list = right_children_[run.place];
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(index), child);
  }
  if (!previous.is_edge()) return NodeEndingWith(LastBelow(previous));
  return run.place.is_edge() ? SpanTree::kNone : NodeEndingWith(run.place);
}

SpanTree::Node TextSequence::NodeBeforeLeftChild(UnitId child, UnitId parent) {
  auto& siblings = left_children_[parent];
  const auto next =
      std::ranges::find_if(siblings, [&](UnitId sibling) { return HasLesserDot(child, sibling); });
  const UnitId next_below = next == siblings.end() ? parent : FirstBelow(*next);
  siblings.insert(next, child);
  return NodeBefore(next_below);
}

// Prolongs the span before it if it can: most characters are typed after the one typed before.
void TextSequence::PutSpan(SpanTree::Node after, const Span& span) {
  if (after != SpanTree::kNone) {
    Span before = spans_.at(after);
    if (!before.deleted && before.first.Plus(before.length) == span.first) {
      before.length += span.length;
      spans_.Change(after, before);
      return;
    }
  }
  starts_[span.first.replica][span.first.counter] = spans_.InsertAfter(after, span);
}

void TextSequence::Delete(UnitId lowest, std::uint32_t length) {
  while (length > 0) {
    const std::uint32_t done = DeleteWithin(lowest, length);
    lowest.counter += done;
    length -= done;
  }
}

// Deletes what one span holds of the stretch, and says how many characters that were.
std::uint32_t TextSequence::DeleteWithin(UnitId first, std::uint32_t length) {
  SpanTree::Node node = NodeOf(first);
  const Span span = spans_.at(node);
  const std::uint32_t offset = first.counter - span.first.counter;
  const std::uint32_t count = std::min(length, span.length - offset);
  if (span.deleted || MovedToNeighbour(node, offset, count)) return count;
  if (offset > 0) node = SplitAt(node, offset);
  if (offset + count < span.length) SplitAt(node, count);
  Span whole = spans_.at(node);
  whole.deleted = true;
  spans_.Change(node, whole);
  return count;
}

// Whoever holds the delete key down takes one character after another off a span: they go to the
// deleted span beside it, so that a deletion costs no node for each of its characters.
bool TextSequence::MovedToNeighbour(SpanTree::Node node, std::uint32_t offset,
                                    std::uint32_t count) {
  Span span = spans_.at(node);
  auto& starts = starts_[span.first.replica];
  const UnitId first = span.first.Plus(offset);
  const bool is_tail = offset > 0 && offset + count == span.length;
  const bool is_head = offset == 0 && count < span.length;
  if (!is_tail && !is_head) return false;
  const SpanTree::Node beside = is_tail ? spans_.Next(node) : spans_.Previous(node);
  if (beside == SpanTree::kNone) return false;
  Span deleted = spans_.at(beside);
  const UnitId adjoins = is_tail ? deleted.first : deleted.first.Plus(deleted.length);
  if (!deleted.deleted || adjoins != (is_tail ? first.Plus(count) : first)) return false;
  const SpanTree::Node later = is_tail ? beside : node;
  starts.erase(spans_.at(later).first.counter);
  (is_tail ? deleted.first : span.first) = is_tail ? first : first.Plus(count);
  starts[(is_tail ? deleted : span).first.counter] = later;
  deleted.length += count;
  span.length -= count;
  spans_.Change(node, span);
  spans_.Change(beside, deleted);
  return true;
}

// Cuts the span before its character number `offset`, and gives the node of the second part.
SpanTree::Node TextSequence::SplitAt(SpanTree::Node node, std::uint32_t offset) {
  const SpanTree::Node tail = spans_.Split(node, offset);
  const UnitId first = spans_.at(tail).first;
  starts_[first.replica][first.counter] = tail;
  return tail;
}

// The character that continues the run after this one: a right child that no list names.
UnitId TextSequence::ContinuationOf(UnitId unit) const {
  if (unit.is_edge()) return {};
  return unit.counter + 1 < RunOf(unit).end() ? unit.Plus(1) : UnitId{};
}

// In the order of the text; the edge, as a right origin, is the end.
bool TextSequence::IsBefore(UnitId a, UnitId b) const {
  if (a.is_edge() || b.is_edge()) return !a.is_edge();
  const SpanTree::Node node_a = NodeOf(a);
  const SpanTree::Node node_b = NodeOf(b);
  if (node_a == node_b) return a.counter < b.counter;
  return spans_.RankOf(node_a) < spans_.RankOf(node_b);
}

bool TextSequence::HasLesserDot(UnitId a, UnitId b) const {
  if (a.replica == b.replica) return a.counter < b.counter;
  return replicas_[a.replica].id < replicas_[b.replica].id;
}

// The order of right siblings.
bool TextSequence::StandsBefore(UnitId a, UnitId a_right, UnitId b, UnitId b_right) const {
  return a_right == b_right ? HasLesserDot(a, b) : IsBefore(b_right, a_right);
}

// The last character of the subtree.
UnitId TextSequence::LastBelow(UnitId unit) const {
  while (true) {
    const LogRun& run = RunOf(unit);
    const UnitId end{unit.replica, run.end() - 1};
    const UnitId from = unit;
    for (auto it = right_children_.lower_bound(from);
         it != right_children_.end() && it->first <= end; ++it) {
      const UnitId last = it->second.back();
      if (it->first != end && StandsBefore(last, RightOriginOf(last), it->first.Plus(1), run.right))
        continue;  // the run itself goes further
      unit = last;
      break;
    }
    if (unit == from) return end;
  }
}

// The first character of the subtree.
UnitId TextSequence::FirstBelow(UnitId unit) const {
  for (auto it = left_children_.find(unit); it != left_children_.end();
       it = left_children_.find(unit))
    unit = it->second.front();
  return unit;
}

SpanTree::Node TextSequence::NodeOf(UnitId unit) const {
  const auto& starts = starts_[unit.replica];
  const auto after = starts.upper_bound(unit.counter);
  SACOCHE_CHECK(after != starts.begin());
  return std::prev(after)->second;
}

SpanTree::Node TextSequence::NodeEndingWith(UnitId unit) {
  const SpanTree::Node node = NodeOf(unit);
  const Span& span = spans_.at(node);
  if (span.last() == unit) return node;
  SplitAt(node, unit.counter + 1 - span.first.counter);
  return node;
}

SpanTree::Node TextSequence::NodeBefore(UnitId unit) {
  const SpanTree::Node node = NodeOf(unit);
  const Span& span = spans_.at(node);
  if (span.first == unit) return spans_.Previous(node);
  SplitAt(node, unit.counter - span.first.counter);
  return node;
}

}  // namespace sacoche
