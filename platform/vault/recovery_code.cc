#include "platform/vault/recovery_code.h"

#include <sodium.h>

#include <array>
#include <string_view>

#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kDataLetters = 4;
constexpr std::size_t kGroupLetters = kDataLetters + 1;
constexpr std::size_t kCodeLetters = kRecoveryGroups * kGroupLetters;
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

// Five bits a letter, most significant first.
SecretBytes Pack(ByteView letters) {
  SecretBytes secret(kRecoverySecretBytes);
  std::size_t bit = 0;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i % kGroupLetters == kDataLetters) continue;
    for (int shift = 4; shift >= 0; --shift, ++bit)
      secret.span()[bit / 8] |=
          static_cast<std::uint8_t>((letters[i] >> shift & 1) << (7 - bit % 8));
  }
  return secret;
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

tl::unexpected<Error> WrongLength(std::size_t count) {
  return Fail(ErrorCode::kInvalidInput,
              "a recovery code has " + std::to_string(kCodeLetters) + " letters and digits; " +
                  std::to_string(count) + " were typed",
              "Type all seven groups of five, as they are printed.");
}

}  // namespace

RecoveryCode RecoveryCode::Generate() {
  SecretBytes letters(kCodeLetters);
  SecretBytes text(kCodeLetters + kRecoveryGroups - 1);
  randombytes_buf(letters.span().data(), letters.size());
  std::size_t written = 0;
  for (std::size_t group = 0; group < kRecoveryGroups; ++group) {
    std::uint8_t* data = letters.span().data() + group * kGroupLetters;
    for (std::size_t i = 0; i < kDataLetters; ++i) data[i] &= 31;
    data[kDataLetters] = static_cast<std::uint8_t>(CheckOf(data, group));
    if (group > 0) text.span()[written++] = '-';
    for (std::size_t i = 0; i < kGroupLetters; ++i)
      text.span()[written++] = static_cast<std::uint8_t>(kLetters[data[i]]);
  }
  return {Pack(letters.view()), std::move(text)};
}

Result<SecretBytes> ParseRecoveryCode(ByteView typed) {
  SecretBytes letters(kCodeLetters);
  std::array<bool, kRecoveryGroups> wrong{};
  std::size_t count = 0;
  for (const std::uint8_t byte : typed) {
    if (Separates(byte)) continue;
    if (count < kCodeLetters) {
      const int value = ValueOf(byte);
      if (value == kNotALetter) wrong[count / kGroupLetters] = true;
      letters.span()[count] = static_cast<std::uint8_t>(value & 31);
    }
    ++count;
  }
  if (count != kCodeLetters) return WrongLength(count);
  std::string names;
  for (std::size_t group = 0; group < kRecoveryGroups; ++group) {
    const std::uint8_t* data = letters.view().data() + group * kGroupLetters;
    if (!wrong[group] && data[kDataLetters] == CheckOf(data, group)) continue;
    names += (names.empty() ? "" : ", ") + std::to_string(group + 1);
  }
  if (!names.empty())
    return Fail(ErrorCode::kInvalidInput, "the recovery code is mistyped in group " + names,
                "Compare that group with the paper, letter by letter.");
  return Pack(letters.view());
}

}  // namespace sacoche
