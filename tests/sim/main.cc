#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/sim/run.h"

// sim: the deterministic simulation (README.md). Exit status 1 if an invariant was broken.
namespace sacoche::sim {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Arguments {
  RunOptions run;
  double minutes = 0;
  std::uint64_t runs = 0;
  unsigned jobs = 1;
  bool minimises = true;
};

void Print(const Counters& counters, double seconds) {
  nlohmann::ordered_json json = {
      {"runs", counters.runs},     {"steps", counters.steps},       {"edits", counters.edits},
      {"syncs", counters.syncs},   {"requests", counters.requests}, {"commits", counters.commits()},
      {"faults", counters.faults}, {"checks", counters.checks},     {"seconds", seconds}};
  std::cout << json.dump(2) << std::endl;
}

int Fail(const Arguments& arguments, const RunOptions& run, const Outcome& outcome) {
  std::cout << "seed " << run.seed << " breaks invariant " << NameOf(outcome.violation->invariant)
            << " after " << outcome.counters.steps << " steps: " << outcome.violation->what
            << "\nreplay: sim --seed " << run.seed << " --steps " << run.steps << std::endl;
  if (!arguments.minimises) return 1;
  const auto steps = Minimise(run);
  RunOptions traced = run;
  traced.traces = true;
  const Outcome small = Run(traced, steps);
  std::cout << steps.size() << " of its steps break it too:\n" << small.trace;
  if (small.violation) std::cout << "-> " << small.violation->what << std::endl;
  return 1;
}

int RunOne(const Arguments& arguments) {
  RunOptions options = arguments.run;
  options.traces = true;
  const auto begin = SteadyClock::now();
  const Outcome outcome = Run(options);
  std::cout << outcome.trace;
  if (outcome.violation) return Fail(arguments, arguments.run, outcome);
  Print(outcome.counters, std::chrono::duration<double>(SteadyClock::now() - begin).count());
  return 0;
}

// Seeds from the first on, every jobs-th, until the time or the number of runs is over.
int RunMany(const Arguments& arguments, unsigned job, Counters& total) {
  const auto end = SteadyClock::now() + std::chrono::duration<double, std::ratio<60>>(
                                            arguments.runs > 0 ? 1e6 : arguments.minutes);
  for (std::uint64_t i = job; SteadyClock::now() < end; i += arguments.jobs) {
    if (arguments.runs > 0 && i >= arguments.runs) break;
    RunOptions run = arguments.run;
    run.seed += i;
    const Outcome outcome = Run(run);
    total.Add(outcome.counters);
    if (outcome.violation) return Fail(arguments, run, outcome);
  }
  return 0;
}

int RunJobs(const Arguments& arguments) {
  const auto begin = SteadyClock::now();
  const auto job = [&](unsigned number) {
    Counters total;
    const int result = RunMany(arguments, number, total);
    Print(total, std::chrono::duration<double>(SteadyClock::now() - begin).count());
    return result;
  };
  if (arguments.jobs == 1) return job(0);
  for (unsigned number = 0; number < arguments.jobs; ++number)
    if (fork() == 0) _exit(job(number));
  int result = 0;
  for (unsigned number = 0; number < arguments.jobs; ++number) {
    int status = 0;
    if (wait(&status) < 0 || status != 0) result = 1;
  }
  return result;
}

}  // namespace
}  // namespace sacoche::sim

int main(int argc, char** argv) {
  sacoche::sim::Arguments arguments;
  CLI::App app("Hunts for edits that get lost: the engine and the server in a simulation");
  app.add_option("--seed", arguments.run.seed, "of the run, or of the first of many");
  app.add_option("--steps", arguments.run.steps, "of each run");
  app.add_option("--devices", arguments.run.devices, "2 to 8; drawn from the seed unless told");
  app.add_option("--spaces", arguments.run.spaces, "1 to 3; drawn from the seed unless told");
  app.add_option("--minutes", arguments.minutes, "run seed after seed for so long");
  app.add_option("--runs", arguments.runs, "run so many seeds");
  app.add_option("--jobs", arguments.jobs, "processes that share the seeds")
      ->check(CLI::Range(1, 64));
  app.add_flag("!--no-minimise", arguments.minimises, "do not look for fewer steps");
  CLI11_PARSE(app, argc, argv);
  if (arguments.minutes > 0 || arguments.runs > 0) return sacoche::sim::RunJobs(arguments);
  return sacoche::sim::RunOne(arguments);
}
