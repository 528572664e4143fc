#pragma once

#include <memory>

#include "platform/network_watch.h"

struct sd_bus;

namespace sacoche {

// What NetworkManager says over the system's D-Bus: whether the internet can be reached, which a
// mobile line that is still connecting or a hotel's login page is not, and whether it is metered.
// (Properties State and Metered of org.freedesktop.NetworkManager, NetworkManager D-Bus API 1.x.)
class NetworkManager final : public NetworkWatch {
 public:
  // Nothing where there is no such bus, or no NetworkManager on it.
  static std::unique_ptr<NetworkManager> Find();
  ~NetworkManager() override;
  NetworkManager(const NetworkManager&) = delete;
  NetworkManager& operator=(const NetworkManager&) = delete;

  [[nodiscard]] int fd() const override;
  bool Take() override;
  [[nodiscard]] bool is_free() const override { return is_free_; }
  [[nodiscard]] bool is_connected() const { return is_connected_; }

 private:
  struct Unref {
    void operator()(sd_bus* bus) const;
  };

  explicit NetworkManager(sd_bus* bus) : bus_(bus) {}
  [[nodiscard]] bool Listen();
  [[nodiscard]] bool Read();

  std::unique_ptr<sd_bus, Unref> bus_;
  bool has_changed_ = false;  // since it was read
  bool is_connected_ = false;
  bool is_free_ = false;
};

}  // namespace sacoche
