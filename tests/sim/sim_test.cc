#include <gtest/gtest.h>

#include <random>

#include "tests/sim/run.h"

// The simulation in miniature: `sim --minutes` is the hunt.
namespace sacoche::sim {
namespace {

constexpr std::uint64_t kFixedSeeds = 20;
constexpr std::uint64_t kFreshSeeds = 4;
constexpr std::uint64_t kSteps = 400;

void ExpectWhole(const RunOptions& options) {
  const Outcome outcome = sim::Run(options);
  if (!outcome.violation) return;
  ADD_FAILURE() << "sim --seed " << options.seed << " --steps " << options.steps
                << " breaks invariant " << NameOf(outcome.violation->invariant) << ": "
                << outcome.violation->what;
}

TEST(Sim, FixedSeedsBreakNoInvariant) {
  for (std::uint64_t seed = 1; seed <= kFixedSeeds; ++seed)
    ExpectWhole({.seed = seed, .steps = kSteps});
}

TEST(Sim, FreshSeedsBreakNoInvariant) {
  std::random_device fresh;
  for (std::uint64_t i = 0; i < kFreshSeeds; ++i) ExpectWhole({.seed = fresh(), .steps = kSteps});
}

TEST(Sim, OneSeedGivesOneTraceByteForByte) {
  const RunOptions options{.seed = 42, .steps = kSteps, .traces = true};
  const Outcome first = sim::Run(options);
  const Outcome second = sim::Run(options);
  EXPECT_GT(first.trace.size(), 1000U);
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_NE(first.trace, sim::Run({.seed = 43, .steps = kSteps, .traces = true}).trace);
}

TEST(Sim, AStepStaysTheSameWhenOthersAreRemoved) {
  RunOptions options{.seed = 7, .steps = 40, .devices = 3, .spaces = 1};
  const Outcome outcome = sim::Run(options, {3, 9, 10, 11, 25, 31, 38});
  EXPECT_FALSE(outcome.violation) << outcome.violation->what;
  EXPECT_EQ(outcome.counters.steps, 7U);
}

// The disk that everything rests on: it can lose what it must be able to lose.
TEST(SimDisk, APowerCutLosesWhatWasNotSyncedAndNothingElse) {
  SimDisk disk;
  const auto database = Database::Open({.path = "a.db", .vfs = disk.vfs_name()});
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->Execute("CREATE TABLE t(x); INSERT INTO t VALUES(1)"));
  const SimDisk::Files before = disk.Copy();
  ASSERT_TRUE((*database)->Execute("PRAGMA synchronous=OFF; INSERT INTO t VALUES(2)"));
  EXPECT_NE(disk.Copy(), before);
  Choices choices(1);
  disk.Restart(SimDisk::Kept::kNothing, choices);
  EXPECT_EQ(disk.Copy(), before);
}

}  // namespace
}  // namespace sacoche::sim
