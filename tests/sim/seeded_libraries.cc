#include "tests/sim/seeded_libraries.h"

#include <sodium.h>
#include <sqlite3.h>

#include <cstdlib>

#include "tests/sim/choices.h"

// Guarded memory costs system calls for each key, a fifth of a run's time, and protects nothing
// here. tests/platform/secret_bytes_test.cc tests it.
extern "C" {
void* sodium_malloc(std::size_t size) { return std::malloc(size); }
void sodium_free(void* data) { std::free(data); }
}

namespace sacoche::sim {
namespace {

std::uint64_t sodium_state = 1;

std::uint64_t NextNumber() { return Mix(sodium_state += 0x9e3779b97f4a7c15ULL); }

void FillBuffer(void* const buffer, const std::size_t size) {
  auto* bytes = static_cast<std::uint8_t*>(buffer);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (i % 8 == 0) number = NextNumber();
    bytes[i] = static_cast<std::uint8_t>(number >> (8 * (i % 8)));
  }
}

randombytes_implementation seeded = {[] { return "sacoche-sim"; },
                                     [] { return static_cast<std::uint32_t>(NextNumber()); },
                                     [] {},
                                     nullptr,
                                     FillBuffer,
                                     [] { return 0; }};

}  // namespace

void SeedLibraries(std::uint64_t seed) {
  static const bool installed = [] {
    SACOCHE_CHECK(randombytes_set_implementation(&seeded) == 0);
    return sodium_init() >= 0;
  }();
  SACOCHE_CHECK(installed);
  sodium_state = Mix(seed, 77);
  const int sqlite_seed = static_cast<int>(Mix(seed, 78) & 0x7fffffff) | 1;
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, sqlite_seed, nullptr);
}

}  // namespace sacoche::sim
