#pragma once

#include <string>

#include "platform/base/result.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

// The code on paper that opens a store whose passphrase is forgotten:
//
//   K7QMX-2BD9R-...   seven groups of five letters, Crockford's base 32 (no I, L, O, U)
//
// The first four letters of a group carry 20 random bits, the fifth checks them: the sum, in GF(32)
// (x^5 + x^2 + 1), of each letter times a different power of x, plus the group's number. So one
// wrong letter, two neighbours exchanged, or two groups exchanged are found, and in which group.
inline constexpr std::size_t kRecoveryGroups = 7;
inline constexpr std::size_t kRecoverySecretBytes = 18;  // 140 bits and 4 zero bits

struct RecoveryCode {
  SecretBytes secret;  // what a key slot is made from
  SecretBytes text;    // what is printed, with dashes

  static RecoveryCode Generate();
};

// The secret of a code as somebody typed it: small letters, spaces, missing dashes and the usual
// confusions (O for 0, I and L for 1) are understood. kInvalidInput names the groups that are
// mistyped, or how many letters are missing.
[[nodiscard]] Result<SecretBytes> ParseRecoveryCode(ByteView typed);

}  // namespace sacoche
