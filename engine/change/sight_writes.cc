#include "engine/change/sight_writes.h"

#include "engine/change/closed_content.h"

namespace sacoche {
namespace {

// A record that this edit writes into or below, with a field that can close it.
struct Closable {
  RecordId record;
  KindId kind{};
  const FieldDef* field = nullptr;
  const FieldEdit* edit = nullptr;  // of that field, if it is edited
};

class SightWriter {
 public:
  SightWriter(const Schema& schema, const Edit& edit, const Present& present, Change& change)
      : schema_(schema), edit_(edit), present_(present), change_(change) {}

  Status Write() {
    SACOCHE_ASSIGN(const auto closables, Closables());
    for (const Closable& closable : closables) SACOCHE_TRY(WriteOne(closable));
    return {};
  }

 private:
  void Collect(const RecordId& record, KindId kind, const std::vector<FieldEdit>& edits,
               std::vector<Closable>& out) const {
    const KindDef* def = schema_.FindKind(kind);
    if (def == nullptr) return;
    for (const FieldDef& field : def->fields) {
      if (!field.closes()) continue;
      const auto edit = std::ranges::find(edits, field.id, &FieldEdit::field);
      out.push_back({record, kind, &field, edit == edits.end() ? nullptr : &*edit});
    }
  }

  [[nodiscard]] Result<std::vector<Closable>> Closables() const {
    std::vector<Closable> closables;
    for (const RecordEdit& record : edit_.records)
      Collect(record.record, record.kind, record.fields, closables);
    if (std::ranges::count(edit_.records, edit_.dossier, &RecordEdit::record) > 0) return closables;
    SACOCHE_ASSIGN(const auto root, present_.kind_of(edit_.dossier));
    if (root) Collect(edit_.dossier, *root, {}, closables);
    return closables;
  }

  RecordWrite* Written(const RecordId& record) {
    const auto found = std::ranges::find(change_.records, record, &RecordWrite::record);
    return found == change_.records.end() ? nullptr : &*found;
  }

  // What a closing of that record speaks about: the dossier, or the record alone if it is a child.
  [[nodiscard]] Result<std::vector<Record>> ScopeOf(const RecordId& closed) const {
    SACOCHE_ASSIGN(auto records, present_.dossier_of(edit_.dossier));
    if (closed != edit_.dossier)
      std::erase_if(records, [&](const Record& record) { return record.id != closed; });
    return records;
  }

  Status WriteOne(const Closable& closable) {
    SACOCHE_ASSIGN(auto registers, present_.registers_of(closable.record, closable.field->id));
    const bool closes = TakeState(closable, registers);
    const bool settles =
        closable.edit != nullptr && closable.edit->settle == FieldEdit::Settle::kYes;
    const Closing closing(*closable.field, registers);
    if (!closing.stands() || (change_.records.empty() && !settles)) return {};
    SACOCHE_ASSIGN(const auto scope, ScopeOf(closable.record));
    std::vector<Dot> content;
    for (const Record& record : scope)
      for (const StandingWrite& write :
           ContentBeside(schema_, closable.record, closable.field->id, record))
        content.push_back(write.sibling->dot);
    const bool is_unseen =
        !std::ranges::all_of(content, [&](const Dot& dot) { return closing.Covers(dot); });
    if (change_.records.empty() && !is_unseen) return {};
    content.push_back(change_.dot);
    Sight sight;
    if (settles && !closes && is_unseen) sight.looked = Sight::Looked::kYes;
    const VersionVector all = AllOf(content);
    for (const Dot& dot : closing.dots()) {
      auto seen = closes || settles ? std::optional(all) : closing.SeenBeside(dot);
      if (!seen) continue;
      seen->Add(change_.dot);
      sight.of[dot] = std::move(*seen);
    }
    const bool may_leave_out = sight.of.empty() || !(closes || settles);
    SACOCHE_TRY(Repeat(closing, sight));
    Put(closable, registers[RegisterKey{closable.field->id, SightElement()}], sight, may_leave_out);
    return {};
  }

  // As single dots, which claim nothing else; if these are too many, all up to the last of each
  // replica.
  static VersionVector AllOf(const std::vector<Dot>& content) {
    VersionVector exact;
    for (const Dot& dot : content) exact.Add(dot);
    if (exact.beyond_gaps() <= kSightBeyondMax / 4) return exact;
    VersionVector coarse;
    for (const Dot& dot : content) coarse.AddUpTo(dot.replica, dot.counter);
    return coarse;
  }

  // What is said of closings that have not arrived here is not this author's to take away.
  Status Repeat(const Closing& closing, Sight& sight) const {
    for (const auto& [dot, seen] : closing.seen()) {
      if (sight.of.contains(dot)) continue;
      SACOCHE_ASSIGN(const bool is_known, present_.is_known(dot));
      if (!is_known) sight.of[dot] = seen;
    }
    return {};
  }

  // The state as it is after the change. Whether the change writes it.
  bool TakeState(const Closable& closable, Registers& registers) {
    const RecordWrite* written = Written(closable.record);
    if (written == nullptr) return false;
    for (const FieldWrite& write : written->writes)
      if (write.field == closable.field->id && write.element.empty()) {
        registers[RegisterKey{write.field, {}}].siblings = {
            {change_.dot, change_.hlc, change_.author, write.value}};
        return true;
      }
    return false;
  }

  void Put(const Closable& closable, const Register& before, const Sight& sight,
           bool may_leave_out) {
    auto encoded = EncodeSight(sight);
    if (sight.of.empty() || (!encoded && may_leave_out)) return;
    if (!encoded) encoded = EncodeSightOrLess(sight);
    RecordWrite* record = Written(closable.record);
    if (record == nullptr) {
      if (change_.records.size() >= kChangeRecordsMax) return;
      record = &change_.records.emplace_back(RecordWrite{closable.record, closable.kind, {}});
    }
    if (record->writes.size() >= kRecordWritesMax) return;
    record->writes.push_back({closable.field->id, SightElement(),
                              Value::Opaque(std::move(*encoded)), DotsToReplace(before)});
  }

  const Schema& schema_;
  const Edit& edit_;
  const Present& present_;
  Change& change_;
};

}  // namespace

Status WriteSights(const Schema& schema, const Edit& edit, const Present& present, Change& change) {
  return SightWriter(schema, edit, present, change).Write();
}

}  // namespace sacoche
