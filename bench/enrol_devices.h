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

// Makes a fresh organisation on the server, one space, and the devices A and B (intervenants) and S
// (supervisor), each admitted by the ordinary way: request, comparison of the phrases, admission,
// sync until everybody holds the space's key.
[[nodiscard]] Status EnrolDevices(const EnrolmentPlan& plan);

}  // namespace sacoche::bench
