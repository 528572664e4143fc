#include "engine/merge/resolve.h"

#include "engine/record/value_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

// Who prevails for display. The device id only makes two equal stamps come out the same everywhere.
bool ComesBefore(const Candidate& a, const Candidate& b) {
  if (a.hlc != b.hlc) return a.hlc > b.hlc;
  if (a.author != b.author) return a.author > b.author;
  return a.dot > b.dot;
}

Candidate CandidateOf(const Sibling& sibling) {
  return Candidate{sibling.value, sibling.author, sibling.hlc, sibling.dot};
}

// Distinct values, best first. Of equal values the latest writer is named.
std::vector<Candidate> DistinctCandidates(const Register& reg) {
  std::vector<Candidate> all;
  for (const Sibling& sibling : reg.siblings) all.push_back(CandidateOf(sibling));
  std::ranges::sort(all, ComesBefore);
  std::vector<Candidate> distinct;
  for (Candidate& candidate : all)
    if (std::ranges::find(distinct, candidate.value, &Candidate::value) == distinct.end())
      distinct.push_back(std::move(candidate));
  return distinct;
}

std::optional<VisibleField> ResolveSingle(const FieldDef& field, const FieldRegisters& registers) {
  if (registers.empty()) return std::nullopt;
  VisibleField visible{field.id, {}, {}, DistinctCandidates(registers.begin()->second), {}};
  if (visible.candidates.empty()) return std::nullopt;
  visible.value = visible.candidates.front().value;
  visible.written = visible.candidates.front();
  return visible;
}

std::optional<VisibleField> KeepLatest(const FieldDef& field, const FieldRegisters& registers) {
  auto visible = ResolveSingle(field, registers);
  if (!visible || visible->value.empty()) return std::nullopt;
  visible->candidates.resize(1);
  return visible;
}

std::optional<VisibleField> KeepAll(const FieldDef& field, const FieldRegisters& registers) {
  auto visible = ResolveSingle(field, registers);
  // Cleared by everybody is no value; cleared by one while another wrote is a conflict.
  if (!visible || (visible->candidates.size() == 1 && visible->value.empty())) return std::nullopt;
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
    for (const Sibling& sibling : reg.siblings)
      if (auto entry = EntryOf(key.element, CandidateOf(sibling)))
        visible.entries.push_back(std::move(*entry));
  if (visible.entries.empty()) return std::nullopt;
  std::ranges::sort(visible.entries, [](const LogEntry& a, const LogEntry& b) {
    return ComesBefore(b.written, a.written);
  });
  ValueList values;
  for (const LogEntry& entry : visible.entries) values.push_back(entry.written.value);
  visible.value = Value::List(std::move(values));
  return visible;
}

struct Resolver {
  MergePolicy policy;
  std::optional<VisibleField> (*resolve)(const FieldDef&, const FieldRegisters&);
};

constexpr Resolver kResolvers[] = {
    {MergePolicy::kKeepLatest, KeepLatest},
    {MergePolicy::kKeepAll, KeepAll},
    {MergePolicy::kAddWinsSet, AddWins},
    {MergePolicy::kAppendOnly, AppendAll},
};

}  // namespace

std::optional<VisibleField> Resolve(const FieldDef& field, const FieldRegisters& registers) {
  for (const Resolver& resolver : kResolvers)
    if (resolver.policy == field.policy) return resolver.resolve(field, registers);
  SACOCHE_CHECK(false);
}

std::optional<Conflict> ConflictOf(const FieldDef& field, const RecordId& record,
                                   const FieldRegisters& registers) {
  const auto visible = Resolve(field, registers);
  if (!visible || !visible->in_conflict()) return std::nullopt;
  return Conflict{record, field.id, visible->candidates};
}

}  // namespace sacoche
