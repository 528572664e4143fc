#include "platform/posix/machine_events.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kLongMs = 60'000;

class MachineEventsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto watched = MachineEvents::Watch(folder_.path());
    ASSERT_THAT(watched, Succeeds());
    events = std::move(*watched);
  }
  MachineEvents::Seen Wait(std::uint64_t ms = kLongMs) {
    const auto seen = events->Wait(MachineEvents::NowMs() + ms);
    EXPECT_THAT(seen, Succeeds());
    return seen.value_or(MachineEvents::Seen{});
  }
  void Write() { std::ofstream(folder_ / "store") << "something"; }

  TemporaryDirectory folder_;
  std::unique_ptr<MachineEvents> events;
};

TEST_F(MachineEventsTest, TheTimeEndsTheWaiting) {
  const std::uint64_t before = MachineEvents::NowMs();
  const auto seen = Wait(20);
  EXPECT_GE(MachineEvents::NowMs(), before + 20);
  EXPECT_FALSE(seen.stops || seen.asks || seen.network || seen.files);
  EXPECT_THAT(events->Wait(0), Succeeds());  // long past
}

TEST_F(MachineEventsTest, SignalsAreToldAndEndNothing) {
  raise(SIGUSR1);
  const auto asked = Wait();
  EXPECT_TRUE(asked.asks);
  EXPECT_FALSE(asked.stops);
  for (const int signal : {SIGTERM, SIGINT}) {
    raise(signal);
    EXPECT_TRUE(Wait().stops);
  }
}

TEST_F(MachineEventsTest, WhatIsWrittenInTheFolderIsToldOnce) {
  Write();
  EXPECT_TRUE(Wait().files);
  EXPECT_FALSE(Wait(1).files);
  Write();
  events->ForgetFiles();
  EXPECT_FALSE(Wait(1).files);
}

TEST_F(MachineEventsTest, AFolderThatIsNotThereIsAnError) {
  EXPECT_THAT(MachineEvents::Watch(folder_ / "missing"), FailsWith(ErrorCode::kIo));
}

// In a network of its own, whose loopback takes its address when it is switched on.
TEST(MachineEventsNetwork, ANetworkThatComesIsTold) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (unshare(CLONE_NEWNET) != 0) _exit(77);
    const TemporaryDirectory folder;
    auto events = MachineEvents::Watch(folder.path());
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    ioctl(fd, SIOCGIFFLAGS, &request);
    request.ifr_flags |= IFF_UP;
    const bool is_up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    const auto seen = (*events)->Wait(MachineEvents::NowMs() + kLongMs);
    _exit(is_up && seen && seen->network ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "needs root";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace sacoche
