#include "engine/merge/show_text.h"

#include <algorithm>
#include <tuple>

#include "engine/change/text_field.h"

namespace sacoche {
namespace {

std::vector<Passage> PassagesOf(const TextField& text) {
  std::vector<Passage> passages;
  for (const ContestedPassage& contested : text.document().Contested()) {
    Passage passage{contested.begin, contested.end, {}};
    for (const Dot& unit : contested.changes)
      if (const TextField::Edit* edit = text.MadeBy(unit))
        passage.writers.push_back(WriterOf(*edit->written));
    std::ranges::sort(passage.writers, {}, [](const Writer& writer) {
      return std::tuple(writer.hlc, writer.author, writer.dot);
    });
    passages.push_back(std::move(passage));
  }
  return passages;
}

}  // namespace

std::optional<VisibleField> ShowText(const FieldDef& field, const FieldRegisters& registers) {
  const TextField text(registers);
  VisibleField visible;
  visible.field = field.id;
  visible.passages = PassagesOf(text);
  visible.edits_not_shown = text.not_shown();
  if (text.edits().empty() && visible.edits_not_shown == 0) return std::nullopt;
  std::string shown = text.Shown();
  if (!shown.empty()) visible.value = Value::Text(std::move(shown));
  visible.version = text.Version();
  if (!visible.passages.empty()) visible.first_applies = Precedence::kBothVisible;
  if (!text.edits().empty()) {
    const Sibling& last = *text.edits().back().written;
    visible.written = Candidate{visible.value, last.author, last.hlc, last.dot};
    visible.candidates.push_back(*visible.written);
  }
  return visible;
}

}  // namespace sacoche
