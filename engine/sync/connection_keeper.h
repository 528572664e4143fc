#pragma once

#include "engine/store/store.h"
#include "platform/http_client.h"

namespace sacoche {

// A laptop's next connection resumes the last one's TLS session: a certificate and a signature less
// on a slow link. The store keeps what is needed for it as it keeps keys.

Status ResumeConnection(Store& store, HttpClient& http);

// What the server gave last; without anything new the former stays.
Status KeepConnection(Store& store, const HttpClient& http);

Status ForgetConnection(Store& store);

}  // namespace sacoche
