#include "samples/cli/field_arguments.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/record/value_codec.h"

namespace sacoche {
namespace {

using Action = FieldArgument::Action;

// More than a text may hold, so that the schema's own words say what is too long.
constexpr std::size_t kValueFileBytesMax = 16 * kTextBytesMax;

tl::unexpected<Error> Invalid(const FieldDef& field, const std::string& what, std::string advice) {
  return Fail(ErrorCode::kInvalidInput, "field \"" + field.name + "\": " + what, std::move(advice));
}

Result<std::string> ReadValue(std::string_view typed, FileSystem& files) {
  if (!typed.starts_with('@')) return std::string(typed);
  if (typed.starts_with("@@")) return std::string(typed.substr(1));
  SACOCHE_ASSIGN(const Bytes content,
                 files.ReadFile(std::string(typed.substr(1)), kValueFileBytesMax));
  std::string text(TextOf(content));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// The edits of one command, gathered argument by argument.
class Gatherer {
 public:
  Gatherer(const RecordView* now, const ParseOneValue& parse) : now_(now), parse_(parse) {}

  Status Take(const FieldArgument& argument) {
    switch (argument.field->policy) {
      case MergePolicy::kAddWinsSet:
        return TakeForSet(argument);
      case MergePolicy::kAppendOnly:
        return TakeForLog(argument);
      case MergePolicy::kKeepLatest:
      case MergePolicy::kKeepAll:
      case MergePolicy::kProtective:
      case MergePolicy::kMonotonic:
      case MergePolicy::kErasure:
      case MergePolicy::kText:
        return TakeForSingle(argument);
    }
    return {};
  }

  std::vector<FieldEdit> Finish() && {
    for (auto& [field, elements] : sets_)
      edits_.push_back(FieldEdit{field, Value::List(std::move(elements)), {}});
    return std::move(edits_);
  }

 private:
  Status TakeForSingle(const FieldArgument& argument) {
    const FieldDef& field = *argument.field;
    if (argument.action != Action::kSet)
      return Invalid(field, "it holds one value", "Write " + field.name + "=value.");
    if (!given_.insert(field.id).second)
      return Invalid(field, "it is given twice", "Give it once.");
    SACOCHE_ASSIGN(Value value, parse_(field, argument.text));
    edits_.push_back(FieldEdit{field.id, std::move(value), {}});
    return {};
  }

  Status TakeForLog(const FieldArgument& argument) {
    const FieldDef& field = *argument.field;
    if (argument.action == Action::kRemove)
      return Invalid(field, "its entries stay",
                     "Correct one with --correct ENTRY " + field.name + "=text.");
    SACOCHE_ASSIGN(Value value, parse_(field, argument.text));
    edits_.push_back(FieldEdit{field.id, std::move(value), {}});
    return {};
  }

  Status TakeForSet(const FieldArgument& argument) {
    const FieldDef& field = *argument.field;
    const bool is_first = given_.insert(field.id).second;
    if (argument.action == Action::kSet && !is_first)
      return Invalid(field, "it is given twice",
                     "Give the whole set once, or each element with " + field.name + "+=.");
    if (is_first) sets_[field.id] = Shown(field.id);
    ValueList& elements = sets_[field.id];
    if (argument.action == Action::kSet) return Replace(field, argument.text, elements);
    if (argument.action == Action::kRemove) return Remove(field, argument.text, elements);
    return Add(field, argument.text, elements);
  }

  [[nodiscard]] ValueList Shown(FieldId field) const {
    const VisibleField* visible = now_ == nullptr ? nullptr : now_->Find(field);
    const ValueList* list = visible == nullptr ? nullptr : visible->value.As<ValueList>();
    return list == nullptr ? ValueList() : *list;
  }

  Status Replace(const FieldDef& field, std::string_view text, ValueList& elements) {
    elements.clear();
    while (!text.empty()) {
      const std::size_t comma = std::min(text.find(','), text.size());
      SACOCHE_TRY(Add(field, Trimmed(text.substr(0, comma)), elements));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return {};
  }

  Status Add(const FieldDef& field, std::string_view text, ValueList& elements) {
    SACOCHE_ASSIGN(Value value, parse_(field, text));
    if (value.empty()) return Invalid(field, "an element is empty", "Leave it out.");
    if (std::ranges::find(elements, value) == elements.end()) elements.push_back(std::move(value));
    return {};
  }

  Status Remove(const FieldDef& field, std::string_view text, ValueList& elements) {
    // By what is shown, so that a code that may no longer be entered can still be taken out.
    const auto removed =
        std::erase_if(elements, [&](const Value& element) { return FormatValue(element) == text; });
    if (removed > 0) return {};
    SACOCHE_ASSIGN(const Value value, parse_(field, text));
    if (std::erase(elements, value) > 0) return {};
    return Invalid(field, "it does not hold that element",
                   "See with `sacoche show` what it holds.");
  }

  const RecordView* now_;
  const ParseOneValue& parse_;
  std::set<FieldId> given_;
  std::map<FieldId, ValueList> sets_;
  std::vector<FieldEdit> edits_;
};

}  // namespace

Result<const KindDef*> FindKind(const Schema& schema, std::string_view name) {
  if (const KindDef* kind = schema.FindKind(name)) return kind;
  std::string names;
  for (const KindDef& kind : schema.kinds()) names += (names.empty() ? "" : ", ") + kind.name;
  return Fail(ErrorCode::kInvalidInput,
              "there is no kind of record \"" + std::string(name.substr(0, 64)) + "\"",
              "Choose one of: " + names + ".");
}

Result<const FieldDef*> FindField(const KindDef& kind, std::string_view name) {
  if (const FieldDef* field = kind.FindField(name)) return field;
  std::string names;
  for (const FieldDef& field : kind.fields) names += (names.empty() ? "" : ", ") + field.name;
  return Fail(ErrorCode::kInvalidInput,
              "a " + kind.name + " has no field \"" + std::string(name.substr(0, 64)) + "\"",
              "Choose one of: " + names + ".");
}

Result<FieldArgument> ParseFieldArgument(const KindDef& kind, std::string_view argument,
                                         FileSystem& files) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return Fail(ErrorCode::kInvalidInput,
                "\"" + std::string(argument.substr(0, 64)) + "\" is not of the form field=value",
                "Put quotation marks around a value that holds spaces.");
  std::string_view name = argument.substr(0, equals);
  FieldArgument parsed;
  if (name.ends_with('+')) parsed.action = Action::kAdd;
  if (name.ends_with('-')) parsed.action = Action::kRemove;
  if (parsed.action != Action::kSet) name.remove_suffix(1);
  SACOCHE_ASSIGN(parsed.field, FindField(kind, name));
  SACOCHE_ASSIGN(parsed.text, ReadValue(argument.substr(equals + 1), files));
  return parsed;
}

Result<std::vector<FieldEdit>> MakeFieldEdits(const std::vector<FieldArgument>& arguments,
                                              const RecordView* now, const ParseOneValue& parse) {
  Gatherer gatherer(now, parse);
  for (const FieldArgument& argument : arguments) SACOCHE_TRY(gatherer.Take(argument));
  return std::move(gatherer).Finish();
}

}  // namespace sacoche
