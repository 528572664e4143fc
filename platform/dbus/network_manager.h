#pragma once

#include <memory>

#include "platform/network_watch.h"

struct sd_bus;

namespace sacoche {

// What NetworkManager says over the system's D-Bus: whether there is a network that leads beyond
// the machine's own, which a mobile line that is still connecting is not, and whether it is
// metered. A network on which its own check of the internet fails counts: an office's may lead to
// the server. (Properties State and Metered of org.freedesktop.NetworkManager, NetworkManager D-Bus
// API 1.x.)
class NetworkManager final : public NetworkWatch {
 public:
  // Nothing where there is no such bus, or no NetworkManager on it.
  static std::unique_ptr<NetworkManager> Find();
  ~NetworkManager() override;
  NetworkManager(const NetworkManager&) = delete;
  NetworkManager& operator=(const NetworkManager&) = delete;

  [[nodiscard]] int fd() const override;
  bool Take() override;
  [[nodiscard]] bool is_connecting() const override { return is_connecting_; }
  [[nodiscard]] bool is_free() const override { return is_free_; }
  [[nodiscard]] bool is_connected() const { return is_connected_; }

 private:
  struct Unref {
    void operator()(sd_bus* bus) const;
  };

  explicit NetworkManager(sd_bus* bus) : bus_(bus) {}
  [[nodiscard]] bool Listen();
  [[nodiscard]] bool Read();
  void Forget();

  std::unique_ptr<sd_bus, Unref> bus_;
  bool has_changed_ = false;  // since it was read
  bool is_connected_ = false;
  bool is_connecting_ = false;
  bool is_free_ = false;
};

}  // namespace sacoche
