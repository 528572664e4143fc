#include "engine/sign/manifest.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/keys.h"

namespace sacoche {
namespace {

const ByteView kHeader = ViewOf("a header");
const std::array<Hash256, 2> kItems = {ItemHash(ViewOf("handle-1"), ViewOf("one")),
                                       ItemHash(ViewOf("handle-2"), ViewOf("two"))};

TEST(Manifest, VerifiesForItsSignerOnly) {
  const SigningKey key = KeyNumber(1);
  const Hash256 manifest = ManifestHash(kHeader, kItems);
  const Signature signature = SignManifest(key, manifest);
  EXPECT_TRUE(VerifyManifest(key.public_key(), manifest, signature));
  EXPECT_FALSE(VerifyManifest(KeyNumber(2).public_key(), manifest, signature));
}

TEST(Manifest, ChangesWithHeaderItemsAndTheirOrder) {
  const Hash256 manifest = ManifestHash(kHeader, kItems);
  EXPECT_NE(ManifestHash(ViewOf("a headeR"), kItems), manifest);
  EXPECT_NE(ManifestHash(kHeader, std::array{kItems[1], kItems[0]}), manifest);
  EXPECT_NE(ManifestHash(kHeader, std::array<Hash256, 1>{kItems[0]}), manifest);
  EXPECT_NE(ManifestHash(kHeader, {}), manifest);
}

TEST(Manifest, NoByteMovesBetweenHeaderAndItems) {
  Bytes longer = CopyOf(kHeader);
  Append(longer, kItems[0]);
  EXPECT_NE(ManifestHash(longer, std::array<Hash256, 1>{kItems[1]}), ManifestHash(kHeader, kItems));
}

TEST(ItemHash, ChangesWithTheHandleAndTheCiphertext) {
  const Hash256 item = ItemHash(ViewOf("handle-1"), ViewOf("one"));
  EXPECT_NE(ItemHash(ViewOf("handle-2"), ViewOf("one")), item);
  EXPECT_NE(ItemHash(ViewOf("handle-1"), ViewOf("onE")), item);
}

}  // namespace
}  // namespace sacoche
