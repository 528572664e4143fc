#include "platform/dbus/network_manager.h"

#include <systemd/sd-bus.h>

#include <cstdint>

namespace sacoche {
namespace {

constexpr const char* kName = "org.freedesktop.NetworkManager";
constexpr const char* kPath = "/org/freedesktop/NetworkManager";
// It was started or has ended.
constexpr const char* kOwnerChanged =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.NetworkManager'";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";

// NMState, NMMetered
constexpr std::uint32_t kConnecting = 40;
constexpr std::uint32_t kConnectedSite = 60;
constexpr std::uint32_t kMeteredNo = 2;
constexpr std::uint32_t kMeteredGuessNo = 4;

// An answer comes at once, or the service hangs: nobody waits for that.
constexpr std::uint64_t kAnswerTimeUs = 2'000'000;

}  // namespace

void NetworkManager::Unref::operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }

std::unique_ptr<NetworkManager> NetworkManager::Find() {
  sd_bus* bus = nullptr;
  if (sd_bus_open_system(&bus) < 0) return nullptr;
  std::unique_ptr<NetworkManager> manager(new NetworkManager(bus));
  sd_bus_set_method_call_timeout(bus, kAnswerTimeUs);
  // Listened to before it is read: nothing is missed in between.
  if (!manager->Listen() || !manager->Read()) return nullptr;
  manager->Take();
  return manager;
}

NetworkManager::~NetworkManager() = default;

bool NetworkManager::Listen() {
  const auto on_change = [](sd_bus_message*, void* self, sd_bus_error*) {
    static_cast<NetworkManager*>(self)->has_changed_ = true;
    return 0;
  };
  return sd_bus_match_signal(bus_.get(), nullptr, kName, kPath, kProperties, "PropertiesChanged",
                             on_change, this) >= 0 &&
         sd_bus_add_match(bus_.get(), nullptr, kOwnerChanged, on_change, this) >= 0;
}

void NetworkManager::Forget() {
  is_connected_ = false;
  is_connecting_ = false;
  is_free_ = false;
}

// False: nobody answers.
bool NetworkManager::Read() {
  std::uint32_t state = 0;
  std::uint32_t metered = 0;
  if (sd_bus_get_property_trivial(bus_.get(), kName, kPath, kName, "State", nullptr, 'u', &state) <
      0)
    return false;
  // Releases before 1.0.6 do not say it.
  sd_bus_get_property_trivial(bus_.get(), kName, kPath, kName, "Metered", nullptr, 'u', &metered);
  is_connected_ = state >= kConnectedSite;
  is_connecting_ = state == kConnecting;
  is_free_ = metered == kMeteredNo || metered == kMeteredGuessNo;
  return true;
}

int NetworkManager::fd() const {
  return sd_bus_is_open(bus_.get()) > 0 ? sd_bus_get_fd(bus_.get()) : -1;
}

// What came while an answer was waited for lies in the bus's queue, and makes no descriptor
// readable: hence until there is nothing left.
bool NetworkManager::Take() {
  const bool was_connected = is_connected_;
  do {
    has_changed_ = false;
    int taken = 1;
    while (taken > 0) taken = sd_bus_process(bus_.get(), nullptr);
    // Nothing more comes over a bus that fails, whatever its descriptor says.
    if (taken < 0) sd_bus_close(bus_.get());
    // One that is restarted says nothing for a while, and tells when it is there again.
    if (taken < 0 || (has_changed_ && !Read())) Forget();
  } while (has_changed_);
  return is_connected_ && !was_connected;
}

}  // namespace sacoche
