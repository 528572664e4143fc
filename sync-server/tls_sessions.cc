#include "sync-server/tls_sessions.h"

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::string_view kBegin = "SCTS\x01";
constexpr std::size_t kIdBytesMax = 32;
constexpr std::size_t kDerBytesMax = 2048;
constexpr std::size_t kFileBytesMax =
    kBegin.size() + 32 + TlsSessions::kSessionsMax * (kIdBytesMax + kDerBytesMax + 16);

int PlaceInContext() {
  static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

void Wipe(Bytes& bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

}  // namespace

TlsSessions::~TlsSessions() { DropAll(); }

void TlsSessions::DropAll() {
  for (auto& [id, kept] : sessions_) Wipe(kept.der);
  sessions_.clear();
  by_age_.clear();
}

void TlsSessions::Use(SSL_CTX* context) {
  const X509* certificate = SSL_CTX_get0_certificate(context);
  ByteArray<32> digest{};
  unsigned size = 0;
  SACOCHE_CHECK(certificate != nullptr &&
                X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1);
  {
    const std::lock_guard lock(mutex_);
    if (digest != certificate_) DropAll();
    certificate_ = digest;
  }
  SSL_CTX_set_ex_data(context, PlaceInContext(), this);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_timeout(context, static_cast<long>(kLifetimeS));
  SSL_CTX_sess_set_new_cb(context, OnNew);
  SSL_CTX_sess_set_get_cb(context, OnWanted);
}

std::size_t TlsSessions::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

TlsSessions& TlsSessions::Of(const SSL* ssl) {
  return *static_cast<TlsSessions*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), PlaceInContext()));
}

int TlsSessions::OnNew(SSL* ssl, SSL_SESSION* session) {
  constexpr int kNotKept = 0;
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (size <= 0 || static_cast<std::size_t>(size) > kDerBytesMax) return kNotKept;
  Kept kept{Of(ssl).clock_.NowMs() / 1000 + kLifetimeS, Bytes(static_cast<std::size_t>(size))};
  unsigned char* at = kept.der.data();
  i2d_SSL_SESSION(session, &at);
  unsigned id_bytes = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &id_bytes);
  const std::lock_guard lock(Of(ssl).mutex_);
  Of(ssl).Keep(CopyOf(ByteView(id, id_bytes)), std::move(kept));
  return kNotKept;  // the session itself
}

SSL_SESSION* TlsSessions::OnWanted(SSL* ssl, const unsigned char* id, int id_bytes,
                                   int* is_shared) {
  *is_shared = 0;
  const std::lock_guard lock(Of(ssl).mutex_);
  return Of(ssl).Take(ByteView(id, static_cast<std::size_t>(id_bytes)));
}

void TlsSessions::Keep(Bytes id, Kept kept) {
  while (by_age_.size() >= kSessionsMax) DropOldest();
  by_age_.push_back(id);
  sessions_.insert_or_assign(std::move(id), std::move(kept));
}

SSL_SESSION* TlsSessions::Take(ByteView id) {
  const auto found = sessions_.find(CopyOf(id));
  if (found == sessions_.end()) return nullptr;
  const unsigned char* at = found->second.der.data();
  SSL_SESSION* session =
      found->second.until_s > clock_.NowMs() / 1000
          ? d2i_SSL_SESSION(nullptr, &at, static_cast<long>(found->second.der.size()))
          : nullptr;
  Wipe(found->second.der);
  sessions_.erase(found);
  while (!by_age_.empty() && !sessions_.contains(by_age_.front())) by_age_.pop_front();
  return session;
}

void TlsSessions::DropOldest() {
  const auto found = sessions_.find(by_age_.front());
  if (found != sessions_.end()) {
    Wipe(found->second.der);
    sessions_.erase(found);
  }
  by_age_.pop_front();
}

Status TlsSessions::TakeFrom(FileSystem& files, const std::string& path) {
  const std::lock_guard lock(mutex_);
  auto file = files.ReadFile(path, kFileBytesMax);
  if (!file) return files.Remove(path);
  ByteReader in(*file);
  bool is_whole = std::ranges::equal(in.Raw(kBegin.size()), ViewOf(kBegin));
  certificate_ = in.Array<32>();
  is_whole = is_whole && in.ok();
  while (is_whole && in.remaining() > 0) {
    Kept kept{in.Varint(), {}};
    Bytes id = CopyOf(in.Sized(kIdBytesMax));
    kept.der = CopyOf(in.Sized(kDerBytesMax));
    is_whole = in.ok();
    if (is_whole) Keep(std::move(id), std::move(kept));
  }
  Wipe(*file);
  return files.Remove(path);
}

Status TlsSessions::SaveTo(FileSystem& files, const std::string& path) const {
  const std::lock_guard lock(mutex_);
  ByteWriter out;
  out.Raw(ViewOf(kBegin));
  out.Raw(certificate_);
  for (const Bytes& id : by_age_) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) continue;
    out.Varint(found->second.until_s);
    out.Sized(id);
    out.Sized(found->second.der);
  }
  Bytes file = std::move(out).Take();
  const Status saved = files.WriteFileAtomically(path, file);
  Wipe(file);
  return saved;
}

}  // namespace sacoche
