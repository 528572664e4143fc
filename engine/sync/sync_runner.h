#pragma once

#include "engine/sync/signed_request.h"
#include "engine/sync/sync_session.h"

namespace sacoche {

// Drives a session over HTTP until all is said. After a cut it goes on by itself while each attempt
// brings something; otherwise the error says so, and what was done stays done (session.report()).
[[nodiscard]] Status RunSync(SyncSession& session, const ServerLink& link,
                             const DeviceIdentity& identity);

}  // namespace sacoche
