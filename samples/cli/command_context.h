#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <ostream>

#include "engine/casework/casework_projector.h"
#include "engine/engine.h"
#include "engine/invitation_text.h"
#include "platform/http_client.h"
#include "platform/posix/posix_file_system.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"
#include "platform/vault/vault.h"
#include "samples/cli/output.h"

namespace sacoche {

// What the commands share: the machine, the options that hold for all, and where the result goes.
class CommandContext {
 public:
  explicit CommandContext(std::ostream& out) : out_(out) {}

  // Filled by the command line.
  std::string store_folder;
  std::string store_passphrase_file;
  std::uint64_t unlock_ms = kUnlockMs;
  bool json = false;

  // What unlocking should take on this machine: Argon2id's cost is measured for it when a
  // passphrase is set.
  static constexpr std::uint64_t kUnlockMs = 700;
  static constexpr std::uint64_t kUnlockMsMax = 10'000;

  // Runs `command` when its subcommand was given, and keeps how it ended.
  void On(CLI::App* subcommand, std::function<Status()> command);
  [[nodiscard]] const Status& outcome() const { return outcome_; }

  // The store that is there, unlocked; kNotEnrolled if there is none, so that a mistyped folder
  // does not become a second, empty store. One that was made before stores were encrypted is
  // encrypted first. The context keeps the vault and must outlive the engine.
  [[nodiscard]] Result<std::unique_ptr<Engine>> OpenStore();
  // The same, made if it is missing. Its folder is for its owner only.
  [[nodiscard]] Result<std::unique_ptr<Engine>> MakeStore();

  // The vault of the store that is there, without opening the store.
  [[nodiscard]] Result<Vault*> UnlockVault();
  // The store whose vault was unlocked before.
  [[nodiscard]] Result<std::unique_ptr<Engine>> OpenUnlocked() { return Open(); }
  [[nodiscard]] Result<std::unique_ptr<Vault>> UnlockVaultWith(const SecretBytes& passphrase);
  [[nodiscard]] Result<std::unique_ptr<Vault>> UnlockVaultWithRecoveryCode(const std::string& file);
  [[nodiscard]] Argon2Cost MeasuredCost() const;
  [[nodiscard]] std::string StorePath() const;
  [[nodiscard]] Vault::Options VaultOptionsOf(const std::string& path);
  [[nodiscard]] Result<SecretBytes> ReadStorePassphrase() const;
  // The store's folder, made if it is missing, with nothing in it left half-way.
  [[nodiscard]] Status PrepareStoreFolder();
  // Before the store's file is moved.
  void LockVault() { vault_.reset(); }

  // A store that is known to be damaged is only read from then on, until it was rebuilt or
  // replaced.
  [[nodiscard]] Status NoteDamage();
  [[nodiscard]] Status ForgetDamage();

  // The code is never shown again: said on the error stream, so that it is not lost in a pipe. The
  // store notes what it opens elsewhere when it is next opened by this program.
  void ShowRecoveryCode(const RecoveryCode& code);
  // A vault that was made: the context keeps it, and its code is shown.
  Status Take(Result<Vault::Created> created);

  [[nodiscard]] Result<std::unique_ptr<HttpClient>> Connect(const Invitation& invitation) const;
  // What the text stands for, asked of its server, which is not verified before.
  [[nodiscard]] static Result<Invitation> Complete(const InvitationText& text);

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
  [[nodiscard]] Vault::Options VaultOptions() { return VaultOptionsOf(StorePath()); }
  [[nodiscard]] std::string DamageMark() const { return StorePath() + "-damaged"; }
  void DestroyStore();
  void LookForDamage();
  [[nodiscard]] Result<std::unique_ptr<Engine>> Open();

  std::ostream& out_;
  SystemClock clock_;
  SystemRandom random_;
  PosixFileSystem files_;
  Status outcome_;
  std::unique_ptr<Vault> vault_;
  casework::CaseworkProjector projector_;
  SecretBytes new_code_;  // was shown, and not noted yet
};

// What was typed is text: UTF-8, and no more of it than the limit.
[[nodiscard]] Status CheckTyped(std::string_view what, std::string_view text,
                                std::size_t bytes_max);

}  // namespace sacoche
