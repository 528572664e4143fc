#pragma once

#include <map>

#include "engine/store/store.h"

namespace sacoche {

// kFree: nothing is paid by the byte there, and nothing limited. kMetered: or it is not known.
enum class LineCost { kMetered, kFree };

// How much of a metered line synchronising may take by itself. What somebody asks for is never
// held back.
struct ByteBudget {
  std::optional<std::uint64_t> day;  // bytes; nothing: as much as there is
  std::optional<std::uint64_t> month;

  bool operator==(const ByteBudget&) const = default;
};

// What the syncs took of metered lines, by days, and what they may take. Days and months are those
// of UTC: a count for a plan of data, and not a clock. Times are milliseconds since 1970.
struct Traffic {
  static constexpr std::size_t kDaysKept = 62;  // two months

  std::map<std::uint64_t, std::uint64_t> bytes_by_day;  // by the days since 1970
  ByteBudget budget;

  void Add(std::uint64_t now_ms, std::uint64_t bytes);

  struct Use {
    std::uint64_t today = 0;
    std::uint64_t this_month = 0;
    ByteBudget budget;

    [[nodiscard]] bool is_spent() const {
      return (budget.day && today >= *budget.day) || (budget.month && this_month >= *budget.month);
    }
    bool operator==(const Use&) const = default;
  };
  [[nodiscard]] Use At(std::uint64_t now_ms) const;

  bool operator==(const Traffic&) const = default;
};

[[nodiscard]] Result<Traffic> LoadTraffic(Store& store);
Status SaveTraffic(Store& store, const Traffic& traffic);

}  // namespace sacoche
