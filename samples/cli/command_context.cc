#include "samples/cli/command_context.h"

#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "engine/casework/schema.h"
#include "engine/first_contact.h"
#include "engine/record/value_codec.h"
#include "engine/recovery.h"
#include "platform/curl/curl_http_client.h"
#include "platform/vault/page_check.h"
#include "platform/vault/plain_migration.h"
#include "platform/vault/store_replacement.h"
#include "samples/cli/passphrase.h"

namespace sacoche {
namespace {

constexpr const char* kStoreFile = "sacoche.db";
constexpr std::size_t kIdDigitsMin = 8;
constexpr std::size_t kIdDigits = 2 * RecordId::kSize;

tl::unexpected<Error> NoStore(const std::string& folder) {
  return Fail(ErrorCode::kNotEnrolled, "there is no store in " + folder,
              "Enrol this laptop with `sacoche enrol`, or name the right folder with --store.");
}

tl::unexpected<Error> FolderError(const std::string& folder, int error) {
  return Fail(error == ENOSPC ? ErrorCode::kDiskFull : ErrorCode::kIo,
              "the store's folder " + folder + " cannot be used: " + std::strerror(error),
              "Check the path and its permissions, or name another folder with --store.");
}

Status CheckFolder(const std::string& folder) {
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0) {
    if (errno == ENOENT) return NoStore(folder);
    return FolderError(folder, errno);
  }
  if (!S_ISDIR(info.st_mode)) return FolderError(folder, ENOTDIR);
  return {};
}

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::absolute(folder, error).parent_path();
  std::filesystem::create_directories(parent, error);
  if (error) return FolderError(folder, error.value());
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return FolderError(folder, errno);
  return CheckFolder(folder);
}

// The digits of an id, without its dashes; nothing if it cannot be one.
std::optional<std::string> IdDigits(std::string_view typed) {
  std::string digits;
  for (const char c : typed) {
    if (c == '-') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
    digits.push_back(c);
  }
  if (digits.size() < kIdDigitsMin || digits.size() > kIdDigits) return std::nullopt;
  return digits;
}

}  // namespace

void CommandContext::On(CLI::App* subcommand, std::function<Status()> command) {
  subcommand->callback([this, command = std::move(command)] {
    outcome_ = command();
    if (outcome_) return;
    if (outcome_.error().code == ErrorCode::kCorrupt) LookForDamage();
    if (outcome_.error().code == ErrorCode::kRevoked) DestroyStore();
  });
}

// The engine has forgotten its keys; what was written with them goes too.
void CommandContext::DestroyStore() {
  vault_.reset();
  if (const Status destroyed = Vault::Destroy(VaultOptions()); !destroyed) outcome_ = destroyed;
}

// What was corrupt may have been the store, or what the command was given.
void CommandContext::LookForDamage() {
  if (vault_ == nullptr) return;
  const auto pages = PageCheck(*vault_).Run();
  if (!pages || pages->damaged_count == 0) return;
  if (const Status noted = NoteDamage(); !noted) outcome_ = noted;
}

Status CommandContext::NoteDamage() {
  constexpr std::string_view kText = "`sacoche verify` found this store damaged.\n";
  return files_.WriteFileAtomically(DamageMark(), ViewOf(kText));
}

Status CommandContext::ForgetDamage() { return files_.Remove(DamageMark()); }

Status CommandContext::PrepareStoreFolder() {
  SACOCHE_TRY(MakeFolder(store_folder));
  SACOCHE_TRY(FinishReplacement(files_, StorePath()));
  return DiscardReady(files_, StorePath());
}

Result<SecretBytes> CommandContext::ReadStorePassphrase() const {
  return ReadPassphrase(kStorePassphrase, store_passphrase_file, PassphraseUse::kOpen);
}

const Schema& CommandContext::schema() const { return casework::CaseworkSchema(); }

std::string CommandContext::StorePath() const { return store_folder + "/" + kStoreFile; }

Vault::Options CommandContext::VaultOptionsOf(const std::string& path) {
  return {.path = path, .files = &files_, .clock = &clock_, .below = ""};
}

