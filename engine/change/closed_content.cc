#include "engine/change/closed_content.h"

#include "engine/text/text_codec.h"

namespace sacoche {
namespace {

// An edit of a text that changes nothing in it.
bool IsALook(const Value& value) {
  const auto* bytes = value.As<Bytes>();
  const auto ops = bytes == nullptr ? Result<TextOps>(TextOps{}) : DecodeTextOps(*bytes);
  return bytes != nullptr && ops && std::ranges::all_of(ops->runs, [](const TextRun& run) {
           return run.kind == TextRun::Kind::kSettle;
         });
}

}  // namespace

std::vector<StandingWrite> ContentBeside(const Schema& schema, const RecordId& closed,
                                         FieldId closing, const Record& record) {
  std::vector<StandingWrite> content;
  for (const auto& [key, reg] : record.registers) {
    if (record.id == closed && key.field == closing) continue;
    const FieldDef* field = schema.FindField(record.kind, key.field);
    const bool is_text = field != nullptr && field->policy == MergePolicy::kText;
    for (const Sibling& sibling : reg.siblings)
      if (IsContent(key, sibling) && !(is_text && IsALook(sibling.value)))
        content.push_back({key.field, &sibling});
  }
  return content;
}

}  // namespace sacoche
