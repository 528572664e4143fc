#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <utility>

#include "platform/base/secret_bytes.h"

namespace sacoche {

// The TLS sessions (RFC 8446, 2.2) of one client's connections to one server: libcurl keeps them in
// memory only, and a laptop's next sync is another process. One thread.
//
//   kept = SHA-256 of the server and its authority (32) session (DER, as OpenSSL writes it)
class TlsResumption {
 public:
  static constexpr std::size_t kKeptBytesMax = 16 * 1024;

  // `server`: whatever names server and certificate authority together; sessions of another are
  // not offered to it.
  explicit TlsResumption(const std::string& server);
  TlsResumption(const TlsResumption&) = delete;
  TlsResumption& operator=(const TlsResumption&) = delete;

  // Takes part in the connections of that context, which this must outlive.
  void Attach(SSL_CTX* context);

  void Resume(ByteView kept);
  // Whether a handshake since the last call of this began with a session.
  [[nodiscard]] bool HasJustOffered() { return std::exchange(has_offered_, false); }
  // The newest that the server gave; empty if it gave none since.
  [[nodiscard]] SecretBytes Kept() const;

 private:
  struct SessionFree {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  using Session = std::unique_ptr<SSL_SESSION, SessionFree>;

  static TlsResumption* Of(const SSL* ssl);
  static int OnNewSession(SSL* ssl, SSL_SESSION* session);
  static void OnState(const SSL* ssl, int where, int value);

  ByteArray<32> server_{};
  Session offered_;  // to the next connection: a ticket is good for one
  Session newest_;
  bool has_offered_ = false;
};

}  // namespace sacoche
