#include "platform/curl/tls_resumption.h"

#include <openssl/evp.h>

#include <algorithm>
#include <ctime>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::size_t kTimeBytes = 8;

std::uint64_t NowS() {
  return static_cast<std::uint64_t>(std::max<std::time_t>(std::time(nullptr), 0));
}

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
  TlsResumption& self = *Of(ssl);
  if (SSL_session_reused(ssl) != 1) self.checked_s_ = NowS();
  self.newest_.reset(session);
  return 1;
}

// A time to come was written while the clock was wrong.
bool TlsResumption::MayResume() const {
  return checked_s_ <= NowS() && NowS() - checked_s_ < kUncheckedSMax;
}

// libcurl makes the connection's SSL itself, so the first that is heard of one is that its
// handshake begins: early enough, as nothing was written yet.
void TlsResumption::OnState(const SSL* ssl, int where, int /*value*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  TlsResumption& self = *Of(ssl);
  const Session session = std::move(self.offered_ ? self.offered_ : self.newest_);
  if (!session || !self.MayResume()) return;
  SSL_set_session(const_cast<SSL*>(ssl), session.get());
  self.has_offered_ = true;
}

void TlsResumption::Resume(ByteView kept) {
  if (kept.size() > kKeptBytesMax) return;
  ByteReader in(kept);
  const bool is_of_server = std::ranges::equal(in.Raw(server_.size()), server_);
  std::uint64_t checked_s = 0;
  for (const std::uint8_t byte : in.Raw(kTimeBytes)) checked_s = checked_s << 8 | byte;
  const ByteView der = in.Raw(in.remaining());
  if (!is_of_server || der.empty()) return;
  const unsigned char* at = der.data();
  offered_.reset(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(der.size())));
  checked_s_ = checked_s;
}

SecretBytes TlsResumption::Kept() const {
  if (!newest_ || SSL_SESSION_is_resumable(newest_.get()) != 1) return {};
  const int size = i2d_SSL_SESSION(newest_.get(), nullptr);
  const std::size_t before = server_.size() + kTimeBytes;
  if (size <= 0 || before + static_cast<std::size_t>(size) > kKeptBytesMax) return {};
  SecretBytes kept(before + static_cast<std::size_t>(size));
  auto at = std::ranges::copy(server_, kept.span().begin()).out;
  for (std::size_t i = 0; i < kTimeBytes; ++i)
    *at++ = static_cast<std::uint8_t>(checked_s_ >> (8 * (kTimeBytes - 1 - i)));
  unsigned char* der = kept.span().data() + before;
  i2d_SSL_SESSION(newest_.get(), &der);
  return kept;
}

}  // namespace sacoche
