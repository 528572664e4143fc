#pragma once

#include <compare>
#include <string>
#include <variant>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace sacoche {

// A date as people know it: "in the autumn of 2019" is a date too.
struct Date {
  // Never renumbered.
  enum class Precision : std::uint8_t {
    kUnknown = 0,
    kYear = 1,
    kSeason = 2,
    kMonth = 3,
    kDay = 4
  };
  // Meteorological seasons; winter belongs to the year in which it ends.
  enum Season : std::uint8_t { kWinter = 1, kSpring = 2, kSummer = 3, kAutumn = 4 };

  Precision precision = Precision::kUnknown;
  std::uint16_t year = 0;            // 1 to 9999
  std::uint8_t month_or_season = 0;  // month 1 to 12, or a Season
  std::uint8_t day = 0;

  auto operator<=>(const Date&) const = default;
};

// Accepts 2026-03-02, 2026-03, 2026-hiver|printemps|ete|automne, 2026, inconnue. A day that the
// calendar does not have is refused.
[[nodiscard]] Result<Date> ParseDate(std::string_view text);
[[nodiscard]] std::string FormatDate(const Date& date);
[[nodiscard]] bool IsValid(const Date& date);

// The code of a closed list's entry. Codes are fixed, labels are not stored.
struct Code {
  std::string text;
  auto operator<=>(const Code&) const = default;
};

struct Value;
using ValueList = std::vector<Value>;

// What a field may hold. The order of the alternatives is their number in every format: never
// changed, only added to.
struct Value {
  using Variant = std::variant<std::monostate,  // 0: nothing: cleared, or an element taken out
                               std::string,     // 1: text, UTF-8
                               std::int64_t,    // 2: integer
                               Date,            // 3
                               Code,            // 4
                               RecordId,        // 5: a reference to another record
                               bool,            // 6: a flag; true: an element is present
                               ValueList,  // 7: only in an edit: fields store elements one by one
                               Bytes>;     // 8: what a policy writes and reads: an edit of a text
  Variant v;

  static Value Nothing() { return {}; }
  static Value Text(std::string text) { return {std::move(text)}; }
  static Value Integer(std::int64_t number) { return {number}; }
  static Value OfDate(Date date) { return {date}; }
  static Value OfCode(std::string code) { return {Code{std::move(code)}}; }
  static Value Reference(RecordId id) { return {id}; }
  static Value Flag(bool flag) { return {flag}; }
  static Value List(ValueList list) { return {std::move(list)}; }
  static Value Opaque(Bytes bytes) { return {std::move(bytes)}; }

  [[nodiscard]] bool empty() const { return std::holds_alternative<std::monostate>(v); }
  template <class T>
  [[nodiscard]] const T* As() const {
    return std::get_if<T>(&v);
  }
  [[nodiscard]] bool is_true() const {
    const bool* flag = As<bool>();
    return flag != nullptr && *flag;
  }

  friend bool operator==(const Value& a, const Value& b);
  friend std::strong_ordering operator<=>(const Value& a, const Value& b);
};

}  // namespace sacoche
