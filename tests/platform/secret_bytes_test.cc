#include "platform/base/secret_bytes.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <type_traits>

namespace {

// The block whose release is watched, and what stood in it at that moment.
const void* g_watched = nullptr;
std::size_t g_watched_size = 0;
sacoche::ByteArray<64> g_last_content{};
int g_releases = 0;

void Release(void* block) {
  if (block != nullptr && block == g_watched) {
    std::memcpy(g_last_content.data(), block, g_watched_size);
    ++g_releases;
    g_watched = nullptr;
  }
  std::free(block);
}

void Watch(const sacoche::SecretBytes& secret) {
  g_watched = secret.view().data();
  g_watched_size = secret.size();
  g_last_content.fill(0xee);
  g_releases = 0;
}

}  // namespace

// What a heap block holds after it was freed may not be read; these see it just before.
void* operator new[](std::size_t size) {
  void* block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void operator delete[](void* block) noexcept { Release(block); }
void operator delete[](void* block, std::size_t) noexcept { Release(block); }

namespace sacoche {
namespace {

const Bytes kSecret = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

void ExpectReleasedAndWiped() {
  EXPECT_EQ(g_releases, 1);
  EXPECT_EQ(Bytes(g_last_content.begin(), g_last_content.begin() + kSecret.size()),
            Bytes(kSecret.size(), 0));
}

TEST(SecretBytes, CannotBeCopied) {
  static_assert(!std::is_copy_constructible_v<SecretBytes>);
  static_assert(!std::is_copy_assignable_v<SecretBytes>);
  static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
  EXPECT_TRUE(SecretBytes().empty());
}

TEST(SecretBytes, AreWipedWhenTheyGoAway) {
  {
    const SecretBytes secret{ByteView(kSecret)};
    Watch(secret);
    EXPECT_TRUE(Equal(secret.view(), kSecret));
  }
  ExpectReleasedAndWiped();
}

TEST(SecretBytes, AreWipedWhenReplaced) {
  SecretBytes secret{ByteView(kSecret)};
  Watch(secret);
  secret = SecretBytes(4);
  ExpectReleasedAndWiped();
  EXPECT_EQ(secret.size(), 4U);
}

TEST(SecretBytes, AMoveHandsTheOnlyCopyOn) {
  SecretBytes first{ByteView(kSecret)};
  Watch(first);
  SecretBytes second(std::move(first));
  EXPECT_EQ(g_releases, 0);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
  EXPECT_TRUE(Equal(second.view(), kSecret));
  second = SecretBytes();
  ExpectReleasedAndWiped();
}

TEST(SecretBytes, ACloneHasALifeOfItsOwn) {
  auto secret = std::make_unique<SecretBytes>(ByteView(kSecret));
  const SecretBytes clone = secret->Clone();
  secret.reset();
  EXPECT_TRUE(Equal(clone.view(), kSecret));
}

TEST(SecretBytes, ANewOneOfASizeIsZero) {
  EXPECT_TRUE(Equal(SecretBytes(16).view(), Bytes(16, 0)));
}

}  // namespace
}  // namespace sacoche
