#pragma once

#include "platform/base/result.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

// How a secret stands on paper, for a person to copy and to type again:
//
//   K7QMX-2BD9R-...   groups of five letters, Crockford's base 32 (no I, L, O, U)
//
// The first four letters of a group carry 20 bits, most significant first, and the fifth checks
// them: the sum, in GF(32) (x^5 + x^2 + 1), of each letter times a different power of x, plus the
// group's number, from 0. So one wrong letter, two neighbours exchanged, or two groups exchanged
// are found, and in which group.
struct PaperForm {
  std::string_view name;  // "recovery code", for the errors
  std::size_t groups = 0;
  std::size_t groups_per_line = groups;

  // A number of groups that does not end with a byte leaves the last bits of the last byte zero.
  [[nodiscard]] constexpr std::size_t bytes() const { return (groups * 20 + 7) / 8; }
};

// The check holds the number of a group in the five bits of a letter.
inline constexpr std::size_t kPaperGroupsMax = 32;

// The text of `secret`, of form.bytes() bytes: dashes between groups, line feeds between lines.
[[nodiscard]] SecretBytes WritePaperGroups(const PaperForm& form, ByteView secret);

// The form.bytes() bytes of a text as somebody typed it: small letters, spaces, missing dashes and
// the usual confusions (O for 0, I and L for 1) are understood. kInvalidInput names the groups that
// are mistyped, or says how many letters were expected.
[[nodiscard]] Result<SecretBytes> ReadPaperGroups(const PaperForm& form, ByteView typed);

// The beginning of `typed` with its first group, or all of it if it is shorter.
[[nodiscard]] ByteView FirstPaperGroup(ByteView typed);

}  // namespace sacoche
