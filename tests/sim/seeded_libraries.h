#pragma once

#include <cstdint>

namespace sacoche::sim {

// Makes the randomness inside libsodium (keys) and SQLite (salts of a WAL) follow from the seed,
// in this whole program. The first call must come before anything else uses libsodium.
void SeedLibraries(std::uint64_t seed);

}  // namespace sacoche::sim
