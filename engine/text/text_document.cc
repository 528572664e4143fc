#include "engine/text/text_document.h"

#include <algorithm>

#include "engine/text/reference_check.h"
#include "engine/text/text_limits.h"
#include "engine/text/utf8.h"

namespace sacoche {

Status TextDocument::Apply(const TextOps& ops) {
  SACOCHE_TRY(CheckShape(ops));
  if (ops.last() <= KnownOf(ops.author)) return {};
  const Dot missing = FirstMissing(ops);
  if (missing != Dot{}) return KeepWaiting(missing, ops);
  if (!ReferenceCheck(*this, ops).Passes())
    return Fail(ErrorCode::kCorrupt, "an edit of a text speaks of what its author had not seen");
  if (numbers_.size() >= kTextReplicasMax && !numbers_.contains(ops.author))
    return Fail(ErrorCode::kLimit, "too many devices wrote in one text", "Begin a new text.");
  Integrate(ops);
  Wake(ops.author);
  return {};
}

Status TextDocument::Merge(const TextDocument& other) {
  for (const TextOps& ops : other.History()) SACOCHE_TRY(Apply(ops));
  return {};
}

std::uint64_t TextDocument::KnownOf(const ReplicaId& replica) const {
  const auto number = numbers_.find(replica);
  return number == numbers_.end() ? 0 : sequence_.replicas()[number->second].known;
}

Dot TextDocument::FirstMissing(const TextOps& ops) const {
  if (ops.first > KnownOf(ops.author) + 1) return {ops.author, ops.first - 1};
  for (const Dot& dot : ops.seen)
    if (dot.counter > KnownOf(dot.replica)) return dot;
  return {};
}

Status TextDocument::KeepWaiting(const Dot& missing, const TextOps& ops) {
  auto& waiting = waiting_[missing];
  if (std::ranges::find(waiting, ops) != waiting.end()) return {};
  if (waiting_count_ >= kTextPendingMax)
    return Fail(ErrorCode::kLimit, "too many edits of a text wait for others",
                "Synchronise until the earlier edits have arrived.");
  waiting.push_back(ops);
  ++waiting_count_;
  return {};
}

void TextDocument::Integrate(const TextOps& ops) {
  const std::uint32_t author = NumberOf(ops.author);
  const std::uint64_t known = KnownOf(ops.author);
  if (ops.first > known) {
    for (const Dot& dot : ops.seen) {
      auto& sights = sights_[author][NumberOf(dot.replica)];
      const auto counter = static_cast<std::uint32_t>(dot.counter);
      if (sights.empty() || sights.back().counter < counter)
        sights.push_back({static_cast<std::uint32_t>(ops.first), counter});
    }
  }
  std::uint64_t counter = ops.first;
  for (const TextRun& run : ops.runs) {
    const std::uint64_t skipped = counter > known ? 0 : known - counter + 1;
    if (skipped == 0) {
      IntegrateRun(author, run);
    } else if (skipped < run.length) {
      IntegrateRun(author, TailOf(ops, run, counter, static_cast<std::uint32_t>(skipped)));
    }
    counter += run.length;
  }
}

void TextDocument::IntegrateRun(std::uint32_t author, const TextRun& run) {
  TextSequence::LogRun log;
  log.kind = run.kind;
  log.length = run.length;
  log.place = UnitOf(run.place);
  log.right = UnitOf(run.right);
  sequence_.Append(author, log, run.text);
}

// Applies what waited on that replica, and what waited on what was applied then.
void TextDocument::Wake(const ReplicaId& grown) {
  std::vector<ReplicaId> authors{grown};
  while (!authors.empty()) {
    const ReplicaId author = authors.back();
    authors.pop_back();
    const auto begin = waiting_.lower_bound(Dot{author, 0});
    const auto end = waiting_.upper_bound(Dot{author, KnownOf(author)});
    std::vector<TextOps> woken;
    for (auto it = begin; it != end; ++it) std::ranges::move(it->second, std::back_inserter(woken));
    waiting_.erase(begin, end);
    waiting_count_ -= woken.size();
    for (TextOps& ops : woken) {
      if (ops.last() <= KnownOf(ops.author)) continue;
      const Dot missing = FirstMissing(ops);
      if (missing != Dot{}) {
        waiting_[missing].push_back(std::move(ops));
        ++waiting_count_;
      } else if (ReferenceCheck(*this, ops).Passes() &&
                 (numbers_.contains(ops.author) || numbers_.size() < kTextReplicasMax)) {
        Integrate(ops);
        authors.push_back(ops.author);
      }
    }
  }
}

std::uint32_t TextDocument::NumberOf(const ReplicaId& replica) {
  const auto [at, is_new] = numbers_.try_emplace(replica, 0);
  if (is_new) {
    at->second = sequence_.AddReplica(replica);
    sights_.emplace_back();
  }
  return at->second;
}

// Of a unit whose replica is known, or the edge.
UnitId TextDocument::UnitOf(const Dot& dot) const {
  if (dot == Dot{}) return {};
  return {numbers_.at(dot.replica), static_cast<std::uint32_t>(dot.counter)};
}

Dot TextDocument::DotOf(UnitId unit) const {
  if (unit.is_edge()) return {};
  return {sequence_.replicas()[unit.replica].id, unit.counter};
}

// How much of another replica the author of the unit had seen when it made it.
std::uint32_t TextDocument::SeenBy(UnitId unit, std::uint32_t replica) const {
  const Sights& sights = sights_[unit.replica];
  const auto of_replica = sights.find(replica);
  if (of_replica == sights.end()) return 0;
  const auto after = std::ranges::upper_bound(of_replica->second, unit.counter, {}, &Sight::from);
  return after == of_replica->second.begin() ? 0 : std::prev(after)->counter;
}

std::string TextDocument::Text() const { return Utf8Of(CodePoints()); }

std::u32string TextDocument::CodePoints() const {
  const SpanTree& spans = sequence_.spans();
  std::u32string text;
  text.reserve(spans.visible());
  for (auto node = spans.First(); node != SpanTree::kNone; node = spans.Next(node)) {
    const Span& span = spans.at(node);
    if (!span.deleted) text.append(sequence_.TextOf(span.first, span.length));
  }
  return text;
}

std::map<ReplicaId, std::uint64_t> TextDocument::Known() const {
  std::map<ReplicaId, std::uint64_t> known;
  for (const auto& replica : sequence_.replicas())
    if (replica.known > 0) known[replica.id] = replica.known;
  return known;
}

}  // namespace sacoche
