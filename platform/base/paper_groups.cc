#include "platform/base/paper_groups.h"

#include <array>

#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kDataLetters = 4;
constexpr std::size_t kGroupLetters = kDataLetters + 1;
constexpr int kNotALetter = -1;

constexpr unsigned TimesX(unsigned value) {
  const unsigned doubled = value << 1;
  return (doubled & 32U) != 0 ? doubled ^ 0b100101U : doubled;
}

unsigned CheckOf(const std::uint8_t* data, std::size_t group) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < kDataLetters; ++i) {
    unsigned term = data[i];
    for (std::size_t power = 0; power <= i; ++power) term = TimesX(term);
    sum ^= term;
  }
  return sum ^ static_cast<unsigned>(group);
}

int ValueOf(std::uint8_t typed) {
  char letter = static_cast<char>(typed);
  if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  if (letter == 'O') letter = '0';
  if (letter == 'I' || letter == 'L') letter = '1';
  const std::size_t value = kLetters.find(letter);
  return value == std::string_view::npos ? kNotALetter : static_cast<int>(value);
}

bool Separates(std::uint8_t typed) {
  return typed == '-' || typed == ' ' || typed == '\t' || typed == '\n' || typed == '\r';
}

// The letters' values with a check after every four.
SecretBytes LettersOf(const PaperForm& form, ByteView secret) {
  SecretBytes letters(form.groups * kGroupLetters);
  std::size_t bit = 0;
  for (std::size_t group = 0; group < form.groups; ++group) {
    std::uint8_t* data = letters.span().data() + group * kGroupLetters;
    for (std::size_t i = 0; i < kDataLetters * 5; ++i, ++bit) {
      const int value = secret[bit / 8] >> (7 - bit % 8) & 1;
      data[i / 5] |= static_cast<std::uint8_t>(value << (4 - i % 5));
    }
    data[kDataLetters] = static_cast<std::uint8_t>(CheckOf(data, group));
  }
  return letters;
}

SecretBytes BytesOf(const PaperForm& form, ByteView letters) {
  SecretBytes secret(form.bytes());
  std::size_t bit = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i % kGroupLetters == kDataLetters) continue;
    for (int shift = 4; shift >= 0; --shift, ++bit)
      secret.span()[bit / 8] |=
          static_cast<std::uint8_t>((letters[i] >> shift & 1) << (7 - bit % 8));
  }
  return secret;
}

tl::unexpected<Error> WrongLength(const PaperForm& form, std::size_t count) {
  return Fail(ErrorCode::kInvalidInput,
              "a " + std::string(form.name) + " has " +
                  std::to_string(form.groups * kGroupLetters) + " letters and digits; " +
                  std::to_string(count) + " were typed",
              "Type all " + std::to_string(form.groups) + " groups of five, as they are printed.");
}

}  // namespace

SecretBytes WritePaperGroups(const PaperForm& form, ByteView secret) {
  SACOCHE_CHECK(form.groups >= 1 && form.groups <= kPaperGroupsMax && form.groups_per_line >= 1);
  SACOCHE_CHECK(secret.size() == form.bytes());
  const SecretBytes letters = LettersOf(form, secret);
  SecretBytes text(letters.size() + form.groups - 1);
  std::size_t written = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i > 0 && i % kGroupLetters == 0)
      text.span()[written++] = i / kGroupLetters % form.groups_per_line == 0 ? '\n' : '-';
    text.span()[written++] = static_cast<std::uint8_t>(kLetters[letters.view()[i]]);
  }
  return text;
}

Result<SecretBytes> ReadPaperGroups(const PaperForm& form, ByteView typed) {
  SACOCHE_CHECK(form.groups >= 1 && form.groups <= kPaperGroupsMax);
  SecretBytes letters(form.groups * kGroupLetters);
  std::array<bool, kPaperGroupsMax> wrong{};
  std::size_t count = 0;
  for (const std::uint8_t byte : typed) {
    if (Separates(byte)) continue;
    if (count < letters.size()) {
      const int value = ValueOf(byte);
      if (value == kNotALetter) wrong[count / kGroupLetters] = true;
      letters.span()[count] = static_cast<std::uint8_t>(value & 31);
    }
    ++count;
  }
  if (count != letters.size()) return WrongLength(form, count);
  std::string names;
  for (std::size_t group = 0; group < form.groups; ++group) {
    const std::uint8_t* data = letters.view().data() + group * kGroupLetters;
    if (!wrong[group] && data[kDataLetters] == CheckOf(data, group)) continue;
    names += (names.empty() ? "" : ", ") + std::to_string(group + 1);
  }
  if (!names.empty())
    return Fail(ErrorCode::kInvalidInput,
                "the " + std::string(form.name) + " is mistyped in group " + names,
                "Compare that group with the paper, letter by letter.");
  return BytesOf(form, letters.view());
}

ByteView FirstPaperGroup(ByteView typed) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < typed.size(); ++i)
    if (!Separates(typed[i]) && ++letters == kGroupLetters) return typed.first(i + 1);
  return typed;
}

}  // namespace sacoche
