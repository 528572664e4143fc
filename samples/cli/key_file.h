#pragma once

#include <string>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace sacoche {

// Writes a file that is not there yet, for its owner only, and has it on the disk when it returns.
// kAlreadyExists leaves the one that is there as it is: another organisation's key may be in it.
[[nodiscard]] Status WriteNewKeyFile(const std::string& path, ByteView content);

}  // namespace sacoche
