#include "tests/sim/seeded_libraries.h"

#include <dlfcn.h>
#include <sodium.h>
#include <sqlite3.h>

#include <array>
#include <cstdlib>
#include <set>

#include "tests/sim/choices.h"

namespace sacoche::sim {
namespace {

// Of a signature, a message and a public key.
using SignatureName = std::array<unsigned char, crypto_generichash_BYTES>;

std::set<SignatureName>& Signed() {
  static std::set<SignatureName> made;
  return made;
}

SignatureName NameOf(const unsigned char* signature, const unsigned char* message,
                     unsigned long long size, const unsigned char* public_key) {
  SignatureName name;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, name.size());
  crypto_generichash_update(&state, signature, crypto_sign_BYTES);
  crypto_generichash_update(&state, public_key, crypto_sign_PUBLICKEYBYTES);
  crypto_generichash_update(&state, message, size);
  crypto_generichash_final(&state, name.data(), name.size());
  return name;
}

}  // namespace
}  // namespace sacoche::sim

// Guarded memory costs system calls for each key, a fifth of a run's time, and protects nothing
// here. tests/platform/secret_bytes_test.cc tests it.
extern "C" {
void* sodium_malloc(std::size_t size) { return std::malloc(size); }
void sodium_free(void* data) { std::free(data); }

// What was signed in this process verifies, and eight laptops and the server ask for it again and
// again; the arithmetic is done for everything else. A forged or damaged signature is not among
// what was signed, and is refused as ever.
int crypto_sign_detached(unsigned char* signature, unsigned long long* signature_size,
                         const unsigned char* message, unsigned long long size,
                         const unsigned char* secret_key) {
  static const auto sign =
      reinterpret_cast<decltype(&crypto_sign_detached)>(dlsym(RTLD_NEXT, "crypto_sign_detached"));
  const int result = sign(signature, signature_size, message, size, secret_key);
  // libsodium keeps the public key behind the seed.
  const unsigned char* public_key = secret_key + crypto_sign_SEEDBYTES;
  // Forgetting costs time only.
  if (sacoche::sim::Signed().size() > 100'000) sacoche::sim::Signed().clear();
  if (result == 0)
    sacoche::sim::Signed().insert(sacoche::sim::NameOf(signature, message, size, public_key));
  return result;
}

int crypto_sign_verify_detached(const unsigned char* signature, const unsigned char* message,
                                unsigned long long size, const unsigned char* public_key) {
  static const auto verify = reinterpret_cast<decltype(&crypto_sign_verify_detached)>(
      dlsym(RTLD_NEXT, "crypto_sign_verify_detached"));
  if (sacoche::sim::Signed().contains(sacoche::sim::NameOf(signature, message, size, public_key)))
    return 0;
  return verify(signature, message, size, public_key);
}
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
