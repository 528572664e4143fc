#include "engine/merge/resolve.h"

#include "engine/merge/show_text.h"
#include "engine/record/state.h"
#include "engine/record/value_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

// The device id only makes two equal stamps come out the same everywhere.
bool IsLater(const Candidate& a, const Candidate& b) {
  if (a.hlc != b.hlc) return a.hlc > b.hlc;
  if (a.author != b.author) return a.author > b.author;
  return a.dot > b.dot;
}

Candidate CandidateOf(const Sibling& sibling) {
  const ShownTime shown{sibling.hlc.physical_ms(), sibling.hlc.is_doubtful()};
  return Candidate{sibling.value, sibling.author, sibling.hlc, sibling.dot, shown};
}

// A sibling of a single value. In a monotonic field the candidate's value is the state alone.
struct Contender {
  Candidate written;
  std::int64_t round = 0;

  [[nodiscard]] RoundState reached() const { return RoundState{written.value, round}; }
};

Contender ContenderOf(const FieldDef& field, const Sibling& sibling) {
  Contender contender{CandidateOf(sibling), 0};
  if (field.policy != MergePolicy::kMonotonic) return contender;
  RoundState reached = StateOf(sibling.value);
  contender.written.value = std::move(reached.state);
  contender.round = reached.round;
  return contender;
}

// Best first: what was written before what was cleared, then by the order that the schema declares,
// if it does, then the latest.
std::vector<Contender> Ranked(const FieldDef& field, const FieldRegisters& registers) {
  std::vector<Contender> ranked;
  const auto single = registers.find(RegisterKey{field.id, {}});
  if (single == registers.end()) return ranked;
  for (const Sibling& sibling : single->second.siblings)
    ranked.push_back(ContenderOf(field, sibling));
  std::ranges::sort(ranked, [&](const Contender& a, const Contender& b) {
    if (IsFurther(field, a.reached(), b.reached())) return true;
    if (IsFurther(field, b.reached(), a.reached())) return false;
    return IsLater(a.written, b.written);
  });
  return ranked;
}

Precedence WhyFirst(const FieldDef& field, const Contender& first, const Contender& second) {
  if (second.written.value.empty()) return Precedence::kOverCleared;
  if (second.round < first.round) return Precedence::kReopened;
  if (field.RankOf(first.written.value) == field.RankOf(second.written.value))
    return Precedence::kLatest;
  return field.policy == MergePolicy::kMonotonic ? Precedence::kFurthest
                                                 : Precedence::kMostProtective;
}

// Whether people must hear of `other` too. A monotonic field settles by itself that it went on, but
// not that it was reopened, that its work was closed, or which of two equal states holds.
bool Contends(const FieldDef& field, const Contender& first, const Contender& other) {
  if (field.policy != MergePolicy::kMonotonic) return true;
  return other.written.value.empty() || other.round < first.round ||
         field.RankOf(other.written.value) == field.RankOf(first.written.value) ||
         field.TurnOf(first.written.value) == Step::Turn::kCloses;
}

// The best value; of what stands beside it the distinct values that contend. Of equal values the
// best placed one is named.
std::optional<VisibleField> ShowContenders(const FieldDef& field, const FieldRegisters& registers) {
  const std::vector<Contender> ranked = Ranked(field, registers);
  if (ranked.empty() || ranked.front().written.value.empty()) return std::nullopt;
  const Contender& first = ranked.front();
  VisibleField visible{field.id, first.written.value, first.written, {first.written}, {}};
  for (const Contender& other : ranked) {
    const bool listed = std::ranges::find(visible.candidates, other.written.value,
                                          &Candidate::value) != visible.candidates.end();
    if (listed || !Contends(field, first, other)) continue;
    if (visible.candidates.size() == 1) visible.first_applies = WhyFirst(field, first, other);
    visible.candidates.push_back(other.written);
  }
  return visible;
}

bool StampsAreInDoubt(const std::vector<Candidate>& candidates) {
  const auto [first, last] = std::ranges::minmax(candidates, {}, &Candidate::hlc);
  return last.hlc.physical_ms() - first.hlc.physical_ms() > kStampsApartMsMax ||
         std::ranges::any_of(candidates, [](const Candidate& c) { return c.hlc.is_doubtful(); });
}

// The latest of several goes without saying, unless a clock that cannot be right makes it so.
std::optional<VisibleField> ShowLatest(const FieldDef& field, const FieldRegisters& registers) {
  auto visible = ShowContenders(field, registers);
  if (!visible || !visible->in_conflict()) return visible;
  if (StampsAreInDoubt(visible->candidates)) {
    visible->first_applies = Precedence::kClockInDoubt;
    return visible;
  }
  visible->candidates.resize(1);
  visible->first_applies = Precedence::kLatest;
  return visible;
}

