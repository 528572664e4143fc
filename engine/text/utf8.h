#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace sacoche {

// Positions and lengths in this room count Unicode code points, so nothing ever splits one.

// kInvalidInput unless it is well-formed UTF-8 (RFC 3629) without U+0000.
[[nodiscard]] Result<std::u32string> CodePointsOf(std::string_view utf8);

void AppendUtf8(std::string& utf8, std::u32string_view code_points);
[[nodiscard]] std::string Utf8Of(std::u32string_view code_points);

// A scalar value other than U+0000: what CodePointsOf can give.
[[nodiscard]] constexpr bool IsCharacter(char32_t c) {
  return c != 0 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

}  // namespace sacoche
