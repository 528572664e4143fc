#include "engine/seal/secret_sharing.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace sacoche {
namespace {

using Element = ByteArray<kFieldElementBytes>;

Element ElementFromHex(std::string_view hex) {
  Element element{};
  std::ranges::copy(FromHex(hex).value(), element.begin());
  return element;
}

// 2^252 + 27742317777372353535851937790883648493
const Element kModulus =
    ElementFromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

// Slow and apart from libsodium: nothing but additions, byte by byte.
Element Minus(const Element& a, const Element& b) {
  Element difference{};
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int digit = a[i] - b[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    difference[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  return difference;
}

bool IsLess(const Element& a, const Element& b) {
  return std::ranges::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

Element Plus(const Element& a, const Element& b) {
  Element sum{};
  int carry = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int digit = a[i] + b[i] + carry;
    carry = digit / 256;
    sum[i] = static_cast<std::uint8_t>(digit % 256);
  }
  return IsLess(sum, kModulus) ? sum : Minus(sum, kModulus);
}

Element SlowValue(const std::vector<Element>& coefficients, unsigned place) {
  Element value{};
  for (auto coefficient = coefficients.rbegin(); coefficient != coefficients.rend();
       ++coefficient) {
    Element product{};
    for (unsigned i = 0; i < place; ++i) product = Plus(product, value);
    value = Plus(product, *coefficient);
  }
  return value;
}

std::vector<Element> ElementsOf(ByteView coefficients) {
  std::vector<Element> elements(coefficients.size() / kFieldElementBytes);
  for (std::size_t i = 0; i < elements.size(); ++i)
    std::ranges::copy(coefficients.subspan(i * kFieldElementBytes, kFieldElementBytes),
                      elements[i].begin());
  return elements;
}

SecretBytes JoinOf(const std::vector<Element>& values, const std::vector<std::uint8_t>& places) {
  std::vector<PolynomialPoint> points;
  points.reserve(places.size());
  for (const std::uint8_t place : places) points.push_back({place, values[place - 1U]});
  return ValueAtZero(points);
}

struct PublishedSharing {
  Element secret;
  Element coefficient;
  std::vector<Element> shares;
};

// RFC 9591, appendix E.1 (Ed25519) and E.3 (ristretto255, which has the same field).
const PublishedSharing kPublished[] = {
    {ElementFromHex("7b1c33d3f5291d85de664833beb1ad469f7fb6025a0ec78b3a790c6e13a98304"),
     ElementFromHex("178199860edd8c62f5212ee91eff1295d0d670ab4ed4506866bae57e7030b204"),
     {ElementFromHex("929dcc590407aae7d388761cddb0c0db6f5627aea8e217f4a033f2ec83d93509"),
      ElementFromHex("a91e66e012e4364ac9aaa405fcafd370402d9859f7b6685c07eed76bf409e80d"),
      ElementFromHex("d3cb090a075eb154e82fdb4b3cb507f110040905468bb9c46da8bdea643a9a02")}},
    {ElementFromHex("1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b"),
     ElementFromHex("410f8b744b19325891d73736923525a4f596c805d060dfb9c98009d34e3fec02"),
     {ElementFromHex("5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f830e"),
      ElementFromHex("b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01"),
      ElementFromHex("f17e505f0e2581c6acfe54d3846a622834b5e7b50cad9a2109a97ba7a80d5c04")}},
};

TEST(SecretSharing, GivesThePublishedShares) {
  for (const PublishedSharing& published : kPublished) {
    Bytes coefficients = CopyOf(published.secret);
    Append(coefficients, published.coefficient);
    for (std::uint8_t place = 1; place <= 3; ++place)
      EXPECT_EQ(ToHex(ValueOfPolynomial(coefficients, place).view()),
                ToHex(published.shares[place - 1U]));
  }
}

TEST(SecretSharing, AnyTwoOfThePublishedSharesGiveTheirSecret) {
  for (const PublishedSharing& published : kPublished)
    for (const auto& places : std::vector<std::vector<std::uint8_t>>{
             {1, 2}, {2, 1}, {1, 3}, {3, 1}, {2, 3}, {3, 2}, {1, 2, 3}})
      EXPECT_EQ(ToHex(JoinOf(published.shares, places).view()), ToHex(published.secret));
}

RC_GTEST_PROP(SecretSharing, AValueIsWhatSlowArithmeticGives, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 17);
  const auto place = *rc::gen::inRange<std::uint8_t>(1, 17);
  const SecretBytes coefficients = RandomPolynomial(kPublished[0].secret, count);
  const std::vector<Element> elements = ElementsOf(coefficients.view());
  RC_ASSERT(elements.front() == kPublished[0].secret);
  RC_ASSERT(
      Equal(ValueOfPolynomial(coefficients.view(), place).view(), SlowValue(elements, place)));
}

TEST(SecretSharing, PolynomialsAreNotMadeTwice) {
  const SecretBytes one = RandomPolynomial(kPublished[0].secret, 3);
  const SecretBytes other = RandomPolynomial(kPublished[0].secret, 3);
  const auto a = ElementsOf(one.view());
  const auto b = ElementsOf(other.view());
  EXPECT_NE(a[1], b[1]);
  EXPECT_NE(a[2], b[2]);
  EXPECT_NE(a[1], a[2]);
}

TEST(SecretSharing, AnElementIsBelowTheModulus) {
  EXPECT_TRUE(IsFieldElement(Element{}));
  EXPECT_TRUE(IsFieldElement(Minus(kModulus, Element{1})));
  EXPECT_FALSE(IsFieldElement(kModulus));
  EXPECT_FALSE(IsFieldElement(Bytes(32, 0xff)));
  EXPECT_FALSE(IsFieldElement(Bytes(31, 0)));
}

}  // namespace
}  // namespace sacoche
