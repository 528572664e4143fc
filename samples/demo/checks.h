#pragma once

#include "samples/demo/laptop.h"

namespace sacoche::demo {

// The stores hold the same.
[[nodiscard]] Status CheckOneDigest(const std::vector<Laptop*>& laptops);

// Every laptop shows exactly so many open conflicts.
[[nodiscard]] Status CheckOpenConflicts(const std::vector<Laptop*>& laptops, std::size_t expected);

// The supervisor's laptop holds the follow-up of so many situations, and nothing else of them; the
// phrase of the notes is not found there.
[[nodiscard]] Status CheckSupervisor(Laptop& laptop, std::size_t situations,
                                     std::string_view phrase);

// The phrase stands in the laptop's notes, and in no file below `folder`, whole or in part of it
// that is longer than a word, in UTF-8 or UTF-16. Gives the bytes that were searched.
[[nodiscard]] Result<std::uint64_t> CheckCanary(Laptop& laptop, std::string_view phrase,
                                                const std::string& folder);

}  // namespace sacoche::demo
