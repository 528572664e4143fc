#include "engine/take_back.h"

#include <tuple>

#include "engine/change/text_field.h"
#include "engine/record/state.h"
#include "engine/record/value_codec.h"

namespace sacoche {
namespace {

Result<Value> ElementsWith(const HistoryEntry& entry, const VisibleField* now) {
  SACOCHE_ASSIGN(const Value element, DecodeValue(entry.element));
  ValueList elements;
  if (const auto* shown = now == nullptr ? nullptr : now->value.As<ValueList>()) elements = *shown;
  std::erase(elements, element);
  if (entry.value.is_true()) elements.push_back(element);
  return Value::List(std::move(elements));
}

}  // namespace

Result<FieldEdit> EditToTakeBack(const FieldDef& field, const HistoryEntry& entry,
                                 const VisibleField* now) {
  FieldEdit edit{field.id, entry.value, std::nullopt};
  switch (field.policy) {
    case MergePolicy::kErasure:
      return Fail(ErrorCode::kRefused, "an erasure cannot be taken back",
                  "Write what is needed into a new record.");
    case MergePolicy::kAddWinsSet: {
      SACOCHE_ASSIGN(edit.value, ElementsWith(entry, now));
      return edit;
    }
    case MergePolicy::kAppendOnly:
      edit.corrects.emplace();
      if (entry.element.size() < edit.corrects->size())
        return Fail(ErrorCode::kRefused, "a newer release wrote this entry", "Update Sacoche.");
      std::copy_n(entry.element.begin(), edit.corrects->size(), edit.corrects->begin());
      return edit;
    case MergePolicy::kMonotonic:
      if (!entry.element.empty())
        return Fail(ErrorCode::kRefused, "that somebody looked cannot be taken back",
                    "If the work goes on, reopen it.");
      edit.value = StateOf(entry.value).state;
      edit.reopen = FieldEdit::Reopen::kYes;
      return edit;
    default:
      return edit;
  }
}

FieldEdit WordingToTakeBack(const FieldDef& field, const HistoryEntry& entry,
                            const std::map<RegisterKey, Register>& registers) {
  const auto is_later = [&](const Sibling& sibling) {
    return std::tuple(sibling.hlc, sibling.author, sibling.dot) >
           std::tuple(entry.hlc, entry.author, entry.dot);
  };
  std::map<RegisterKey, Register> then = registers;
  for (auto& [key, reg] : then) std::erase_if(reg.siblings, is_later);
  std::string wording = TextField(then).Shown();
  return {field.id, wording.empty() ? Value() : Value::Text(std::move(wording)), std::nullopt};
}

}  // namespace sacoche
