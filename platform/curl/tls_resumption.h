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
//   kept = SHA-256 of the server and its authority (32)
//          when the certificate was looked at, seconds since 1970 (8, big endian)
//          session (DER, as OpenSSL writes it)
class TlsResumption {
 public:
  static constexpr std::size_t kKeptBytesMax = 16 * 1024;
  // A session that was resumed gives the next one: after so long the certificate is looked at
  // again.
  static constexpr std::uint64_t kUncheckedSMax = 7 * 24 * 3600;

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

  [[nodiscard]] bool MayResume() const;

  ByteArray<32> server_{};
  std::uint64_t checked_s_ = 0;  // when the certificate was looked at
  Session offered_;              // to the next connection: a ticket is good for one
  Session newest_;
  bool has_offered_ = false;
};

}  // namespace sacoche
