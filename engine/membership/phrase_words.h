#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sacoche {

// The words of comparison phrases (phrase.h): common French words of 4 to 8 letters, a to z, that
// are spelled without an accent or a ligature; verbs in the infinitive, nouns in the singular.
// Sorted. No two begin with the same four letters, none becomes another by one letter changed,
// added or left out, and none sounds like another. Whoever hears them may have lived through
// violence: no word hurts, and none is of the body's intimacy, illness, weapons, religion, police
// or justice.
//
// A word's place is its number. The list is for ever: laptops that had different ones would show
// different phrases for the same keys.
inline constexpr std::size_t kPhraseWordCount = 2048;

[[nodiscard]] std::span<const std::string_view, kPhraseWordCount> PhraseWords();

}  // namespace sacoche