Argon2Cost CommandContext::MeasuredCost() const {
  const auto now_ms = [] {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  };
  return CalibrateCost(unlock_ms, now_ms);
}

void CommandContext::ShowRecoveryCode(const RecoveryCode& code) {
  static_assert(kRecoveryCodeForm.bytes() == kRecoveryCodeBytes);
  std::cerr << "The store is encrypted. Its recovery code opens it if the passphrase is forgotten, "
               "and restores\nyour access on another laptop if this one is lost. It is shown only "
               "now: write it on paper and keep it\naway from this laptop:\n\n    "
            << TextOf(code.text.view()) << "\n\n";
  new_code_ = code.secret.Clone();
}

Status CommandContext::Take(Result<Vault::Created> created) {
  if (!created) return Forward(created.error());
  vault_ = std::move(created->vault);
  ShowRecoveryCode(created->recovery_code);
  return {};
}

Result<Vault*> CommandContext::UnlockVault() {
  SACOCHE_TRY(CheckFolder(store_folder));
  SACOCHE_TRY(FinishReplacement(files_, StorePath()));
  switch (Vault::Inspect(VaultOptions())) {
    case StoreFileState::kMissing:
      return NoStore(store_folder);
    case StoreFileState::kForeign:
      return Fail(ErrorCode::kCorrupt, "the store's file is damaged or is not a store",
                  "Put a backup in its place with `sacoche restore`; the file is kept.");
    case StoreFileState::kPlainDatabase: {
      // Another program's database, or a newer release's store, is refused here and stays plain.
      SACOCHE_TRY(Engine::Open(
          {.path = StorePath(), .schema = &schema(), .clock = &clock_, .random = &random_}));
      SACOCHE_ASSIGN(
          const SecretBytes passphrase,
          ReadPassphrase(kStorePassphrase, store_passphrase_file, PassphraseUse::kCreate));
      SACOCHE_TRY(Take(EncryptPlainStore(VaultOptions(), passphrase.view(), MeasuredCost(),
                                         kStoreFormatOfRelease)));
      return vault_.get();
    }
    case StoreFileState::kVault:
      break;
  }
  SACOCHE_ASSIGN(const SecretBytes passphrase, ReadStorePassphrase());
  SACOCHE_ASSIGN(vault_, Vault::UnlockWithPassphrase(VaultOptions(), passphrase.view()));
  return vault_.get();
}

Result<std::unique_ptr<Vault>> CommandContext::UnlockVaultWith(const SecretBytes& passphrase) {
  SACOCHE_TRY(CheckFolder(store_folder));
  return Vault::UnlockWithPassphrase(VaultOptions(), passphrase.view());
}

Result<std::unique_ptr<Vault>> CommandContext::UnlockVaultWithRecoveryCode(
    const std::string& file) {
  SACOCHE_TRY(CheckFolder(store_folder));
  SACOCHE_ASSIGN(const SecretBytes code, ReadPassphrase(kRecoveryCode, file, PassphraseUse::kOpen));
  return Vault::UnlockWithRecoveryCode(VaultOptions(), code.view());
}

Result<std::unique_ptr<Engine>> CommandContext::Open() {
  const bool is_damaged = files_.Exists(DamageMark());
  SACOCHE_ASSIGN(auto engine, Engine::Open({.path = StorePath(),
                                            .schema = &schema(),
                                            .clock = &clock_,
                                            .random = &random_,
                                            .vfs = vault_->vfs_name(),
                                            .read_only = is_damaged,
                                            .projector = &projector_}));
  if (!new_code_.empty() && !is_damaged)
    SACOCHE_TRY(engine->NoteRecoveryCode(std::exchange(new_code_, SecretBytes()).view()));
  return engine;
}

Result<std::unique_ptr<Engine>> CommandContext::OpenStore() {
  SACOCHE_TRY(UnlockVault());
  return Open();
}

