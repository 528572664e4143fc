#pragma once

#include <string>
#include <vector>

#include "platform/base/result.h"

namespace sacoche {

// What `make-certificate` writes. The certificate authority's own key is forgotten as soon as it
// has signed: nobody can ever make a second server that the laptops would trust.
struct ServerCertificate {
  std::string ca_pem;  // for the laptops: the one authority that they trust
  std::string server_pem;
  std::string key_pem;
};

inline constexpr std::size_t kCertificateHostsMax = 16;

// ECDSA P-256. `hosts`: names or IP addresses, as the laptops will write them in the server's URL.
// Valid from 2000 to 9999, since a laptop whose clock is years off must still get in; trust ends
// by taking another ca.pem to the laptops. kInvalidInput if a host is neither name nor address.
[[nodiscard]] Result<ServerCertificate> MakeServerCertificate(
    const std::vector<std::string>& hosts);

}  // namespace sacoche
