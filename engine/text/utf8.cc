#include "engine/text/utf8.h"

#include <cstdint>

namespace sacoche {
namespace {

constexpr char32_t kMalformed = 0;

// How many bytes follow, which bits of the first count, and the least value that needs so many.
struct Sequence {
  std::size_t following = 0;
  std::uint8_t mask = 0;
  char32_t value_min = 0;
};

bool SequenceOf(std::uint8_t first, Sequence& sequence) {
  if (first < 0x80) {
    sequence = {0, 0x7f, 1};
  } else if ((first & 0xe0) == 0xc0) {
    sequence = {1, 0x1f, 0x80};
  } else if ((first & 0xf0) == 0xe0) {
    sequence = {2, 0x0f, 0x800};
  } else if ((first & 0xf8) == 0xf0) {
    sequence = {3, 0x07, 0x10000};
  } else {
    return false;
  }
  return true;
}

// Takes one code point off `rest`.
char32_t TakeCodePoint(std::string_view& rest) {
  Sequence sequence;
  const auto first = static_cast<std::uint8_t>(rest[0]);
  if (!SequenceOf(first, sequence) || rest.size() <= sequence.following) return kMalformed;
  char32_t value = first & sequence.mask;
  for (std::size_t i = 1; i <= sequence.following; ++i) {
    const auto byte = static_cast<std::uint8_t>(rest[i]);
    if ((byte & 0xc0) != 0x80) return kMalformed;
    value = value << 6 | (byte & 0x3f);
  }
  if (value < sequence.value_min || !IsCharacter(value)) return kMalformed;
  rest.remove_prefix(sequence.following + 1);
  return value;
}

}  // namespace

Result<std::u32string> CodePointsOf(std::string_view utf8) {
  std::u32string code_points;
  code_points.reserve(utf8.size());
  while (!utf8.empty()) {
    const char32_t c = TakeCodePoint(utf8);
    if (c == kMalformed)
      return Fail(ErrorCode::kInvalidInput, "the text is not well-formed UTF-8",
                  "Enter it again, or save it as UTF-8 first.");
    code_points.push_back(c);
  }
  return code_points;
}

void AppendUtf8(std::string& utf8, std::u32string_view code_points) {
  const auto put = [&utf8](char32_t bits) { utf8.push_back(static_cast<char>(bits)); };
  for (const char32_t c : code_points) {
    if (c < 0x80) {
      put(c);
      continue;
    }
    if (c < 0x800) {
      put(0xc0 | c >> 6);
    } else {
      if (c < 0x10000) {
        put(0xe0 | c >> 12);
      } else {
        put(0xf0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3f));
      }
      put(0x80 | (c >> 6 & 0x3f));
    }
    put(0x80 | (c & 0x3f));
  }
}

std::string Utf8Of(std::u32string_view code_points) {
  std::string utf8;
  utf8.reserve(code_points.size());
  AppendUtf8(utf8, code_points);
  return utf8;
}

}  // namespace sacoche