Result<std::unique_ptr<Engine>> CommandContext::MakeStore() {
  SACOCHE_TRY(MakeFolder(store_folder));
  SACOCHE_TRY(FinishReplacement(files_, StorePath()));
  if (Vault::Inspect(VaultOptions()) != StoreFileState::kMissing) return OpenStore();
  SACOCHE_ASSIGN(const SecretBytes passphrase,
                 ReadPassphrase(kStorePassphrase, store_passphrase_file, PassphraseUse::kCreate));
  SACOCHE_TRY(Take(Vault::Create(VaultOptions(), passphrase.view(), MeasuredCost())));
  return Open();
}

Result<std::unique_ptr<HttpClient>> CommandContext::Connect(const Invitation& invitation) const {
  SACOCHE_ASSIGN(auto client, CurlHttpClient::Create(invitation.server_url, invitation.ca_pem));
  return std::unique_ptr<HttpClient>(std::move(client));
}

Result<Invitation> CommandContext::Complete(const InvitationText& text) {
  SACOCHE_ASSIGN(const auto client, CurlHttpClient::CreateForFirstContact(text.server_url));
  return CompleteInvitation(*client, text);
}

Result<RecordId> CommandContext::FindRecordId(Engine& engine, std::string_view typed) const {
  const auto digits = IdDigits(typed);
  if (!digits)
    return Fail(ErrorCode::kInvalidInput, "this is not the id of a record",
                "Copy it from `sacoche list`: at least its first 8 digits.");
  SACOCHE_ASSIGN(const auto found, engine.FindByPrefix(*digits));
  if (found.size() == 1) return found.front();
  if (found.empty())
    return Fail(ErrorCode::kNotFound, "there is no record with this id on this laptop",
                "Check the id with `sacoche list`, or synchronise first.");
  return Fail(ErrorCode::kInvalidInput, "several records have ids that begin so",
              "Give more digits of the id, or all of them.");
}

Result<RecordView> CommandContext::FindRecord(Engine& engine, std::string_view typed) const {
  SACOCHE_ASSIGN(const RecordId id, FindRecordId(engine, typed));
  SACOCHE_ASSIGN(auto view, engine.Read(id));
  if (view) return std::move(*view);
  return Fail(ErrorCode::kNotFound, "there is no record with this id on this laptop",
              "Check the id with `sacoche list`, or synchronise first.");
}

Result<RecordView> CommandContext::FindDossier(Engine& engine, std::string_view typed) const {
  SACOCHE_ASSIGN(RecordView view, FindRecord(engine, typed));
  if (view.head.id == view.head.dossier) return view;
  return Fail(ErrorCode::kInvalidInput, "this record does not begin a dossier",
              "Its dossier is " + view.head.dossier.ToUuid() + ".");
}

Result<SpaceId> CommandContext::FindSpace(Engine& engine, std::string_view typed) {
  if (const auto id = SpaceId::FromUuid(typed)) return *id;
  SACOCHE_ASSIGN(const EngineStatus status, engine.ReadStatus());
  std::vector<SpaceId> named;
  for (const SpaceId& space : status.spaces)
    if (engine.SpaceNameOf(space) == typed) named.push_back(space);
  if (named.size() == 1) return named.front();
  return Fail(ErrorCode::kInvalidInput,
              named.empty() ? "this laptop is not a member of a space of that name"
                            : "several spaces have that name",
              "See `sacoche status` for its spaces and their ids.");
}

void CommandContext::Print(const std::string& text, const Json& as_json) {
  if (json) {
    out_ << ToJsonLine(as_json) << '\n';
  } else {
    out_ << text;
  }
}

Status CheckTyped(std::string_view what, std::string_view text, std::size_t bytes_max) {
  if (text.empty() || text.size() > bytes_max)
    return Fail(ErrorCode::kInvalidInput, std::string(what) + " is missing or too long",
                "Give at most " + std::to_string(bytes_max) + " bytes.");
  if (!IsText(ViewOf(text)))
    return Fail(ErrorCode::kInvalidInput, std::string(what) + " is not valid UTF-8",
                "Set the terminal to UTF-8 and type it again.");
  return {};
}

}  // namespace sacoche
