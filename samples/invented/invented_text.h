#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace sacoche::invented {

// Names, places and sentences of casework that never happened, in French, for demonstrations,
// measurements and tests. One seed, one text. No real person's data goes in.
class InventedText {
 public:
  explicit InventedText(std::uint64_t seed) : engine_(seed) {}

  // 0 to bound - 1. The engine is the standard's; the reduction is ours, so that every platform
  // gets the same numbers.
  std::uint64_t Below(std::uint64_t bound) { return engine_() % bound; }
  bool Chance(unsigned percent) { return Below(100) < percent; }

  template <class Item, std::size_t N>
  const Item& Pick(const Item (&items)[N]) {
    return items[Below(N)];
  }

  std::string LastName();
  std::string FirstName();
  std::string Commune();
  std::string CommuneCode();  // INSEE, of invented places: 99001 to 99040
  std::string Unit();
  std::string Phone();
  std::string Address();
  // ISO, around the spring of 2026: `days_min` to `days_max` from the 2nd of March.
  std::string Day(int days_min, int days_max);

  std::string Sentence();
  // Whole sentences, about that many characters.
  std::string Text(std::size_t characters_min, std::size_t characters_max);

  // 16 bytes as a UUID of version 4.
  std::string Uuid();

 private:
  std::string Filled(std::string_view pattern);

  std::mt19937_64 engine_;
};

}  // namespace sacoche::invented
