#pragma once

#include "engine/membership/statement.h"

namespace sacoche {

// What two people compare over the telephone before a device is admitted:
//
//   phrase = word (" " word){5}                 words of phrase_words.h, in small letters
//   word n = bits 11n to 11n + 10 of the hash, the most significant of each byte first, as a number
//   hash   = HashFor("sacoche.phrase", organisation signing_key box_key)
//
// 66 bits. Whoever was given the invitation of another organisation shows another phrase.
// engine/seal/THREATS.md says why that many are enough.
inline constexpr std::size_t kPhraseLength = 6;           // words
inline constexpr std::size_t kPhraseTypedBytesMax = 256;  // of what ParsePhrase reads

struct ComparedKeys {
  SigningPublicKey organisation{};  // its root
  SigningPublicKey signing_key{};   // the device's
  BoxPublicKey box_key{};           // the device's
};

[[nodiscard]] std::string ComparisonPhrase(const ComparedKeys& keys);

// The phrase that a person meant who typed it as it was heard: capitals and accents do not count,
// anything but letters and digits stands between two words, and of a word its first four letters
// are enough. kInvalidInput for a word that is not in the list, which the error names beside the
// nearest that is, and for more or fewer words than six.
[[nodiscard]] Result<std::string> ParsePhrase(std::string_view typed);

}  // namespace sacoche
