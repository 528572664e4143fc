#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace sacoche {

// The text as a QR code of half blocks, two modules high, with the quiet zone that scanners need.
// kWhiteOnBlack is for whatever shows light letters on a dark ground, as most terminals do, and
// kColoured for a terminal that obeys colours, on any ground.
enum class QrInk { kWhiteOnBlack, kColoured };
[[nodiscard]] Result<std::string> QrCodeText(std::string_view text, QrInk ink);

}  // namespace sacoche
