#include "engine/record/value.h"

#include <array>
#include <charconv>
#include <chrono>

namespace sacoche {
namespace {

constexpr std::array<std::string_view, 5> kSeasonNames = {"", "hiver", "printemps", "ete",
                                                          "automne"};
constexpr std::string_view kUnknownDate = "inconnue";

std::optional<unsigned> ParseNumber(std::string_view text, std::size_t digits) {
  if (text.size() != digits) return std::nullopt;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string Padded(unsigned number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

// Fills in what follows the year; false if it is neither a season, a month nor a day.
bool ParseAfterYear(std::string_view rest, Date& date) {
  for (std::uint8_t season = Date::kWinter; season <= Date::kAutumn; ++season) {
    if (rest != kSeasonNames[season]) continue;
    date.precision = Date::Precision::kSeason;
    date.month_or_season = season;
    return true;
  }
  const auto month = ParseNumber(rest.substr(0, 2), 2);
  if (!month) return false;
  date.month_or_season = static_cast<std::uint8_t>(*month);
  date.precision = Date::Precision::kMonth;
  if (rest.size() == 2) return true;
  const auto day = rest[2] == '-' ? ParseNumber(rest.substr(3), 2) : std::nullopt;
  if (!day) return false;
  date.day = static_cast<std::uint8_t>(*day);
  date.precision = Date::Precision::kDay;
  return true;
}

}  // namespace

bool IsValid(const Date& date) {
  const bool year_ok = date.year >= 1 && date.year <= 9999;
  switch (date.precision) {
    case Date::Precision::kUnknown:
      return date == Date{};
    case Date::Precision::kYear:
      return year_ok && date.month_or_season == 0 && date.day == 0;
    case Date::Precision::kSeason:
      return year_ok && date.month_or_season >= Date::kWinter &&
             date.month_or_season <= Date::kAutumn && date.day == 0;
    case Date::Precision::kMonth:
      return year_ok && date.month_or_season >= 1 && date.month_or_season <= 12 && date.day == 0;
    case Date::Precision::kDay:
      return year_ok && std::chrono::year_month_day(std::chrono::year(date.year),
                                                    std::chrono::month(date.month_or_season),
                                                    std::chrono::day(date.day))
                            .ok();
  }
  return false;
}

Result<Date> ParseDate(std::string_view text) {
  Date date;
  if (text == kUnknownDate) return date;
  const auto year = ParseNumber(text.substr(0, 4), 4);
  bool ok = year.has_value();
  if (ok) {
    date.year = static_cast<std::uint16_t>(*year);
    date.precision = Date::Precision::kYear;
    if (text.size() > 4)
      ok = text.size() >= 7 && text[4] == '-' && ParseAfterYear(text.substr(5), date);
  }
  if (!ok || !IsValid(date))
    return Fail(ErrorCode::kInvalidInput,
                "\"" + std::string(text.substr(0, 32)) + "\" is not a date",
                "Write 2026-03-02, 2026-03, 2026-printemps, 2026 or inconnue.");
  return date;
}

std::string FormatDate(const Date& date) {
  if (date.precision == Date::Precision::kUnknown) return std::string(kUnknownDate);
  std::string text = Padded(date.year, 4);
  if (date.precision == Date::Precision::kSeason)
    return text + '-' + std::string(kSeasonNames[date.month_or_season]);
  if (date.precision >= Date::Precision::kMonth) text += '-' + Padded(date.month_or_season, 2);
  if (date.precision == Date::Precision::kDay) text += '-' + Padded(date.day, 2);
  return text;
}

bool operator==(const Value& a, const Value& b) { return (a <=> b) == 0; }

std::strong_ordering operator<=>(const Value& a, const Value& b) {
  if (const auto kinds = a.v.index() <=> b.v.index(); kinds != 0) return kinds;
  const auto* list_a = std::get_if<ValueList>(&a.v);
  if (list_a != nullptr) {
    const auto& list_b = std::get<ValueList>(b.v);
    return std::lexicographical_compare_three_way(list_a->begin(), list_a->end(), list_b.begin(),
                                                  list_b.end());
  }
  return std::visit(
      [&]<class T>(const T& x) -> std::strong_ordering {
        if constexpr (std::is_same_v<T, ValueList>) {
          return std::strong_ordering::equal;
        } else {
          return x <=> std::get<T>(b.v);
        }
      },
      a.v);
}

}  // namespace sacoche
