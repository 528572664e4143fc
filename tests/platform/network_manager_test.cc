#include "platform/dbus/network_manager.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>

#include "platform/posix/machine_events.h"
#include "tests/support/process.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {
namespace {

constexpr const char* kName = "org.freedesktop.NetworkManager";
constexpr const char* kPath = "/org/freedesktop/NetworkManager";
constexpr const char* kMock = "org.freedesktop.DBus.Mock";

// NMState
constexpr std::uint32_t kDisconnected = 20;
constexpr std::uint32_t kConnecting = 40;
constexpr std::uint32_t kConnectedSite = 60;
constexpr std::uint32_t kConnectedGlobal = 70;

constexpr std::uint64_t kHangUs = std::chrono::microseconds(kHangTimeout).count();

// A system bus of the test's own.
class NetworkManagerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_ / "bus.conf")
        << "<busconfig><type>system</type><listen>unix:path=" << (folder_ / "bus")
        << "</listen><auth>EXTERNAL</auth><policy context='default'>"
        << "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>"
        << "</policy></busconfig>";
    bus_.emplace(
        Process::Options{{"/usr/bin/dbus-daemon", "--config-file=" + (folder_ / "bus.conf"),
                          "--nofork", "--print-address"},
                         folder_ / "address",
                         folder_ / "errors"});
    ASSERT_TRUE(WaitForText(folder_ / "address", "\n", *bus_).has_value())
        << ReadTextFile(folder_ / "errors");
    setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + (folder_ / "bus")).c_str(), 1);
    ASSERT_GE(sd_bus_open_system(&client_), 0);
  }
  void TearDown() override { sd_bus_flush_close_unref(client_); }

  // Somebody who has NetworkManager's name, and says what the test tells him to.
  void StartManager(std::uint32_t state, std::uint32_t metered) {
    const auto on_owner = [](sd_bus_message*, void*, sd_bus_error*) { return 0; };
    sd_bus_slot* slot = nullptr;
    ASSERT_GE(sd_bus_match_signal(client_, &slot, "org.freedesktop.DBus", nullptr,
                                  "org.freedesktop.DBus", "NameOwnerChanged", on_owner, nullptr),
              0);
    manager_.emplace(
        Process::Options{{"/usr/bin/python3", "-m", "dbusmock", "--system", kName, kPath, kName},
                         folder_ / "manager",
                         folder_ / "errors"});
    // Its connection has a name by itself before it takes that one. What was heard meanwhile is
    // taken before anything is waited for.
    while (AddProperty("State", state) < 0) {
      if (sd_bus_process(client_, nullptr) > 0) continue;
      ASSERT_GT(sd_bus_wait(client_, kHangUs), 0) << ReadTextFile(folder_ / "errors");
    }
    sd_bus_slot_unref(slot);
    ASSERT_GE(AddProperty("Metered", metered), 0);
  }
  int AddProperty(const char* name, std::uint32_t value) {
    return sd_bus_call_method(client_, kName, kPath, kMock, "AddProperty", nullptr, nullptr, "ssv",
                              kName, name, "u", value);
  }
  void Say(const char* name, std::uint32_t value) {
    ASSERT_GE(sd_bus_call_method(client_, kName, kPath, kMock, "UpdateProperties", nullptr, nullptr,
                                 "sa{sv}", kName, 1, name, "u", value),
              0);
  }
  // After the next thing that was said.
  static bool CameBack(NetworkManager& manager) {
    pollfd heard{manager.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&heard, 1, static_cast<int>(kHangUs / 1000)), 1);
    return manager.Take();
  }

  TemporaryDirectory folder_;
  std::optional<Process> bus_;
  std::optional<Process> manager_;
  sd_bus* client_ = nullptr;
};

TEST_F(NetworkManagerTest, IsNotFoundWhereNoneRunsOrThereIsNoBus) {
  EXPECT_EQ(NetworkManager::Find(), nullptr);
  setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + (folder_ / "none")).c_str(), 1);
  EXPECT_EQ(NetworkManager::Find(), nullptr);
}

TEST_F(NetworkManagerTest, TellsOfANetworkAndNotOfOneThatIsBeingSetUp) {
  StartManager(kDisconnected, 0);
  const auto manager = NetworkManager::Find();
  ASSERT_NE(manager, nullptr);
  EXPECT_FALSE(manager->is_connected());
  Say("State", kConnecting);
  EXPECT_FALSE(CameBack(*manager));
  EXPECT_TRUE(manager->is_connecting());
  // An office's network may lead to the server, and to nothing else.
  Say("State", kConnectedSite);
  EXPECT_TRUE(CameBack(*manager));
  EXPECT_TRUE(manager->is_connected());
  EXPECT_FALSE(manager->is_connecting());
  Say("State", kConnectedGlobal);
  EXPECT_FALSE(CameBack(*manager)) << "it was there";
  Say("Metered", 1);
  EXPECT_FALSE(CameBack(*manager)) << "it was there";
  Say("State", kDisconnected);
  EXPECT_FALSE(CameBack(*manager));
  Say("State", kConnectedGlobal);
  EXPECT_TRUE(CameBack(*manager));
}

TEST_F(NetworkManagerTest, KnowsWhatIsFree) {
  StartManager(kConnectedGlobal, 0);
  const auto manager = NetworkManager::Find();
  ASSERT_NE(manager, nullptr);
  EXPECT_TRUE(manager->is_connected());
  EXPECT_FALSE(manager->is_free()) << "not known";
  const std::pair<std::uint32_t, bool> cases[] = {{1, false}, {2, true}, {3, false}, {4, true}};
  for (const auto& [metered, is_free] : cases) {
    Say("Metered", metered);
    CameBack(*manager);
    EXPECT_EQ(manager->is_free(), is_free) << metered;
  }
}

TEST_F(NetworkManagerTest, WhoeverWaitsIsWokenByIt) {
  StartManager(kDisconnected, 0);
  const auto manager = NetworkManager::Find();
  ASSERT_NE(manager, nullptr);
  const auto events = MachineEvents::Watch(folder_ / ".", manager.get());
  ASSERT_THAT(events, Succeeds());
  Say("State", kConnectedGlobal);
  const auto seen = (*events)->Wait(MachineEvents::NowMs() + kHangUs / 1000);
  ASSERT_THAT(seen, Succeeds());
  EXPECT_TRUE(seen->network);
}

TEST_F(NetworkManagerTest, AManagerThatEndsLeavesNothingKnown) {
  StartManager(kConnectedGlobal, 2);
  const auto manager = NetworkManager::Find();
  ASSERT_NE(manager, nullptr);
  EXPECT_TRUE(manager->is_free());
  manager_->Signal(SIGKILL);
  manager_->Wait();
  EXPECT_FALSE(CameBack(*manager));
  EXPECT_FALSE(manager->is_free());
  StartManager(kDisconnected, 2);
  Say("State", kConnectedGlobal);
  EXPECT_TRUE(CameBack(*manager) || CameBack(*manager)) << "its name first, then what it says";
  EXPECT_TRUE(manager->is_free());
}

TEST_F(NetworkManagerTest, ABusThatEndsLeavesTheAddresses) {
  StartManager(kConnectedGlobal, 2);
  const auto manager = NetworkManager::Find();
  ASSERT_NE(manager, nullptr);
  bus_->Signal(SIGKILL);
  bus_->Wait();
  EXPECT_FALSE(CameBack(*manager));
  EXPECT_FALSE(manager->is_free());
  EXPECT_EQ(manager->fd(), -1);
}

}  // namespace
}  // namespace sacoche
