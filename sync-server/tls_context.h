#pragma once

#include <boost/asio/ssl/context.hpp>

#include "sync-server/tls_sessions.h"

namespace sacoche {

// TLS 1.3 only, no client certificates, sessions resumed, early data off. kNotFound or kCorrupt
// say which file is wrong. `sessions` must outlive the context; none: sessions last as long as it.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> MakeTlsContext(
    const std::string& certificate_path, const std::string& key_path, TlsSessions* sessions);

}  // namespace sacoche
