#pragma once

#include "platform/base/paper_groups.h"

namespace sacoche {

// The code on paper that opens a store whose passphrase is forgotten: 140 random bits, as seven
// groups of five letters (platform/base/paper_groups.h).
inline constexpr PaperForm kRecoveryCodeForm{.name = "recovery code", .groups = 7};

struct RecoveryCode {
  SecretBytes secret;  // what a key slot is made from: the bits, and 4 zero bits
  SecretBytes text;    // what is printed, with dashes

  static RecoveryCode Generate();
};

// The secret of a code as somebody typed it. kInvalidInput names the groups that are mistyped, or
// says how many letters were expected.
[[nodiscard]] Result<SecretBytes> ParseRecoveryCode(ByteView typed);

}  // namespace sacoche
