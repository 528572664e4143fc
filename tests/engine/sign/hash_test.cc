#include "engine/sign/hash.h"

#include <gtest/gtest.h>

namespace sacoche {
namespace {

std::string HexOf(const Hash256& hash) { return ToHex(hash); }

// FIPS 180-2, appendix B.1.
TEST(Sha256, MatchesThePublishedExample) {
  EXPECT_EQ(HexOf(Sha256(ViewOf("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// BLAKE2b has no published vector with a personalisation; these bytes came from another
// implementation (Python's hashlib.blake2b) and must never change.
TEST(HashFor, IsBlake2bWithThePurposeAsPersonalisation) {
  EXPECT_EQ(HexOf(HashFor("sacoche.device", {ViewOf("abc")})),
            "292dcd848fef23218fb6cfb36903f75d5e5fdb702d7c6525f0ecd5af8d45a080");
  EXPECT_EQ(HexOf(HashFor("", {})),
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

TEST(HashFor, GivesAnotherHashForAnotherPurpose) {
  EXPECT_NE(HashFor("sacoche.item", {ViewOf("x")}), HashFor("sacoche.stmt", {ViewOf("x")}));
}

TEST(HashFor, IsOfTheConcatenation) {
  const Hash256 whole = HashFor("purpose", {ViewOf("abcdef")});
  EXPECT_EQ(HashFor("purpose", {ViewOf("ab"), {}, ViewOf("cdef")}), whole);
  StreamHash stream("purpose");
  for (const char* part : {"a", "bcde", "f"}) stream.Add(ViewOf(part));
  EXPECT_EQ(stream.Finish(), whole);
}

TEST(HashFor, StopsTheProgramOnAPurposeThatWouldBeCut) {
  EXPECT_EQ(HashFor("exactly-16-chars", {}).size(), 32U);
  EXPECT_DEATH(HashFor("seventeen--chars!", {}), "broken invariant");
}

}  // namespace
}  // namespace sacoche
