#include <sys/stat.h>

#include <chrono>
#include <random>

#include "tests/system/bench_run.h"

// kill -9 of the client and of the server at random moments of a whole run: nothing that was
// acknowledged is lost, nothing is doubled.
namespace sacoche {
namespace {

constexpr int kKillsMin = 50;
constexpr int kServerKillsMin = 10;

class KilledRun {
 public:
  KilledRun() : run_("40", "4"), random_(seed_) {
    const std::string fifo = acknowledgements();
    EXPECT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  }

  void Play() {
    for (const BenchRun::Phase& phase : run_.Phases()) {
      for (const std::string& device : phase.devices) Apply(device, phase.name);
      for (const std::string& device : phase.syncs) Sync(device);
    }
    // How many of the kills hit a sync depends on the machine: syncs are repeated until it is
    // enough.
    const std::string device = run_.Phases().back().syncs.back();
    for (int extra = 0; server_kills_ < kServerKillsMin && extra < 100; ++extra) Sync(device);
  }

  void Check() {
    run_.ExpectTheModelsOutcomeEverywhere();
    EXPECT_GE(client_kills_ + server_kills_, kKillsMin) << Summary();
    EXPECT_GE(server_kills_, kServerKillsMin) << Summary();
    std::cout << Summary() << std::endl;
  }

 private:
  [[nodiscard]] std::string acknowledgements() const { return run_.folder / "acknowledged"; }

  [[nodiscard]] std::string Summary() const {
    return "seed " + std::to_string(seed_) + ": " + std::to_string(client_kills_) +
           " kills of the client, " + std::to_string(server_kills_) + " of the server";
  }

  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  // Kills the client after some acknowledged operations, and goes on behind the last of these: if
  // it was not durable, the outcome lacks it.
  void Apply(const std::string& device, const std::string& phase) {
    std::size_t done = 0;
    while (true) {
      auto command = run_.ApplyCommand(device, phase);
      command.insert(command.end(),
                     {"--skip", std::to_string(done), "--acknowledge", acknowledgements()});
      Process client({command, run_.folder / "out", run_.folder / "errors"});
      const std::size_t wanted = 1 + Below(8);
      std::size_t heard = 0;
      std::ifstream from_client(acknowledgements());
      std::string line;
      while (std::getline(from_client, line))
        if (++heard == wanted) client.Signal(SIGKILL);
      done += heard;
      const Process::Exit exit = client.Wait();
      if (exit.status == 0) return;
      ASSERT_EQ(exit.signal, SIGKILL) << ReadTextFile(run_.folder / "errors");
      ++client_kills_;
    }
  }

  // Until one sync goes through unharmed; those before are killed after a random while, on the side
  // whose turn it is.
  void Sync(const std::string& device) {
    for (int attempt = 0;; ++attempt) {
      const bool spare = attempt >= 4;
      const auto began = std::chrono::steady_clock::now();
      Process client({run_.SyncCommand(device), run_.folder / "out", run_.folder / "errors"});
      pollfd ended{client.pidfd(), POLLIN, 0};
      if (!spare && poll(&ended, 1, static_cast<int>(Below(sync_ms_))) == 0) {
        client_is_next_ = !client_is_next_;
        if (client_is_next_) {
          client.Signal(SIGKILL);
          client_kills_ += client.Wait().signal == SIGKILL ? 1 : 0;
        } else {
          run_.server.Kill();
          ++server_kills_;
          client.Wait();
          run_.server.Start();
        }
        continue;
      }
      const Process::Exit exit = client.Wait();
      if (exit.status == 0) {
        using std::chrono::milliseconds;
        const auto took = std::chrono::steady_clock::now() - began;
        sync_ms_ = 1 + std::chrono::duration_cast<milliseconds>(took).count();
        return;
      }
      ASSERT_LT(attempt, 8) << ReadTextFile(run_.folder / "errors");
    }
  }

  const std::uint64_t seed_ = std::random_device{}();
  BenchRun run_;
  std::mt19937_64 random_;
  // What the last unharmed sync took: the kills fall before, into and after the work.
  std::uint64_t sync_ms_ = 250;
  bool client_is_next_ = false;
  int client_kills_ = 0;
  int server_kills_ = 0;
};

TEST(Kill, NothingAcknowledgedIsLostAndNothingIsDoubled) {
  KilledRun run;
  run.Play();
  run.Check();
}

}  // namespace
}  // namespace sacoche
