#include "bench/unlock_cost.h"

#include <chrono>

#include "bench/resource_usage.h"
#include "platform/posix/posix_file_system.h"
#include "platform/posix/system_clock.h"
#include "platform/sqlite/database.h"
#include "platform/vault/vault.h"

namespace sacoche::bench {
namespace {

constexpr std::string_view kPassphrase = "quatre mots sur un papier";
constexpr std::uint64_t kArgon2TargetMs = 500;

std::uint64_t SteadyMs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Status Fill(const Vault& vault, std::size_t rows) {
  SACOCHE_ASSIGN(const auto database, Database::Open({vault.path(), vault.vfs_name()}));
  SACOCHE_TRY(database->Execute("CREATE TABLE dossier(id INTEGER PRIMARY KEY, content TEXT)"));
  return database
      ->Prepare(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
          "INSERT INTO dossier SELECT i, hex(randomblob(1000)) FROM n")
      .Bind(static_cast<std::uint64_t>(rows))
      .Run();
}

Status OpenAndRead(const Vault::Options& options) {
  SACOCHE_ASSIGN(const auto vault, Vault::UnlockWithPassphrase(options, ViewOf(kPassphrase)));
  SACOCHE_ASSIGN(const auto database, Database::Open({vault->path(), vault->vfs_name()}));
  auto query = database->Prepare("SELECT content FROM dossier ORDER BY id DESC LIMIT 1");
  SACOCHE_ASSIGN(const bool row, query.Step());
  return row ? Status() : Fail(ErrorCode::kCorrupt, "the store is empty");
}

Result<nlohmann::json> Measure(const Vault::Options& options, std::size_t rows,
                               std::size_t rounds) {
  const Argon2Cost cost = CalibrateCost(kArgon2TargetMs, SteadyMs);
  KeySlot slot;
  {
    SACOCHE_ASSIGN(const auto created, Vault::Create(options, ViewOf(kPassphrase), cost));
    slot = created.vault->slots().front();
    SACOCHE_TRY(Fill(*created.vault, rows));
  }
  std::vector<double> argon2_s;
  std::vector<double> unlock_s;
  std::vector<double> beyond_s;
  for (std::size_t i = 0; i < rounds; ++i) {
    // With another vault's id it computes the same and opens nothing.
    const ResourceUsage argon2;
    SACOCHE_TRY(OpenKeySlot({}, slot, ViewOf(kPassphrase)));
    argon2_s.push_back(argon2.wall_s());
    const ResourceUsage unlock;
    SACOCHE_TRY(OpenAndRead(options));
    unlock_s.push_back(unlock.wall_s());
    beyond_s.push_back(unlock_s.back() - argon2_s.back());
  }
  return nlohmann::json{{"argon2_s", Median(argon2_s)},
                        {"unlock_s", Median(unlock_s)},
                        {"beyond_argon2_s", Median(beyond_s)}};
}

}  // namespace

Result<nlohmann::json> MeasureUnlock(const std::string& folder, std::size_t rows,
                                     std::size_t rounds) {
  PosixFileSystem files;
  SystemClock clock;
  const Vault::Options options{folder + "/vault-bench-unlock.db", &files, &clock, {}};
  auto measured = Measure(options, rows, rounds);
  for (const char* suffix : {"", "-wal"})
    if (const Status removed = files.Remove(options.path + suffix); !removed) continue;
  return measured;
}

}  // namespace sacoche::bench
