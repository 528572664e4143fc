#include "platform/base/secret_bytes.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <string>
#include <type_traits>

namespace sacoche {
namespace {

const Bytes kSecret = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// Whether the kernel knows the address as mapped.
bool IsMapped(const void* address) {
  std::ifstream maps("/proc/self/maps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  char dash = 0;
  std::string rest;
  while (maps >> std::hex >> begin >> dash >> end && std::getline(maps, rest))
    if (wanted >= begin && wanted < end) return true;
  return false;
}

// The kilobytes of the mapping around the address that the kernel may not swap out.
int LockedKib(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  std::string line;
  while (std::getline(maps, line)) {
    unsigned long begin = 0;
    unsigned long end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2)
      inside = wanted >= begin && wanted < end;
    if (inside && line.starts_with("Locked:")) return std::stoi(line.substr(7));
  }
  return -1;
}

TEST(SecretBytes, CannotBeCopied) {
  static_assert(!std::is_copy_constructible_v<SecretBytes>);
  static_assert(!std::is_copy_assignable_v<SecretBytes>);
  static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
  EXPECT_TRUE(SecretBytes().empty());
}

TEST(SecretBytes, LeaveTheAddressSpaceWhenTheyGoAway) {
  const void* address = nullptr;
  {
    const SecretBytes secret{ByteView(kSecret)};
    address = secret.view().data();
    EXPECT_TRUE(Equal(secret.view(), kSecret));
    EXPECT_TRUE(IsMapped(address));
  }
  EXPECT_FALSE(IsMapped(address));
}

TEST(SecretBytes, AreLockedInMemory) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
  if (limit.rlim_cur < 64 * 1024) GTEST_SKIP() << "this machine lets nothing be locked";
  const SecretBytes secret{ByteView(kSecret)};
  EXPECT_GE(LockedKib(secret.view().data()), 4);
}

TEST(SecretBytes, AWriteBehindTheirEndStopsTheProgram) {
  SecretBytes secret(16);
  volatile std::uint8_t* end = secret.span().data() + secret.size();
  EXPECT_DEATH(*end = 1, "");
}

TEST(SecretBytes, AMoveHandsTheOnlyCopyOn) {
  SecretBytes first{ByteView(kSecret)};
  const void* address = first.view().data();
  SecretBytes second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
  EXPECT_TRUE(Equal(second.view(), kSecret));
  EXPECT_EQ(second.view().data(), address);
  second = SecretBytes();
  EXPECT_FALSE(IsMapped(address));
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
