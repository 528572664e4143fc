#include "engine/casework/age_band.h"

#include <algorithm>
#include <array>

namespace sacoche::casework {
namespace {

constexpr std::string_view kUnknownBand = "NSP";
constexpr int kAgeMax = 125;

struct Band {
  int first_age;
  std::string_view code;
};

constexpr std::array<Band, 8> kBands = {{{0, "0-5"},
                                         {6, "6-12"},
                                         {13, "13-17"},
                                         {18, "18-25"},
                                         {26, "26-40"},
                                         {41, "41-60"},
                                         {61, "61-74"},
                                         {75, "75+"}}};

bool HasMonth(const Date& date) { return date.precision >= Date::Precision::kMonth; }
bool HasDay(const Date& date) { return date.precision == Date::Precision::kDay; }

bool HadBirthday(const Date& opening, const Date& birth) {
  if (!HasMonth(opening) || !HasMonth(birth)) return true;
  if (opening.month_or_season != birth.month_or_season)
    return opening.month_or_season > birth.month_or_season;
  return !HasDay(opening) || !HasDay(birth) || opening.day >= birth.day;
}

}  // namespace

std::string_view AgeBandAt(const Date& opening, const Date& birth) {
  constexpr auto kUnknown = Date::Precision::kUnknown;
  if (opening.precision == kUnknown || birth.precision == kUnknown) return kUnknownBand;
  const int age = opening.year - birth.year - (HadBirthday(opening, birth) ? 0 : 1);
  if (age < 0 || age > kAgeMax) return kUnknownBand;
  const auto above = std::ranges::upper_bound(kBands, age, {}, &Band::first_age);
  return std::prev(above)->code;
}

}  // namespace sacoche::casework
