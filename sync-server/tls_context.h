#pragma once

#include <boost/asio/ssl/context.hpp>

#include "platform/base/result.h"

namespace sacoche {

// TLS 1.3 only, no client certificates, session tickets on (keys live as long as the process),
// early data off. kNotFound or kCorrupt say which file is wrong.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> MakeTlsContext(
    const std::string& certificate_path, const std::string& key_path);

}  // namespace sacoche
