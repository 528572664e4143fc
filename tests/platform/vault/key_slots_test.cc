#include "platform/vault/key_slots.h"

#include <gtest/gtest.h>

#include "tests/platform/vault/vault_on_disk.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

const VaultId kVault = {1, 2, 3};
constexpr std::string_view kPassphrase = "quatre mots sur un papier";

template <std::size_t kSize>
ByteArray<kSize> Pinned(std::string_view hex) {
  const Bytes bytes = FromHex(hex).value();
  SACOCHE_CHECK(bytes.size() == kSize);
  ByteArray<kSize> array;
  std::ranges::copy(bytes, array.begin());
  return array;
}

// Made once by this release: every later one opens them.
KeySlot PassphraseSlot() {
  return {KeySlotKind::kPassphrase,
          {2, 8},
          Pinned<KeySlot::kSaltBytes>("534c53db98cec98dbd9c53140b327db5"),
          Pinned<24>("111164fafce48a8160f03b8e49d317f0d582f880197e7d03"),
          Pinned<KeySlot::kSealedBytes>("064f15ba6941749b939b01d4247e9fd2c072d87844ede30f3e46105c"
                                        "22e4d84e1d94e797f707f302f1b67dc5df733352")};
}

KeySlot RekeySlot() {
  return {KeySlotKind::kPreviousDataKey,
          {1, 8},
          {},
          Pinned<24>("d5fea941c3478f1c2805378d6ab49dda2f442aea5c12f784"),
          Pinned<KeySlot::kSealedBytes>("0ec39f85182334e80820f935855540c5eb7edaedd7868e722b7bd27e"
                                        "6267e9d556adacebbe8490f729df9192cbe28608")};
}

TEST(KeySlots, AKnownPassphraseSlotOpens) {
  const auto key = OpenKeySlot(kVault, PassphraseSlot(), ViewOf(kPassphrase));
  ASSERT_THAT(key, Succeeds());
  ASSERT_TRUE(*key);
  EXPECT_TRUE(std::ranges::equal((*key)->bytes(), KeyOf(3).bytes()));
}

TEST(KeySlots, AKnownSlotOfTheNextDataKeyOpens) {
  const auto key = OpenRekeySlot(kVault, RekeySlot(), KeyOf(3));
  ASSERT_TRUE(key);
  EXPECT_TRUE(std::ranges::equal(key->bytes(), KeyOf(4).bytes()));
}

// Each field is authenticated, so a slot neither moves to another vault nor becomes cheaper.
TEST(KeySlots, ASlotOpensAsItWasMadeOnly) {
  const auto opens = [](const VaultId& vault, const KeySlot& slot, std::string_view secret) {
    const auto key = OpenKeySlot(vault, slot, ViewOf(secret));
    return key && *key;
  };
  ASSERT_TRUE(opens(kVault, PassphraseSlot(), kPassphrase));
  EXPECT_FALSE(opens(kVault, PassphraseSlot(), "quatre mots sur un papiers"));
  EXPECT_FALSE(opens({1, 2, 4}, PassphraseSlot(), kPassphrase));
  KeySlot other = PassphraseSlot();
  other.kind = KeySlotKind::kRecoveryCode;
  EXPECT_FALSE(opens(kVault, other, kPassphrase));
  other = PassphraseSlot();
  other.cost.ops = 1;
  EXPECT_FALSE(opens(kVault, other, kPassphrase));
  other = PassphraseSlot();
  other.sealed[5] ^= 1;
  EXPECT_FALSE(opens(kVault, other, kPassphrase));
  EXPECT_FALSE(OpenRekeySlot(kVault, RekeySlot(), KeyOf(5)));
}

TEST(KeySlots, AHeaderIsWrittenAsPinned) {
  VaultHeader header;
  header.sequence = 300;
  header.vault = kVault;
  header.file = {4, 5, 6};
  header.slots = {PassphraseSlot(), RekeySlot()};
  const Bytes copy = EncodeHeader(header, KeyOf(3).header_key());
  const std::string hex = ToHex(copy);
  // Magic and format, sequence, vault, file, block size, number of slots; the slots; zeros; the
  // MAC and the hash.
  const std::string zeros(2 * 13, '0');
  const std::string head =
      "5341434f434845205641554c540d0a01ac02"
      "010203" +
      zeros + "040506" + zeros +
      "802002"
      "010208534c53db98cec98dbd9c53140b327db5111164fafce48a8160f03b8e49d317f0d582f880197e7d"
      "03064f15ba6941749b939b01d4247e9fd2c072d87844ede30f3e46105c22e4d84e1d94e797f707f302f1"
      "b67dc5df733352"
      "03010800000000000000000000000000000000d5fea941c3478f1c2805378d6ab49dda2f442aea5c12f7"
      "840ec39f85182334e80820f935855540c5eb7edaedd7868e722b7bd27e6267e9d556adacebbe8490f729"
      "df9192cbe28608";
  const std::string tail =
      "cba7ae0c45f6698ce0a63579917b56d549fe20b6f12df749f511f17d8be416af"
      "f98dfca46bd6d92e211eebc941f63f43b1084fa3fe099cd922a813b2d382fdda";
  ASSERT_EQ(hex.size(), 2 * VaultHeader::kCopyBytes);
  EXPECT_EQ(hex.substr(0, head.size()), head);
  EXPECT_EQ(hex.substr(hex.size() - tail.size()), tail);
  EXPECT_EQ(hex.find_first_not_of('0', head.size()), hex.size() - tail.size());
}

}  // namespace
}  // namespace sacoche