std::optional<VisibleField> ShowBest(const FieldDef& field, const FieldRegisters& registers) {
  auto visible = ShowContenders(field, registers);
  if (!visible) return visible;
  visible->candidates.resize(1);
  visible->first_applies = Precedence::kLatest;
  return visible;
}

std::optional<VisibleField> AddWins(const FieldDef& field, const FieldRegisters& registers) {
  ValueList elements;
  for (const auto& [key, reg] : registers) {
    const bool present =
        std::ranges::any_of(reg.siblings, [](const Sibling& s) { return s.value.is_true(); });
    if (!present) continue;
    // An element that does not decode was written by a newer release: it stays in the register.
    if (auto element = DecodeValue(key.element)) elements.push_back(std::move(*element));
  }
  if (elements.empty()) return std::nullopt;
  return VisibleField{field.id, Value::List(std::move(elements)), {}, {}, {}};
}

std::optional<LogEntry> EntryOf(const Bytes& element, const Candidate& written) {
  const ByteView view = element;
  if (view.size() != 16 && view.size() != 32) return std::nullopt;
  LogEntry entry{{}, std::nullopt, written};
  std::copy_n(view.begin(), 16, entry.id.begin());
  if (view.size() == 32) {
    entry.corrects.emplace();
    std::copy_n(view.begin() + 16, 16, entry.corrects->begin());
  }
  return entry;
}

std::optional<VisibleField> AppendAll(const FieldDef& field, const FieldRegisters& registers) {
  VisibleField visible{field.id, {}, {}, {}, {}};
  for (const auto& [key, reg] : registers)
    for (auto it = reg.siblings.begin(); it != reg.siblings.end(); ++it) {
      if (it->value.empty()) continue;  // erased
      // A laptop that was put back from a backup may say the same once more.
      const bool is_said = std::any_of(reg.siblings.begin(), it, [&](const Sibling& before) {
        return before.value == it->value;
      });
      if (is_said) continue;
      if (auto entry = EntryOf(key.element, CandidateOf(*it)))
        visible.entries.push_back(std::move(*entry));
    }
  if (visible.entries.empty()) return std::nullopt;
  std::ranges::sort(visible.entries, [](const LogEntry& a, const LogEntry& b) {
    return IsLater(b.written, a.written);
  });
  ValueList values;
  for (const LogEntry& entry : visible.entries) values.push_back(entry.written.value);
  visible.value = Value::List(std::move(values));
  return visible;
}

enum class Flags { kNothing, kConflicts };

struct Resolver {
  MergePolicy policy;
  std::optional<VisibleField> (*resolve)(const FieldDef&, const FieldRegisters&);
  Flags flags;
};

constexpr Resolver kResolvers[] = {
    {MergePolicy::kKeepLatest, ShowLatest, Flags::kConflicts},
    {MergePolicy::kKeepAll, ShowContenders, Flags::kConflicts},
    {MergePolicy::kAddWinsSet, AddWins, Flags::kNothing},
    {MergePolicy::kAppendOnly, AppendAll, Flags::kNothing},
    {MergePolicy::kProtective, ShowContenders, Flags::kConflicts},
    {MergePolicy::kMonotonic, ShowContenders, Flags::kConflicts},
    // Whatever else was written, an erasure stands; of two, one tells why.
    {MergePolicy::kErasure, ShowBest, Flags::kNothing},
    {MergePolicy::kText, ShowText, Flags::kConflicts},
};

const Resolver& ResolverOf(MergePolicy policy) {
  for (const Resolver& resolver : kResolvers)
    if (resolver.policy == policy) return resolver;
  SACOCHE_CHECK(false);
}

}  // namespace

std::optional<VisibleField> Resolve(const FieldDef& field, const FieldRegisters& registers) {
  return ResolverOf(field.policy).resolve(field, registers);
}

bool MayConflict(MergePolicy policy) { return ResolverOf(policy).flags == Flags::kConflicts; }

std::optional<Conflict> ConflictOf(const FieldDef& field, const RecordId& record,
                                   const FieldRegisters& registers) {
  const auto visible = Resolve(field, registers);
  return visible ? ConflictOf(field, record, *visible) : std::nullopt;
}

std::optional<Conflict> ConflictOf(const FieldDef& field, const RecordId& record,
                                   const VisibleField& visible) {
  const bool erased = field.policy == MergePolicy::kErasure;
  if (!erased && !visible.in_conflict()) return std::nullopt;
  return Conflict{record,
                  field.id,
                  visible.candidates,
                  erased ? Precedence::kErased : visible.first_applies,
                  visible.passages,
                  visible.unseen};
}

bool HoldsUnseenContent(const FieldDef& erasure, const Record& record) {
  bool erased = false;
  bool content = false;
  for (const auto& [key, reg] : record.registers) {
    if (HoldsContent(key, reg)) (key.field == erasure.id ? erased : content) = true;
  }
  return erased && content;
}

}  // namespace sacoche
