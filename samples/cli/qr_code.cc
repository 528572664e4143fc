#include "samples/cli/qr_code.h"

#include <qrencode.h>

#include <memory>

namespace sacoche {
namespace {

constexpr int kQuietModules = 4;
constexpr const char* kColours = "\033[97;40m";
constexpr const char* kNoColours = "\033[0m";

// Outside of the code everything is light.
bool IsDark(const QRcode& code, int row, int column) {
  if (row < 0 || column < 0 || row >= code.width || column >= code.width) return false;
  return (code.data[row * code.width + column] & 1) != 0;
}

// What is light is drawn, what is dark is left to the ground.
const char* HalfBlocks(bool is_upper_dark, bool is_lower_dark) {
  if (is_upper_dark) return is_lower_dark ? " " : "▄";
  return is_lower_dark ? "▀" : "█";
}

}  // namespace

Result<std::string> QrCodeText(std::string_view text, QrInk ink) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString(std::string(text).c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), QRcode_free);
  if (!code) return Fail(ErrorCode::kLimit, "the text is too long for a QR code");
  std::string drawn;
  for (int row = -kQuietModules; row < code->width + kQuietModules; row += 2) {
    if (ink == QrInk::kColoured) drawn += kColours;
    for (int column = -kQuietModules; column < code->width + kQuietModules; ++column)
      drawn += HalfBlocks(IsDark(*code, row, column), IsDark(*code, row + 1, column));
    if (ink == QrInk::kColoured) drawn += kNoColours;
    drawn += "\n";
  }
  return drawn;
}

}  // namespace sacoche
