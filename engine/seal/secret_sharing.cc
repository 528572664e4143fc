#include "engine/seal/secret_sharing.h"

#include <sodium.h>

#include "platform/base/check.h"

namespace sacoche {
namespace {

static_assert(crypto_core_ed25519_SCALARBYTES == kFieldElementBytes);
using PublicElement = ByteArray<kFieldElementBytes>;

PublicElement ElementOf(std::uint8_t place) { return {place}; }

// libsodium 1.0.18 leaves on the stack what it added. This wipes more of it than those calls use.
void WipeStack() { sodium_stackzero(4096); }

// What the value at points[at].place weighs in the value at zero: the product, over the other
// places p, of p / (p - place).
PublicElement WeightAtZero(std::span<const PolynomialPoint> points, std::size_t at) {
  const PublicElement place = ElementOf(points[at].place);
  PublicElement top = ElementOf(1);
  PublicElement bottom = ElementOf(1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i == at) continue;
    const PublicElement other = ElementOf(points[i].place);
    PublicElement distance{};
    crypto_core_ed25519_scalar_sub(distance.data(), other.data(), place.data());
    crypto_core_ed25519_scalar_mul(top.data(), top.data(), other.data());
    crypto_core_ed25519_scalar_mul(bottom.data(), bottom.data(), distance.data());
  }
  PublicElement weight{};
  SACOCHE_CHECK(crypto_core_ed25519_scalar_invert(weight.data(), bottom.data()) == 0);
  crypto_core_ed25519_scalar_mul(weight.data(), weight.data(), top.data());
  return weight;
}

}  // namespace

bool IsFieldElement(ByteView bytes) {
  if (bytes.size() != kFieldElementBytes) return false;
  SecretBytes wide(crypto_core_ed25519_NONREDUCEDSCALARBYTES);
  std::ranges::copy(bytes, wide.span().begin());
  SecretBytes reduced(kFieldElementBytes);
  crypto_core_ed25519_scalar_reduce(reduced.span().data(), wide.view().data());
  return sodium_memcmp(reduced.view().data(), bytes.data(), bytes.size()) == 0;
}

SecretBytes RandomPolynomial(ByteView constant, std::size_t count) {
  SACOCHE_CHECK(count >= 1 && IsFieldElement(constant));
  SecretBytes coefficients(count * kFieldElementBytes);
  std::ranges::copy(constant, coefficients.span().begin());
  // libsodium draws from all elements but 0. Over GF(2^8) that would tell a holder something; here
  // each coefficient rules out one secret in 2^252.
  for (std::size_t i = 1; i < count; ++i)
    crypto_core_ed25519_scalar_random(coefficients.span().data() + i * kFieldElementBytes);
  return coefficients;
}

SecretBytes ValueOfPolynomial(ByteView coefficients, std::uint8_t place) {
  SACOCHE_CHECK(place != 0 && !coefficients.empty());
  SACOCHE_CHECK(coefficients.size() % kFieldElementBytes == 0);
  const PublicElement at = ElementOf(place);
  SecretBytes value(kFieldElementBytes);
  SecretBytes product(kFieldElementBytes);
  for (std::size_t end = coefficients.size(); end > 0; end -= kFieldElementBytes) {
    crypto_core_ed25519_scalar_mul(product.span().data(), value.view().data(), at.data());
    crypto_core_ed25519_scalar_add(value.span().data(), product.view().data(),
                                   coefficients.data() + end - kFieldElementBytes);
  }
  WipeStack();
  return value;
}

SecretBytes ValueAtZero(std::span<const PolynomialPoint> points) {
  SecretBytes sum(kFieldElementBytes);
  SecretBytes term(kFieldElementBytes);
  for (std::size_t i = 0; i < points.size(); ++i) {
    SACOCHE_CHECK(points[i].place != 0 && points[i].value.size() == kFieldElementBytes);
    const PublicElement weight = WeightAtZero(points, i);
    crypto_core_ed25519_scalar_mul(term.span().data(), weight.data(), points[i].value.data());
    crypto_core_ed25519_scalar_add(sum.span().data(), sum.view().data(), term.view().data());
  }
  WipeStack();
  return sum;
}

}  // namespace sacoche
