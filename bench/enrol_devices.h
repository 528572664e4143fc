#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/organisation.h"

namespace sacoche::bench {

struct EnrolmentPlan {
  std::string dir;
  std::string server_url;
  std::string ca_pem;
};

// Beside the devices' folders: the organisation's key, under a passphrase that everybody knows.
inline constexpr const char* kBenchKeyFile = "organisation.key";

// Makes a fresh organisation on the server, one space, and the devices A and B (intervenants) and S
// (supervisor), each admitted by the ordinary way: request, comparison of the phrases, admission,
// sync until everybody holds the space's key.
[[nodiscard]] Status EnrolDevices(const EnrolmentPlan& plan);

// One intervenant more, in the organisation that EnrolDevices made in `dir`: admitted, and without
// the key of the space until another device has synchronised.
[[nodiscard]] Status AdmitDevice(const std::string& dir, const std::string& name);

}  // namespace sacoche::bench
