#pragma once

#include <vector>

#include "samples/cli/command_context.h"
#include "samples/cli/record_text.h"

namespace sacoche {

// schema, show, print, list, search, history, conflicts, export, digest: what only reads.
class ReadingCommands {
 public:
  // Both must outlive this, and this the parsing.
  ReadingCommands(CLI::App& app, CommandContext& context);
  ReadingCommands(const ReadingCommands&) = delete;
  ReadingCommands& operator=(const ReadingCommands&) = delete;

 private:
  void AddQueries(CLI::App& app);

  Status ShowSchema();
  Status Show();
  Status PrintOnPaper();
  Status List();
  Status Search();
  Status History();
  Status Conflicts();
  Status Export();
  Status Digest();

  // The record and, of a dossier, all that is in it.
  [[nodiscard]] Result<std::vector<RecordView>> Gather(Engine& engine,
                                                       const RecordView& root) const;
  [[nodiscard]] std::string PageOf(Engine& engine, const std::vector<RecordView>& views,
                                   Detail detail) const;
  [[nodiscard]] Result<RecordQuery> MakeQuery(Engine& engine) const;
  [[nodiscard]] Status AddCondition(Engine& engine, const KindDef& kind, RecordQuery& query) const;
  void PrintList(Engine& engine, const std::vector<RecordView>& views);

  CommandContext& context_;
  std::string kind_;
  std::string id_;
  bool all_ = false;
  std::string where_;
  std::size_t limit_ = 1000;
  std::vector<std::string> words_;
  std::string out_file_;
  std::string reason_;
};

}  // namespace sacoche
