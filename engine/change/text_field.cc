#include "engine/change/text_field.h"

#include <algorithm>
#include <tuple>

#include "engine/record/value_codec.h"
#include "engine/text/text_codec.h"
#include "engine/text/text_limits.h"
#include "engine/text/utf8.h"

namespace sacoche {
namespace {

static_assert(kTextOpsBytesMax <= kOpaqueBytesMax);

constexpr std::string_view kGap = " … ";  // between words of which the context is gone

// FNV-1a; a check against mistakes, not against malice.
std::uint64_t CheckOf(std::string_view text) {
  std::uint64_t check = 0xcbf29ce484222325ULL;
  for (const char c : text) check = (check ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  return check;
}

std::map<ReplicaId, std::uint64_t> KnownIn(const TextVersion& version) {
  std::map<ReplicaId, std::uint64_t> known;
  for (const Dot& dot : version.known) known[dot.replica] = dot.counter;
  return known;
}

// A text that was written before the field became a co-written one, as what one person typed.
TextOps OpeningOf(const Dot& change, std::u32string text) {
  TextRun run;
  run.length = static_cast<std::uint32_t>(text.size());
  run.text = std::move(text);
  TextOps ops;
  ops.author = UnitReplicaOf(change);
  ops.runs.push_back(std::move(run));
  return ops;
}

Result<TextOps> OpsIn(const Sibling& sibling) {
  if (const auto* bytes = sibling.value.As<Bytes>()) return DecodeTextOps(*bytes);
  const auto* plain = sibling.value.As<std::string>();
  if (plain == nullptr) return Fail(ErrorCode::kNewerFormat, "not an edit of a text");
  SACOCHE_ASSIGN(std::u32string text, CodePointsOf(*plain));
  TextOps ops = OpeningOf(sibling.dot, std::move(text));
  SACOCHE_TRY(CheckShape(ops));
  return ops;
}

// Edits whose context is gone: which characters they add, and which of these they delete again.
class Remains {
 public:
  void Add(const TextOps& ops) {
    for (const TextRun& run : ops.runs) {
      if (!run.deletes()) continue;
      const bool is_forward = run.kind == TextRun::Kind::kDeleteForward;
      const std::uint64_t end = run.place.counter + (is_forward ? run.length : 1);
      deleted_[run.place.replica].emplace_back(end - run.length, end);
    }
  }

  [[nodiscard]] std::string WordsOf(const TextOps& ops) const {
    std::string words;
    std::uint64_t counter = ops.first;
    for (const TextRun& run : ops.runs) {
      std::u32string left;
      for (std::size_t i = 0; run.inserts() && i < run.length; ++i)
        if (!IsDeleted({ops.author, counter + i})) left.push_back(run.text[i]);
      counter += run.length;
      if (left.empty()) continue;
      if (!words.empty()) words += kGap;
      AppendUtf8(words, left);
    }
    return words;
  }

 private:
  [[nodiscard]] bool IsDeleted(const Dot& unit) const {
    const auto found = deleted_.find(unit.replica);
    return found != deleted_.end() && std::ranges::any_of(found->second, [&](const auto& range) {
             return range.first <= unit.counter && unit.counter < range.second;
           });
  }

  std::map<ReplicaId, std::vector<std::pair<std::uint64_t, std::uint64_t>>> deleted_;
};

}  // namespace

TextField::TextField(const std::map<RegisterKey, Register>& registers) {
  std::vector<const Sibling*> siblings;
  for (const auto& [key, reg] : registers) {
    if (IsSight(key)) continue;  // no text stands there
    for (const Sibling& sibling : reg.siblings) siblings.push_back(&sibling);
  }
  // Nearly the causal order, so that few edits wait for others; and the same everywhere, should a
  // dishonest replica have used a unit twice.
  std::ranges::sort(siblings, {}, [](const Sibling* sibling) {
    return std::tuple(sibling->hlc, sibling->author, sibling->dot);
  });
  for (const Sibling* sibling : siblings) Read(*sibling);
}

void TextField::Read(const Sibling& sibling) {
  if (sibling.value.empty()) {
    was_erased_ = true;
    return;
  }
  auto ops = OpsIn(sibling);
  if (!ops || !document_.Apply(*ops)) {
    unreadable_.push_back(&sibling);
    return;
  }
  by_last_unit_.emplace(Dot{ops->author, ops->last()}, edits_.size());
  edits_.push_back({std::move(*ops), &sibling});
}

std::string TextField::Shown() const {
  std::string shown = document_.Text();
  if (!was_erased_ || document_.waiting() == 0) return shown;
  std::vector<const TextOps*> waiting;
  Remains remains;
  for (const Edit& edit : edits_) {
    if (IsApplied(edit.ops)) continue;
    waiting.push_back(&edit.ops);
    remains.Add(edit.ops);
  }
  for (const TextOps* ops : waiting) {
    const std::string words = remains.WordsOf(*ops);
    if (!words.empty()) shown += (shown.empty() ? "" : "\n") + words;
  }
  return shown;
}

const TextField::Edit* TextField::MadeBy(const Dot& unit) const {
  const auto found = by_last_unit_.lower_bound(unit);
  if (found == by_last_unit_.end()) return nullptr;
  const Edit& edit = edits_[found->second];
  const bool is_its = edit.ops.author == unit.replica && edit.ops.first <= unit.counter;
  return is_its ? &edit : nullptr;
}

std::uint64_t TextField::not_shown() const {
  return unreadable_.size() + (was_erased_ ? 0 : document_.waiting());
}

TextVersion TextField::Version() const {
  TextVersion version{{}, CheckOf(document_.Text())};
  for (const auto& [replica, counter] : document_.Known())
    version.known.push_back({replica, counter});
  return version;
}

bool TextField::IsApplied(const TextOps& ops) const {
  const auto known = document_.Known();
  const auto found = known.find(ops.author);
  return found != known.end() && found->second >= ops.last();
}

// Otherwise the next number of that replica is not known.
bool TextField::HoldsAllOf(const ReplicaId& replica) const {
  const auto known = document_.Known();
  const auto found = known.find(replica);
  const std::uint64_t last = found == known.end() ? 0 : found->second;
  const auto is_known = [&](const Edit& edit) {
    return edit.ops.author != replica || edit.ops.last() <= last;
  };
  return std::ranges::all_of(edits_, is_known) &&
         std::ranges::count(unreadable_, replica,
                            [](const Sibling* sibling) { return sibling->dot.replica; }) == 0;
}

Result<TextDocument> TextField::SeenIn(const std::optional<TextVersion>& seen) const {
  if (!seen || *seen == Version()) return document_;
  TextDocument then = document_.AsOf(KnownIn(*seen));
  const bool is_nothing = seen->known.empty();
  if (is_nothing || CheckOf(then.Text()) == seen->check) return then;
  return Fail(ErrorCode::kInvalidInput, "the text is not the one that was opened",
              "Keep a copy of what you wrote, open the text again and add it.");
}

Result<TextOps> TextField::Make(const FieldEdit& edit, const Dot& change) const {
  SACOCHE_ASSIGN(TextOps ops, OpsFor(edit, change));
  if (ops.empty()) return ops;
  // What this text would not take in is refused while the person has it before them.
  TextDocument after = document_;
  SACOCHE_TRY(after.Apply(ops));
  return ops;
}

Result<TextOps> TextField::OpsFor(const FieldEdit& edit, const Dot& change) const {
  SACOCHE_ASSIGN(const TextDocument then, SeenIn(edit.seen));
  // What this replica did after that version was not before the person's eyes: units of another
  // replica say so.
  const auto count_of = [&](const TextDocument& document) {
    const auto known = document.Known();
    const auto found = known.find(change.replica);
    return found == known.end() ? 0 : found->second;
  };
  const bool goes_on = count_of(then) == count_of(document_) && HoldsAllOf(change.replica);
  const ReplicaId author = goes_on ? change.replica : UnitReplicaOf(change);
  const bool settles = edit.settle == FieldEdit::Settle::kYes;
  const bool is_kept = settles && edit.value.empty();
  const std::string wanted = is_kept ? then.Text() : FormatValue(edit.value);
  SACOCHE_ASSIGN(TextOps ops, then.OpsToBecome(wanted, author));
  if (!settles || then.Contested().empty()) return ops;
  SACOCHE_ASSIGN(const TextOps settlement, then.OpsToSettle(author));
  if (ops.empty()) return settlement;
  ops.runs.push_back(settlement.runs.front());
  SACOCHE_TRY(CheckShape(ops));
  return ops;
}

Bytes TextElementOf(const Dot& change) { return {static_cast<std::uint8_t>(change.counter)}; }

ReplicaId UnitReplicaOf(const Dot& change) {
  ReplicaId replica = change.replica;
  std::uint64_t counter = change.counter;
  std::size_t at = ReplicaId::kSize / 2;
  replica.bytes[at] ^= 0xff;
  for (; counter != 0; counter >>= 8) replica.bytes[--at] ^= static_cast<std::uint8_t>(counter);
  return replica;
}

}  // namespace sacoche
