#include "platform/curl/tls_resumption.h"

#include <openssl/evp.h>

#include "platform/base/check.h"

namespace sacoche {
namespace {

int PlaceInContext() {
  static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

}  // namespace

TlsResumption::TlsResumption(const std::string& server) {
  unsigned size = 0;
  SACOCHE_CHECK(
      EVP_Digest(server.data(), server.size(), server_.data(), &size, EVP_sha256(), nullptr) == 1 &&
      size == server_.size());
}

void TlsResumption::Attach(SSL_CTX* context) {
  SSL_CTX_set_ex_data(context, PlaceInContext(), this);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, OnNewSession);
  SSL_CTX_set_info_callback(context, OnState);
}

TlsResumption* TlsResumption::Of(const SSL* ssl) {
  return static_cast<TlsResumption*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), PlaceInContext()));
}

// Each ticket of the server's; by returning 1 the session becomes ours.
int TlsResumption::OnNewSession(SSL* ssl, SSL_SESSION* session) {
  Of(ssl)->newest_.reset(session);
  return 1;
}

// libcurl makes the connection's SSL itself, so the first that is heard of one is that its
// handshake begins: early enough, as nothing was written yet.
void TlsResumption::OnState(const SSL* ssl, int where, int /*value*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  TlsResumption& self = *Of(ssl);
  const Session session = std::move(self.offered_ ? self.offered_ : self.newest_);
  if (!session) return;
  SSL_set_session(const_cast<SSL*>(ssl), session.get());
  self.has_offered_ = true;
}

void TlsResumption::Resume(ByteView kept) {
  if (kept.size() <= server_.size() || kept.size() > kKeptBytesMax) return;
  if (!std::ranges::equal(kept.first(server_.size()), server_)) return;
  const ByteView der = kept.subspan(server_.size());
  const unsigned char* at = der.data();
  offered_.reset(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(der.size())));
}

SecretBytes TlsResumption::Kept() const {
  if (!newest_ || SSL_SESSION_is_resumable(newest_.get()) != 1) return {};
  const int size = i2d_SSL_SESSION(newest_.get(), nullptr);
  if (size <= 0 || server_.size() + static_cast<std::size_t>(size) > kKeptBytesMax) return {};
  SecretBytes kept(server_.size() + static_cast<std::size_t>(size));
  std::ranges::copy(server_, kept.span().begin());
  unsigned char* at = kept.span().data() + server_.size();
  i2d_SSL_SESSION(newest_.get(), &at);
  return kept;
}

}  // namespace sacoche
