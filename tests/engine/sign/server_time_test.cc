#include "engine/sign/server_time.h"

#include <gtest/gtest.h>

#include "tests/support/keys.h"

namespace sacoche {
namespace {

TEST(ServerTime, HoldsForThisRequestThisTimeAndThisKey) {
  const SigningKey key = KeyNumber(1);
  const Hash256 request = HashFor("sacoche.request", {ViewOf("body")});
  const Signature signature = SignServerTime(key, request, 1'700'000'000'000);
  EXPECT_TRUE(VerifyServerTime(key.public_key(), request, 1'700'000'000'000, signature));
  EXPECT_FALSE(VerifyServerTime(key.public_key(), request, 1'700'000'000'001, signature));
  EXPECT_FALSE(VerifyServerTime(key.public_key(), Hash256{}, 1'700'000'000'000, signature));
  EXPECT_FALSE(VerifyServerTime(KeyNumber(2).public_key(), request, 1'700'000'000'000, signature));
}

TEST(ServerTime, TheHashOfARequestDoesNotDependOnItsPieces) {
  StreamHash pieces = RequestHash();
  pieces.Add(ViewOf("bo"));
  pieces.Add(ViewOf("dy"));
  EXPECT_EQ(pieces.Finish(), HashFor("sacoche.request", {ViewOf("body")}));
}

}  // namespace
}  // namespace sacoche
