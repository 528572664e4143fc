#pragma once

#include <string>

#include "platform/base/result.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

enum class PassphraseUse {
  kOpen,    // asked once
  kCreate,  // asked twice, so that nobody locks himself out by a slip
};

inline constexpr std::size_t kPassphraseBytesMax = 1024;

// The first line of `file` if one is named, else the environment's SACOCHE_PASSPHRASE (which is
// wiped there), else what is typed on the terminal without echo. kInvalidInput if there is none.
[[nodiscard]] Result<SecretBytes> ReadPassphrase(const std::string& file, PassphraseUse use);

}  // namespace sacoche
