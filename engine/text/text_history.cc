#include <algorithm>
#include <set>

#include "engine/text/text_document.h"

namespace sacoche {

// The units [begin, end) of a run, by their counters.
TextRun TextDocument::Exported(std::uint32_t replica, const TextSequence::LogRun& run,
                               std::uint32_t begin, std::uint32_t end) const {
  const std::uint32_t offset = begin - run.first;
  TextRun exported;
  exported.kind = run.kind;
  exported.length = end - begin;
  exported.place = DotOf(run.place);
  if (run.inserts()) {
    exported.text = sequence_.TextOf({replica, begin}, exported.length);
    if (offset > 0) {
      exported.kind = TextRun::Kind::kInsertAfter;
      exported.place = DotOf({replica, begin - 1});
    }
    if (exported.kind == TextRun::Kind::kInsertAfter) exported.right = DotOf(run.right);
  } else if (run.kind == TextRun::Kind::kDeleteForward) {
    exported.place.counter += offset;
  } else if (run.kind == TextRun::Kind::kDeleteBackward) {
    exported.place.counter -= offset;
    if (exported.length == 1) exported.kind = TextRun::Kind::kDeleteForward;
  }
  return exported;
}

// All that a replica did, cut where it had seen more of the others.
std::vector<TextOps> TextDocument::ExportedLog(std::uint32_t number) const {
  const TextSequence::Replica& replica = sequence_.replicas()[number];
  std::map<std::uint32_t, std::vector<Dot>> seen_from{{1, {}}};
  for (const auto& [other, sights] : sights_[number])
    for (const Sight& sight : sights)
      seen_from[sight.from].push_back(DotOf({other, sight.counter}));
  std::vector<TextOps> all;
  auto run = replica.log.begin();
  for (auto from = seen_from.begin(); from != seen_from.end(); ++from) {
    const auto next = std::next(from);
    const std::uint32_t end = next == seen_from.end() ? replica.known + 1 : next->first;
    TextOps ops{replica.id, from->first, from->second, {}};
    std::ranges::sort(ops.seen);
    for (std::uint32_t at = from->first; at < end;) {
      if (at == run->end()) ++run;
      const std::uint32_t until = std::min(end, run->end());
      ops.runs.push_back(Exported(number, *run, at, until));
      at = until;
    }
    if (!ops.empty()) all.push_back(std::move(ops));
  }
  return all;
}

std::vector<TextOps> TextDocument::History() const {
  struct Log {
    std::vector<TextOps> edits;
    std::size_t told = 0;
  };
  std::map<ReplicaId, Log> logs;
  for (const auto& [id, number] : numbers_) logs[id].edits = ExportedLog(number);
  std::map<ReplicaId, std::uint64_t> told;
  const auto is_ready = [&](const TextOps& ops) {
    return std::ranges::all_of(ops.seen,
                               [&](const Dot& dot) { return told[dot.replica] >= dot.counter; });
  };
  std::vector<TextOps> history;
  // Each round tells at least one edit: what an edit had seen was made before it.
  for (bool progress = true; progress;) {
    progress = false;
    for (auto& [id, log] : logs) {
      while (log.told < log.edits.size() && is_ready(log.edits[log.told])) {
        TextOps& ops = log.edits[log.told++];
        told[id] = ops.last();
        history.push_back(std::move(ops));
        progress = true;
      }
    }
  }
  std::vector<TextOps> waiting;
  for (const auto& [missing, edits] : waiting_)
    waiting.insert(waiting.end(), edits.begin(), edits.end());
  std::ranges::sort(waiting, {}, [](const TextOps& ops) { return Dot{ops.author, ops.first}; });
  history.insert(history.end(), waiting.begin(), waiting.end());
  return history;
}

TextDocument TextDocument::AsOf(const std::map<ReplicaId, std::uint64_t>& known) const {
  TextDocument then;
  for (TextOps& ops : History()) {
    const auto limit = known.find(ops.author);
    if (limit == known.end() || ops.first > std::min(limit->second, KnownOf(ops.author))) continue;
    // What was applied here once is sound, and beyond a bound it lacks nothing that came before.
    (void)then.Apply(HeadOf(std::move(ops), limit->second));
  }
  return then;
}

}  // namespace sacoche
