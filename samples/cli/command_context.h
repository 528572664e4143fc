#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <ostream>

#include "engine/engine.h"
#include "platform/http_client.h"
#include "platform/posix/posix_file_system.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"
#include "samples/cli/output.h"

namespace sacoche {

// What the commands share: the machine, the options that hold for all, and where the result goes.
class CommandContext {
 public:
  explicit CommandContext(std::ostream& out) : out_(out) {}

  std::string store_folder;  // filled by the command line
  bool json = false;

  // Runs `command` when its subcommand was given, and keeps how it ended.
  void On(CLI::App* subcommand, std::function<Status()> command);
  [[nodiscard]] const Status& outcome() const { return outcome_; }

  // The store that is there; kNotEnrolled if there is none, so that a mistyped folder does not
  // become a second, empty store.
  [[nodiscard]] Result<std::unique_ptr<Engine>> OpenStore();
  // The same, made if it is missing. Its folder is for its owner only.
  [[nodiscard]] Result<std::unique_ptr<Engine>> MakeStore();

  [[nodiscard]] Result<std::unique_ptr<HttpClient>> Connect(const Invitation& invitation) const;

  // By its whole id, or by the first digits of it if they name one record only.
  [[nodiscard]] Result<RecordId> FindRecordId(Engine& engine, std::string_view typed) const;
  [[nodiscard]] Result<RecordView> FindRecord(Engine& engine, std::string_view typed) const;
  [[nodiscard]] Result<RecordView> FindDossier(Engine& engine, std::string_view typed) const;
  // By id or by name, among those that this device is a member of.
  [[nodiscard]] Result<SpaceId> FindSpace(Engine& engine, std::string_view typed);

  [[nodiscard]] const Schema& schema() const;
  [[nodiscard]] SystemClock& clock() { return clock_; }
  [[nodiscard]] SystemRandom& random() { return random_; }
  [[nodiscard]] PosixFileSystem& files() { return files_; }

  // The result: one line of JSON if that was asked for, else the text.
  void Print(const std::string& text, const Json& as_json);
  std::ostream& out() { return out_; }

 private:
  [[nodiscard]] std::string StorePath() const;
  [[nodiscard]] Result<std::unique_ptr<Engine>> Open();

  std::ostream& out_;
  SystemClock clock_;
  SystemRandom random_;
  PosixFileSystem files_;
  Status outcome_;
};

// What was typed is text: UTF-8, and no more of it than the limit.
[[nodiscard]] Status CheckTyped(std::string_view what, std::string_view text,
                                std::size_t bytes_max);

}  // namespace sacoche
