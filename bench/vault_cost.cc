#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/resource_usage.h"
#include "bench/unlock_cost.h"
#include "platform/sqlite/database.h"
#include "platform/sqlite/transaction.h"
#include "platform/vault/page_cipher.h"
#include "platform/vault/vault_vfs.h"
#include "samples/invented/invented_text.h"

// sacoche-vault-bench: what the vault costs. The same work on a plain database and on one in a
// vault, phase by phase in turns, so that what else the machine does meets both. Exit status 0 only
// if both gave the same answers.
namespace sacoche::bench {
namespace {

using nlohmann::json;

constexpr std::size_t kRowsPerCommit = 50;
constexpr std::size_t kRowsIndexedPerCommit = 1000;
constexpr std::size_t kSearches = 200;
constexpr int kSqliteCacheKib = 2000;  // SQLite's default
// What is worked with day by day is a part of what is stored.
constexpr std::size_t kRowsPerWarmRow = 5;

struct Arguments {
  std::size_t rows = 50'000;
  std::size_t rounds = 5;
  std::string folder = ".";
  bool as_json = false;
};

struct Work {
  std::vector<std::string> texts;  // of row 1, 2, ...
  std::vector<std::int64_t> ids;   // to read, of all rows
  std::vector<std::int64_t> warm_ids;
  std::vector<std::string> searches;

