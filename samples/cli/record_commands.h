#pragma once

#include <optional>
#include <vector>

#include "samples/cli/command_context.h"
#include "samples/cli/field_arguments.h"

namespace sacoche {

// create, edit, note, resolve, take-back: what changes records.
class RecordCommands {
 public:
  // Both must outlive this, and this the parsing.
  RecordCommands(CLI::App& app, CommandContext& context);
  RecordCommands(const RecordCommands&) = delete;
  RecordCommands& operator=(const RecordCommands&) = delete;

 private:
  Status Create();
  Status EditRecord();
  Status Note();
  Status Resolve();
  Status TakeBack();

  [[nodiscard]] Result<const KindDef*> KindOf(const RecordView& view) const;
  [[nodiscard]] Result<std::vector<FieldArgument>> ParseFields(const KindDef& kind);
  [[nodiscard]] ParseOneValue ValueParser(Engine& engine) const;
  [[nodiscard]] Result<RecordEdit> MakeRecordEdit(Engine& engine, const KindDef& kind,
                                                  const RecordView* now);
  [[nodiscard]] Status AddCorrection(const KindDef& kind, const RecordView& now,
                                     RecordEdit& edit) const;
  [[nodiscard]] Result<Value> ChosenValue(Engine& engine, const FieldDef& field,
                                          const VisibleField& visible) const;
  [[nodiscard]] Result<std::string> NoteText() const;
  Status AddVersion(const KindDef& kind, RecordEdit& edit) const;
  [[nodiscard]] Result<FieldEdit> Resolution(Engine& engine, const FieldDef& field,
                                             const VisibleField& visible) const;
  void PrintOutcome(const RecordId& id, bool changed, const std::string& what);

  CommandContext& context_;
  std::string kind_;
  std::string id_;
  std::string dossier_;
  std::string space_;
  std::vector<std::string> fields_;
  std::string corrected_entry_;
  bool reopen_ = false;
  std::string text_;
  std::string date_;
  std::string type_;
  std::string field_;
  std::optional<std::size_t> take_;
  std::optional<std::string> value_;
  std::string change_;
  bool as_is_ = false;
  std::string seen_version_;
};

}  // namespace sacoche
