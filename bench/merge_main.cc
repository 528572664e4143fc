// Measures that merging costs what is new, and not what was there: the same delta, into stores with
// histories of different lengths.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "bench/bench_schema.h"
#include "bench/resource_usage.h"
#include "engine/commit/commit.h"

namespace sacoche::bench {
namespace {

constexpr std::size_t kEdits = 5000;       // of each of the two, in a month
constexpr std::size_t kCommonCases = 150;  // which both edit, with 30 % of their edits
constexpr std::size_t kOwnCases = 175;     // of each
constexpr std::size_t kCases = kCommonCases + 2 * kOwnCases;
constexpr std::size_t kCommonPercent = 30;
constexpr std::size_t kEnvelopeChanges = 100;
constexpr std::size_t kHistoryBatch = 1000;
constexpr std::size_t kChangesPerOldCase = 10;
constexpr std::uint64_t kStartMs = 1'780'000'000'000;

template <class Id>
Id Numbered(std::uint8_t kind, std::uint64_t number) {
  ByteArray<Id::kSize> bytes{};
  bytes[0] = kind;
  for (std::size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return Id::FromArray(bytes);
}

// A person at a laptop, with what they know of each register that they may overwrite.
class Writer {
 public:
  explicit Writer(std::uint64_t number)
      : device_(Numbered<DeviceId>(1, number)), replica_(Numbered<ReplicaId>(2, number)) {}

  [[nodiscard]] const DeviceId& device() const { return device_; }

  // As after a sync: what only one of them wrote since the last is what both know; what both wrote
  // stands side by side.
  static void Exchange(Writer& a, Writer& b) {
    for (const auto& [place, dots] : b.known_) a.known_.try_emplace(place);
    for (auto& [place, dots] : a.known_) {
      std::vector<Dot>& other = b.known_[place];
      const std::vector<Dot>& before = a.shared_[place];
      if (dots == before) {
        dots = other;
      } else if (other != before) {
        dots.insert(dots.end(), other.begin(), other.end());
      }
      other = dots;
    }
    a.shared_ = a.known_;
  }

  Change Write(std::size_t case_number, std::size_t field_number) {
    const RecordId record = Numbered<RecordId>(3, case_number);
    const FieldId field{static_cast<std::uint32_t>(1 + field_number % 11)};
    Change change{Dot{replica_, ++counter_}, Hlc::Of(kStartMs + counter_, 0), device_, record, {}};
    FieldWrite write{field, {}, Value::Text("valeur " + std::to_string(counter_)), {}};
    std::vector<Dot>& before = known_[{case_number, field_number % 11}];
    write.overwritten = std::exchange(before, {change.dot});
    change.records.push_back(RecordWrite{record, kCase, {std::move(write)}});
    return change;
  }

 private:
  DeviceId device_;
  ReplicaId replica_;
  std::uint64_t counter_ = 0;
  using Known = std::map<std::pair<std::size_t, std::size_t>, std::vector<Dot>>;
  Known known_;
  Known shared_;  // at the last exchange
};

// One store with its history, and two colleagues who work on in it.
class Office {
 public:
  static Result<std::unique_ptr<Office>> Make(const std::string& folder, std::size_t history) {
    std::filesystem::create_directories(folder);
    const std::string path = folder + "/" + std::to_string(history) + ".db";
    std::filesystem::remove(path);
    std::unique_ptr<Office> office(new Office(path, history));
    SACOCHE_ASSIGN(office->store_, Store::Open(path));
    SACOCHE_TRY(office->MakeHistory());
    return office;
  }

  // A month: both work for themselves, then the colleague's changes arrive. Gives the seconds that
  // merging those took.
  Result<double> Month() {
    // A morning: what was in the cache yesterday is not in it now.
    store_.reset();
    SACOCHE_ASSIGN(store_, Store::Open(path_));
    Committer committer(store_.get(), &BenchSchema());
    {
      SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
      Committer::WrittenRecords written;
      for (const Change& change : MonthOf(mine_, kCommonCases))
        SACOCHE_TRY(committer.ApplySalvaged(space_, change, Origin::kLocal, written));
      SACOCHE_TRY(committer.DeriveAll(written));
      SACOCHE_TRY(transaction.Commit());
    }
    const std::vector<Change> arriving = MonthOf(theirs_, kCommonCases + kOwnCases);
    const ResourceUsage usage;
    SACOCHE_TRY(Pull(committer, arriving, theirs_, kEnvelopeChanges));
    const double seconds = usage.wall_s();
    Writer::Exchange(mine_, theirs_);
    return seconds;
  }

  [[nodiscard]] std::size_t history() const { return history_; }
  [[nodiscard]] Result<std::uint64_t> Conflicts() { return store_->records().CountConflicts(); }
  [[nodiscard]] std::uint64_t Megabytes() const {
    return std::filesystem::file_size(path_) / 1'000'000;
  }

 private:
  Office(std::string path, std::size_t history) : path_(std::move(path)), history_(history) {}

  // The cases at work first, then those of the years before, ten changes each.
  Status MakeHistory() {
    Committer committer(store_.get(), &BenchSchema());
    std::vector<Change> batch;
    for (std::size_t i = 0; i < history_; ++i) {
      const std::size_t old = i < kCases ? 0 : (i - kCases) / kChangesPerOldCase;
      batch.push_back(theirs_.Write(i < kCases ? i : kCases + old, i));
      if (batch.size() < kHistoryBatch && i + 1 < history_) continue;
      SACOCHE_TRY(Pull(committer, batch, theirs_, kHistoryBatch));
      batch.clear();
    }
    Writer::Exchange(mine_, theirs_);
    return {};
  }

  std::vector<Change> MonthOf(Writer& writer, std::size_t first_own) {
    std::vector<Change> month;
    for (std::size_t i = 0; i < kEdits; ++i) {
      const bool common = i * kCommonPercent % 100 < kCommonPercent;
      const std::size_t place = common ? i % kCommonCases : first_own + i % kOwnCases;
      month.push_back(writer.Write(place, i / 7 + months_));
    }
    ++months_;
    return month;
  }

  Status Pull(Committer& committer, const std::vector<Change>& changes, const Writer& from,
              std::size_t envelope_changes) {
    for (std::size_t i = 0; i < changes.size(); i += envelope_changes) {
      const std::size_t end = std::min(changes.size(), i + envelope_changes);
      const std::vector<Change> envelope(changes.begin() + static_cast<std::ptrdiff_t>(i),
                                         changes.begin() + static_cast<std::ptrdiff_t>(end));
      ++server_seq_;
      SACOCHE_TRY(committer.CommitPulled(space_, envelope,
                                         {.server_seq = server_seq_,
                                          .device = from.device(),
                                          .chain = ChainHead{server_seq_, {}}}));
    }
    return {};
  }

  std::string path_;
  std::size_t history_;
  std::unique_ptr<Store> store_;
  const SpaceId space_ = Numbered<SpaceId>(4, 1);
  Writer mine_{1};
  Writer theirs_{2};
  std::uint64_t server_seq_ = 0;
  std::size_t months_ = 0;
};

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Status Measure(const std::string& folder, const std::vector<std::size_t>& histories,
               std::size_t rounds) {
  std::vector<std::unique_ptr<Office>> offices;
  for (const std::size_t history : histories) {
    SACOCHE_ASSIGN(auto office, Office::Make(folder, history));
    offices.push_back(std::move(office));
  }
  // Interleaved: what else the machine does meets all of them.
  std::vector<std::vector<double>> seconds(offices.size());
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < offices.size(); ++i) {
      SACOCHE_ASSIGN(const double month, offices[i]->Month());
      seconds[i].push_back(month);
    }
  const double smallest = Median(seconds.front());
  std::cout << "  history      MB  conflicts  seconds   ratio\n" << std::fixed;
  for (std::size_t i = 0; i < offices.size(); ++i) {
    SACOCHE_ASSIGN(const std::uint64_t conflicts, offices[i]->Conflicts());
    const double median = Median(seconds[i]);
    std::cout << std::setw(9) << offices[i]->history() << std::setw(8) << offices[i]->Megabytes()
              << std::setw(11) << conflicts << std::setprecision(3) << std::setw(9) << median
              << std::setprecision(2) << std::setw(8) << median / smallest << std::endl;
  }
  return {};
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Measures what merging a month of a colleague's work costs, by the length of the "
      "history that is there"};
  std::string folder;
  std::vector<std::size_t> histories{1000, 10'000, 100'000, 1'000'000};
  std::size_t rounds = 5;
  app.add_option("--folder", folder, "where the stores are made, about 1 KB for a change")
      ->required();
  app.add_option("--histories", histories, "lengths in changes, the reference first");
  app.add_option("--rounds", rounds, "months; the median counts")->check(CLI::Range(1, 100));
  CLI11_PARSE(app, argc, argv);
  const Status status = Measure(folder, histories, rounds);
  if (status) return 0;
  std::cerr << "sacoche-merge-bench: " << status.error().message << ". " << status.error().advice
            << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::bench

int main(int argc, char** argv) { return sacoche::bench::Main(argc, argv); }
