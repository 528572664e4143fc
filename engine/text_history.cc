#include "engine/text_history.h"

#include "engine/change/word_changes.h"
#include "engine/text/text_codec.h"

namespace sacoche {

void ExplainTextEdits(const KindDef& kind, std::vector<HistoryEntry>& history) {
  std::map<FieldId, WordHistory> texts;
  std::vector<std::pair<HistoryEntry*, TextOps>> edits;
  for (HistoryEntry& entry : history) {
    const FieldDef* field = kind.FindField(entry.field);
    const auto* bytes = entry.value.As<Bytes>();
    if (field == nullptr || field->policy != MergePolicy::kText || bytes == nullptr) continue;
    auto ops = DecodeTextOps(*bytes);
    if (!ops) continue;
    texts[entry.field].Add(*ops);
    edits.emplace_back(&entry, std::move(*ops));
  }
  for (auto& [entry, ops] : edits) {
    entry->words = texts[entry->field].ChangesOf(ops);
    entry->settles = std::ranges::count(ops.runs, TextRun::Kind::kSettle, &TextRun::kind) > 0;
  }
}

}  // namespace sacoche
