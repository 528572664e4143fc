#pragma once

#include "platform/base/secret_bytes.h"

namespace sacoche {

// Shamir's secret sharing (A. Shamir, "How to share a secret", 1979) over a prime field, as
// RFC 9591, appendix C.1 writes it: the field is that of Ed25519's scalars, the integers modulo
// 2^252 + 27742317777372353535851937790883648493, whose arithmetic is libsodium's and takes the
// same time whatever the values. Why this field: docs/decisions/0015-recovery-shares.md.
//
// The secret is the value at zero of a random polynomial of degree k - 1. Any k of its values at
// other places give it back; to whoever knows k - 1 of them every secret is as likely as before,
// but for k - 1 in 2^252.
//
// Elements are 32 bytes, little-endian, below the modulus. Free functions without state.
inline constexpr std::size_t kFieldElementBytes = 32;

[[nodiscard]] bool IsFieldElement(ByteView bytes);

// The coefficients of a polynomial, one element after the other, `constant` first and then
// `count` - 1 random ones. `constant` is an element; `count` is at least 1.
[[nodiscard]] SecretBytes RandomPolynomial(ByteView constant, std::size_t count);

// The value at `place`. 0 would give the secret away and is a bug.
[[nodiscard]] SecretBytes ValueOfPolynomial(ByteView coefficients, std::uint8_t place);

struct PolynomialPoint {
  std::uint8_t place = 0;
  ByteView value;  // an element, held by the caller
};

// The value at zero of the one polynomial of lowest degree through the points. Their places differ
// and none is 0; it cannot tell whether the points belong together.
[[nodiscard]] SecretBytes ValueAtZero(std::span<const PolynomialPoint> points);

}  // namespace sacoche
