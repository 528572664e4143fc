#pragma once

#include "engine/store/store.h"
#include "platform/http_client.h"

namespace sacoche {

// A laptop's next connection resumes the last one's TLS session: a certificate and a signature less
// on a slow link. The store keeps what is needed for it as it keeps keys. No sync fails for it.

// Takes it out of the store: shown twice it would tell who listens that two connections are one
// laptop's, and the server knows it no more.
void ResumeConnection(Store& store, HttpClient& http);

void KeepConnection(Store& store, const HttpClient& http);

Status ForgetConnection(Store& store);

}  // namespace sacoche
