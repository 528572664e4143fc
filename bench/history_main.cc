// Measures that a sync costs the server what is new, and not what is there: the same day of work,
// pushed by one laptop and read by another, over stores with histories of different lengths.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "bench/resource_usage.h"
#include "bench/server_laptop.h"
#include "engine/wire/wire_codec.h"
#include "platform/posix/system_clock.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "sync-server/sync_handler.h"

namespace sacoche::bench {
namespace {

constexpr std::size_t kEnvelopeBytes = 400;  // of one item: a handful of edits
constexpr std::size_t kDayEnvelopes = 10;
constexpr std::size_t kHistoryBatch = 1000;
constexpr std::size_t kDevices = 20;  // that share the history
constexpr std::uint64_t kPushBytes = 64 * 1024;

struct Cost {
  double seconds = 0;
  std::uint64_t bytes = 0;
  std::uint64_t pages = 0;
};

// A server with one space, its history, and two laptops that are up to date.
class Server {
 public:
  static Result<std::unique_ptr<Server>> Make(const std::string& folder, std::size_t history) {
    std::filesystem::create_directories(folder);
    const std::string path = folder + "/server-" + std::to_string(history) + ".db";
    for (const char* end : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(path + end);
    std::unique_ptr<Server> server(new Server(path, history));
    SACOCHE_TRY(server->Open());
    SACOCHE_TRY(server->Found());
    SACOCHE_TRY(server->MakeHistory());
    return server;
  }

  // A day: the one pushes, the other reads. `cold`: nothing of the store is in the cache.
  Result<Cost> Day(bool cold) {
    if (cold) SACOCHE_TRY(Open());
    const std::uint64_t pages = store_->pages_read();
    SACOCHE_ASSIGN(const KnownHistoryFrame known, Known());
    Bytes push = Begin(known);
    for (std::size_t i = 0; i < kDayEnvelopes; ++i)
      AppendFrame(
          push, PushFrame(EnvelopeFrame{laptops_[0].Next(space_, made_++, kEnvelopeBytes).bytes}));
    Cost cost;
    const ResourceUsage usage;
    SACOCHE_TRY(Sync(laptops_[0], push, cost));
    SACOCHE_TRY(Sync(laptops_[1], Begin(known), cost));
    cost.seconds = usage.cpu_s();
    cost.pages = store_->pages_read() - pages;
    return cost;
  }

  [[nodiscard]] std::size_t history() const { return history_; }
  [[nodiscard]] std::uint64_t Megabytes() const {
    return std::filesystem::file_size(path_) / 1'000'000;
  }

 private:
  Server(std::string path, std::size_t history) : path_(std::move(path)), history_(history) {
    for (std::uint8_t number = 1; number <= kDevices; ++number) laptops_.emplace_back(number);
  }

  Status Open() {
    directory_.reset();
    store_.reset();
    SACOCHE_ASSIGN(store_, SqliteEnvelopeStore::Open(path_));
    SACOCHE_ASSIGN(directory_, ServerDirectory::Load(*store_, std::nullopt));
    return {};
  }

  Status Found() {
    ServerSpace space{space_, {}};
    for (ServerLaptop& laptop : laptops_) space.laptops.push_back(&laptop);
    SACOCHE_ASSIGN(const auto outcomes, directory_->Append(FoundOrganisation({space})));
    for (const ServerDirectory::Outcome& outcome : outcomes)
      if (outcome.problem) return Fail(ErrorCode::kRefused, "the bench's directory was refused");
    return {};
  }

  static NewEnvelope Kept(ServerLaptop::Made made) {
    return {made.header, made.manifest_hash, std::move(made.bytes), 1'780'000'000};
  }

  Status MakeHistory() {
    std::vector<NewEnvelope> batch;
    while (made_ < history_) {
      batch.push_back(Kept(laptops_[made_ % kDevices].Next(space_, made_, kEnvelopeBytes)));
      ++made_;
      if (batch.size() < kHistoryBatch && made_ < history_) continue;
      SACOCHE_TRY(store_->AppendEnvelopes(batch));
      batch.clear();
    }
    return {};
  }

  Result<KnownHistoryFrame> Known() {
    SACOCHE_ASSIGN(const std::uint64_t head, store_->Head(space_));
    SACOCHE_ASSIGN(const HistoryTag tag, store_->HistoryAt(space_, head));
    return KnownHistoryFrame{head, tag};
  }

  Bytes Begin(const KnownHistoryFrame& known) const {
    const std::uint64_t statements = directory_->directory().statement_count();
    Bytes push;
    AppendFrame(push, PushFrame(HelloFrame{statements}));
    AppendFrame(push,
                PushFrame(KnownDirectoryFrame{statements, *directory_->order().TagAt(statements)}));
    AppendFrame(push, PushFrame(CursorFrame{space_, known.sequence}));
    AppendFrame(push, PushFrame(known));
    return push;
  }

  Status Sync(const ServerLaptop& laptop, Bytes push, Cost& cost) {
    AppendFrame(push, PushFrame(PushEndFrame{}));
    SyncHandler handler({*store_, *directory_, clock_}, RequestSigner::Device(laptop.id()));
    const auto failed = [] {
      return Fail(ErrorCode::kRefused, "the server refused what the bench sent");
    };
    if (!handler.Feed(push) || !handler.FinishPush()) return failed();
    cost.bytes += push.size();
    while (true) {
      const auto chunk = handler.NextChunk();
      if (!chunk) return failed();
      cost.bytes += chunk->size();
      if (chunk->empty()) break;
    }
    const SyncCounts& counts = handler.counts();
    if (counts.envelopes_stored + counts.envelopes_sent != kDayEnvelopes) return failed();
    return {};
  }

  std::string path_;
  std::size_t history_;
  SystemClock clock_;
  const SpaceId space_ = Numbered<SpaceId>(2, 1);
  std::vector<ServerLaptop> laptops_;
  std::unique_ptr<SqliteEnvelopeStore> store_;
  std::unique_ptr<ServerDirectory> directory_;
  std::size_t made_ = 0;
};

template <class Value>
Value Median(std::vector<Value> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Costs {
  std::vector<double> seconds;
  std::vector<std::uint64_t> bytes;
  std::vector<std::uint64_t> pages;
};

Status Measure(const std::vector<std::unique_ptr<Server>>& servers, bool cold, std::size_t rounds) {
  std::vector<Costs> costs(servers.size());
  // Interleaved: what else the machine does meets all of them.
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < servers.size(); ++i) {
      SACOCHE_ASSIGN(const Cost cost, servers[i]->Day(cold));
      costs[i].seconds.push_back(cost.seconds);
      costs[i].bytes.push_back(cost.bytes);
      costs[i].pages.push_back(cost.pages);
    }
  const double smallest = Median(costs.front().seconds);
  std::cout << (cold ? "nothing in the cache\n" : "a server that runs\n")
            << "  history      MB   bytes   pages      ms   ratio\n"
            << std::fixed;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const double median = Median(costs[i].seconds);
    std::cout << std::setw(9) << servers[i]->history() << std::setw(8) << servers[i]->Megabytes()
              << std::setw(8) << Median(costs[i].bytes) << std::setw(8) << Median(costs[i].pages)
              << std::setprecision(3) << std::setw(8) << median * 1000 << std::setprecision(2)
              << std::setw(8) << median / smallest << std::endl;
  }
  return {};
}

Status MeasureAll(const std::string& folder, const std::vector<std::size_t>& histories,
                  std::size_t rounds) {
  std::vector<std::unique_ptr<Server>> servers;
  for (const std::size_t history : histories) {
    SACOCHE_ASSIGN(auto server, Server::Make(folder, history));
    servers.push_back(std::move(server));
  }
  SACOCHE_TRY(Measure(servers, true, std::min<std::size_t>(rounds, 20)));
  return Measure(servers, false, rounds);
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Measures what a day of work costs the server, pushed by one laptop and read by another, by "
      "the length of the history that is there. One request each; processor time"};
  std::string folder;
  std::vector<std::size_t> histories{1000, 10'000, 100'000, 1'000'000};
  std::size_t rounds = 200;
  app.add_option("--folder", folder, "where the stores are made, about 1 KB for an envelope")
      ->required();
  app.add_option("--histories", histories, "lengths in envelopes, the reference first");
  app.add_option("--rounds", rounds, "days; the median counts")->check(CLI::Range(1, 10'000));
  CLI11_PARSE(app, argc, argv);
  const Status status = MeasureAll(folder, histories, rounds);
  if (status) return 0;
  std::cerr << "sacoche-history-bench: " << status.error().message << ". " << status.error().advice
            << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::bench

int main(int argc, char** argv) { return sacoche::bench::Main(argc, argv); }
