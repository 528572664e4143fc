#include "engine/commit/moved_texts.h"

#include "engine/change/text_field.h"
#include "engine/text/text_codec.h"

namespace sacoche {

Status MovedTexts::Move(Change& change) {
  return ForEachEdit(change, [&](const Text& text, const TextOps& ops) -> Result<TextOps> {
    SACOCHE_ASSIGN(UnitMoves * moves, MovesIn(text));
    return moves->Move(ops, UnitReplicaOf(change.dot));
  });
}

Status MovedTexts::Follow(Change& change) {
  if (moves_.empty()) return {};
  return ForEachEdit(change, [&](const Text& text, const TextOps& ops) -> Result<TextOps> {
    const auto found = moves_.find(text);
    if (found == moves_.end()) return ops;
    found->second.Keep(ops);
    return found->second.Follow(ops);
  });
}

Status MovedTexts::Keep(const Change& change) {
  if (moves_.empty()) return {};
  Change unchanged = change;
  return ForEachEdit(unchanged, [&](const Text& text, const TextOps& ops) -> Result<TextOps> {
    if (const auto found = moves_.find(text); found != moves_.end()) found->second.Keep(ops);
    return ops;
  });
}

Status MovedTexts::ForEachEdit(
    Change& change, const std::function<Result<TextOps>(const Text&, const TextOps&)>& rename) {
  for (RecordWrite& record : change.records)
    for (FieldWrite& write : record.writes) {
      const FieldDef* field = schema_->FindField(record.kind, write.field);
      const auto* bytes = write.value.As<Bytes>();
      if (field == nullptr || field->policy != MergePolicy::kText || bytes == nullptr) continue;
      const auto ops = DecodeTextOps(*bytes);
      if (!ops) continue;  // shown nowhere, and moved with its change
      SACOCHE_ASSIGN(const TextOps renamed, rename({record.record, write.field}, *ops));
      SACOCHE_ASSIGN(Bytes encoded, EncodeTextOps(renamed));
      write.value = Value::Opaque(std::move(encoded));
    }
  return {};
}

Result<UnitMoves*> MovedTexts::MovesIn(const Text& text) {
  const auto [at, is_new] = moves_.try_emplace(text);
  if (!is_new) return &at->second;
  const auto keep = [&](const Value& value) {
    const auto* bytes = value.As<Bytes>();
    if (bytes == nullptr) return;
    if (const auto ops = DecodeTextOps(*bytes)) at->second.Keep(*ops);
  };
  // The log has what an erasure took away, the registers what came with a snapshot.
  SACOCHE_ASSIGN(const auto history, store_->log().History(text.first));
  for (const HistoryEntry& entry : history)
    if (entry.field == text.second) keep(entry.value);
  SACOCHE_ASSIGN(const auto registers, store_->records().Registers(text.first, text.second));
  for (const auto& [key, reg] : registers)
    for (const Sibling& sibling : reg.siblings) keep(sibling.value);
  return &at->second;
}

}  // namespace sacoche
