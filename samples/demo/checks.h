#pragma once

#include "samples/demo/laptop.h"

namespace sacoche::demo {

// The three stores hold the same.
[[nodiscard]] Status CheckOneDigest(const std::vector<Laptop*>& laptops);

// Every laptop shows exactly so many open conflicts.
[[nodiscard]] Status CheckOpenConflicts(const std::vector<Laptop*>& laptops, std::size_t expected);

// The phrase stands in the laptop's notes, and in no file below `folder`, whole or in part of it
// that is longer than a word, in UTF-8 or UTF-16. Gives the bytes that were searched.
[[nodiscard]] Result<std::uint64_t> CheckCanary(Laptop& laptop, std::string_view phrase,
                                                const std::string& folder);

}  // namespace sacoche::demo