  [[nodiscard]] std::int64_t warm_rows() const {
    return static_cast<std::int64_t>(std::max<std::size_t>(1, texts.size() / kRowsPerWarmRow));
  }
};

Work MakeWork(std::size_t rows) {
  invented::InventedText invented(1);
  Work work;
  for (std::size_t i = 0; i < rows; ++i) work.texts.push_back(invented.Text(1000, 3000));
  const auto id_up_to = [&](std::int64_t most) {
    return 1 + static_cast<std::int64_t>(invented.Below(static_cast<std::uint64_t>(most)));
  };
  for (std::size_t i = 0; i < rows; ++i) {
    work.ids.push_back(id_up_to(static_cast<std::int64_t>(rows)));
    work.warm_ids.push_back(id_up_to(work.warm_rows()));
  }
  // As the product asks: the beginnings of words. A reference that few rows have, or two names.
  for (std::size_t i = 0; i < kSearches; ++i) {
    const std::string reference = std::string(1, static_cast<char>('a' + invented.Below(26))) +
                                  std::to_string(100 + invented.Below(900));
    const std::string names =
        invented.FirstName().substr(0, 3) + "\"* \"" + invented.LastName().substr(0, 4);
    work.searches.push_back("\"" + (i % 2 == 0 ? reference : names) + "\"*");
  }
  return work;
}

// One of the two databases that are compared.
class Store {
 public:
  Store(std::string path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) {}
  ~Store() { Remove(); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Leaves SQLite's page cache empty. The system's cache keeps the files.
  Status Reopen(int cache_kib) {
    database_.reset();
    SACOCHE_ASSIGN(database_, Database::Open({path_, vfs_, cache_kib}));
    return {};
  }
  void Remove() {
    database_.reset();
    for (const char* suffix : {"", "-wal", "-journal"}) {
      std::error_code ignored;
      std::filesystem::remove(path_ + suffix, ignored);
    }
  }
  [[nodiscard]] Database& database() { return *database_; }

 private:
  std::string path_;
  std::string vfs_;
  std::unique_ptr<Database> database_;
};

// -- The work. Each gives a sum over what it saw, which must be the same in both stores. ----------

Status Empty(Store& store, const Work&, int cache_kib) {
  store.Remove();
  SACOCHE_TRY(store.Reopen(cache_kib));
  return store.database().Execute(
      "CREATE TABLE dossier(id INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;"
      "CREATE VIRTUAL TABLE search USING fts5(content, tokenize = "
      "\"unicode61 remove_diacritics 2\")");
}

Status Stay(Store&, const Work&, int) { return {}; }

Status Cool(Store& store, const Work&, int cache_kib) { return store.Reopen(cache_kib); }

// What waits in the WAL is part of the cost.
Result<std::uint64_t> Checkpointed(Database& database) {
  SACOCHE_TRY(database.Execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  return static_cast<std::uint64_t>(database.LastInsertRowId());
}

Result<std::uint64_t> Insert(Database& database, const Work& work) {
  for (std::size_t i = 0; i < work.texts.size();) {
    SACOCHE_ASSIGN(Transaction transaction, Transaction::Begin(database));
    const std::size_t end = std::min(work.texts.size(), i + kRowsPerCommit);
    for (; i < end; ++i)
      SACOCHE_TRY(database.Prepare("INSERT INTO dossier(content) VALUES (?)")
                      .Bind(std::string_view(work.texts[i]))
                      .Run());
    SACOCHE_TRY(transaction.Commit());
  }
  return Checkpointed(database);
}

Result<std::uint64_t> BuildIndex(Database& database, const Work& work) {
  for (std::size_t i = 0; i < work.texts.size(); i += kRowsIndexedPerCommit)
    SACOCHE_TRY(database
                    .Prepare("INSERT INTO search(rowid, content) "
                             "SELECT id, content FROM dossier WHERE id > ? AND id <= ?")
                    .Bind(static_cast<std::int64_t>(i))
                    .Bind(static_cast<std::int64_t>(i + kRowsIndexedPerCommit))
                    .Run());
  return Checkpointed(database);
}

Result<std::uint64_t> SumOfRows(StatementHandle& query) {
  std::uint64_t sum = 0;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return sum;
    const ByteView content = query.Blob(0);
    sum += content.size() + (content.empty() ? 0 : content.back());
  }
}

Result<std::uint64_t> Scan(Database& database, const Work&) {
  auto query = database.Prepare("SELECT content FROM dossier");
  return SumOfRows(query);
}

Result<std::uint64_t> ReadEach(Database& database, const std::vector<std::int64_t>& ids) {
  std::uint64_t sum = 0;
  for (const std::int64_t id : ids) {
    auto query = database.Prepare("SELECT content FROM dossier WHERE id = ?");
    query.Bind(id);
    SACOCHE_ASSIGN(const std::uint64_t of_row, SumOfRows(query));
    sum = sum * 31 + of_row;
  }
  return sum;
}

Result<std::uint64_t> ReadAnyRows(Database& database, const Work& work) {
  return ReadEach(database, work.ids);
}

Result<std::uint64_t> ReadWarmRows(Database& database, const Work& work) {
  return ReadEach(database, work.warm_ids);
}

Status Warm(Store& store, const Work& work, int cache_kib) {
  SACOCHE_TRY(store.Reopen(cache_kib));
  auto query = store.database().Prepare("SELECT content FROM dossier WHERE id <= ?");
  query.Bind(work.warm_rows());
  SACOCHE_TRY(SumOfRows(query));
  return {};
}

Result<std::uint64_t> Find(Database& database, const Work& work) {
  std::uint64_t sum = 0;
  for (const std::string& words : work.searches) {
    auto query = database.Prepare(
        "SELECT d.content FROM search s JOIN dossier d ON d.id = s.rowid WHERE search MATCH ? "
        "ORDER BY rank, d.id LIMIT 50");
    query.Bind(std::string_view(words));
    SACOCHE_ASSIGN(const std::uint64_t of_search, SumOfRows(query));
    sum = sum * 31 + of_search;
  }
  return sum;
}

struct Phase {
  const char* name;
  Status (*prepare)(Store&, const Work&, int cache_kib);  // not measured
  Result<std::uint64_t> (*run)(Database&, const Work&);
};

constexpr Phase kPhases[] = {
    {"insert", Empty, Insert},
    {"full-text build", Stay, BuildIndex},
    {"search", Stay, Find},
    {"cold scan", Cool, Scan},
    {"cold point reads", Cool, ReadAnyRows},
    {"warm point reads", Warm, ReadWarmRows},
};

// -- Measuring ------------------------------------------------------------------------------------

struct Times {
  std::vector<double> wall_s;
  std::vector<double> cpu_s;
};

double MedianOf(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// How far the quarter below and the quarter above lie apart, in parts of the median.
double SpreadOf(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t quarter = values.size() / 4;
  return (values[values.size() - 1 - quarter] - values[quarter]) / MedianOf(values);
}

struct Measured {
  const char* phase;
  Times plain;
  Times vault;

  [[nodiscard]] std::vector<double> Ratios() const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < plain.wall_s.size(); ++i)
      ratios.push_back(vault.wall_s[i] / plain.wall_s[i]);
    return ratios;
  }
  [[nodiscard]] json ToJson(int cache_kib) const {
    return {{"cache_kib", cache_kib},
            {"phase", phase},
            {"plain_s", MedianOf(plain.wall_s)},
            {"vault_s", MedianOf(vault.wall_s)},
            {"ratio", MedianOf(Ratios())},
            {"ratio_spread", SpreadOf(Ratios())},
            {"plain_cpu_s", MedianOf(plain.cpu_s)},
            {"vault_cpu_s", MedianOf(vault.cpu_s)}};
  }
};

Result<std::uint64_t> RunPhase(const Phase& phase, Store& store, const Work& work, int cache_kib,
                               Times& times) {
  SACOCHE_TRY(phase.prepare(store, work, cache_kib));
  const ResourceUsage usage;
  SACOCHE_ASSIGN(const std::uint64_t sum, phase.run(store.database(), work));
  times.wall_s.push_back(usage.wall_s());
  times.cpu_s.push_back(usage.cpu_s());
  return sum;
}

Status CheckSameRows(Store& plain, Store& vault) {
  auto one = plain.database().Prepare("SELECT id, content FROM dossier ORDER BY id");
  auto other = vault.database().Prepare("SELECT id, content FROM dossier ORDER BY id");
  while (true) {
    SACOCHE_ASSIGN(const bool row, one.Step());
    SACOCHE_ASSIGN(const bool other_row, other.Step());
    if (row != other_row ||
        (row && (one.Int(0) != other.Int(0) || !Equal(one.Blob(1), other.Blob(1)))))
      return Fail(ErrorCode::kCorrupt, "the two stores hold different rows");
    if (!row) return {};
  }
}

Result<std::vector<Measured>> MeasureAll(const Arguments& arguments, const Work& work,
                                         const std::string& vault_vfs, int cache_kib) {
  Store plain(arguments.folder + "/vault-bench-plain.db", "");
  Store vault(arguments.folder + "/vault-bench-vault.db", vault_vfs);
  std::vector<Measured> all;
  for (const Phase& phase : kPhases) all.push_back({phase.name, {}, {}});
  for (std::size_t round = 0; round < arguments.rounds; ++round) {
    for (std::size_t i = 0; i < std::size(kPhases); ++i) {
      std::uint64_t sums[2] = {};
      // Plain, vault, vault, plain: a drift of the machine favours neither.
      for (const bool in_vault : {round % 2 == 1, round % 2 == 0}) {
        SACOCHE_ASSIGN(sums[in_vault], RunPhase(kPhases[i], in_vault ? vault : plain, work,
                                                cache_kib, in_vault ? all[i].vault : all[i].plain));
      }
      if (sums[0] != sums[1])
        return Fail(ErrorCode::kCorrupt,
                    std::string("the two stores differ in: ") + kPhases[i].name);
    }
  }
  SACOCHE_TRY(CheckSameRows(plain, vault));
  return all;
}

// What sealing and opening alone take, in pages per second: no vault can be faster.
json MeasureCipher() {
  constexpr std::size_t kPages = 20'000;
  const DataKey key = DataKey::Generate();
  PageCipher cipher(key.page_key(), {});
  Bytes page(VaultHeader::kBlockBytes, 1);
  Bytes record(page.size() + PageCipher::kOverheadBytes);
  const ResourceUsage sealing;
  for (std::size_t i = 0; i < kPages; ++i)
    cipher.Seal(RecordKind::kMainPage, i, page, record.data());
  const double seal_s = sealing.wall_s();
  const ResourceUsage opening;
  bool opens = true;
  for (std::size_t i = 0; i < kPages; ++i)
    opens = cipher.Open(RecordKind::kMainPage, kPages - 1, record, page.data()) && opens;
  const double open_s = opening.wall_s();
  return {{"seal_pages_per_s", opens ? kPages / seal_s : 0},
          {"open_pages_per_s", opens ? kPages / open_s : 0}};
}

void PrintTable(const json& report) {
  std::printf("XChaCha20-Poly1305 alone, pages of 4 KiB: %.0f sealed, %.0f opened per second\n",
              report["cipher"]["seal_pages_per_s"].get<double>(),
              report["cipher"]["open_pages_per_s"].get<double>());
  std::printf("unlocking: %.3f s, of which Argon2id %.3f s; beyond it %.3f s\n",
              report["unlock"]["unlock_s"].get<double>(),
              report["unlock"]["argon2_s"].get<double>(),
              report["unlock"]["beyond_argon2_s"].get<double>());
  std::printf("%-9s %-17s %9s %9s %7s %7s %9s\n", "cache", "phase", "plain s", "vault s", "ratio",
              "spread", "CPU ratio");
  for (const json& line : report["phases"])
    std::printf("%6d K  %-17s %9.3f %9.3f %7.2f %6.0f%% %9.2f\n", line["cache_kib"].get<int>(),
                line["phase"].get<std::string>().c_str(), line["plain_s"].get<double>(),
                line["vault_s"].get<double>(), line["ratio"].get<double>(),
                100 * line["ratio_spread"].get<double>(),
                line["vault_cpu_s"].get<double>() / line["plain_cpu_s"].get<double>());
}

Status Run(const Arguments& arguments) {
  VaultVfs::Options options;
  options.name = "vault-bench";
  SACOCHE_ASSIGN(const auto vfs, VaultVfs::Register(options, DataKey::Generate()));
  const Work work = MakeWork(arguments.rows);
  json report{{"rows", arguments.rows}, {"rounds", arguments.rounds}, {"cipher", MeasureCipher()}};
  SACOCHE_ASSIGN(report["unlock"],
                 MeasureUnlock(arguments.folder, arguments.rows, arguments.rounds));
  for (const int cache_kib : {Database::kCacheKib, kSqliteCacheKib}) {
    SACOCHE_ASSIGN(const auto all, MeasureAll(arguments, work, vfs->name(), cache_kib));
    for (const Measured& measured : all) report["phases"].push_back(measured.ToJson(cache_kib));
  }
  if (arguments.as_json) {
    std::cout << report << std::endl;
  } else {
    PrintTable(report);
  }
  return {};
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures SQLite in a vault against SQLite in the clear"};
  Arguments arguments;
  app.add_option("--rows", arguments.rows, "of 1 to 3 KB")->check(CLI::Range(1, 1'000'000));
  app.add_option("--rounds", arguments.rounds, "the median counts")->check(CLI::Range(1, 1000));
  app.add_option("--folder", arguments.folder, "on the disk to be measured")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--json", arguments.as_json, "print JSON instead of a table");
  CLI11_PARSE(app, argc, argv);
  const Status status = Run(arguments);
  if (status) return 0;
  std::cerr << "sacoche-vault-bench: " << status.error().message << ". " << status.error().advice
            << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::bench

int main(int argc, char** argv) { return sacoche::bench::Main(argc, argv); }
