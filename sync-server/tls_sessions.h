#pragma once

#include <openssl/ssl.h>

#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "platform/base/bytes.h"
#include "platform/clock.h"
#include "platform/file_system.h"

namespace sacoche {

// The TLS sessions that laptops may resume, each once (RFC 8446, 2.2 and C.4). Kept here and named
// to the laptop by 32 bytes: a ticket that holds its session is three times as long, in both
// directions, with every sync. Over a restart that was asked for they are kept in a file beside the
// store, and in no backup; after any other, each laptop makes one full handshake.
//
//   file    = ("SCTS" version (1)) SHA-256 of the certificate (32) session*
//   session = until (varint; seconds since 1970) id (sized) DER of the session (sized)
//
// Any thread, as OpenSSL calls it from the loop of whichever connection.
class TlsSessions {
 public:
  // The longest that RFC 8446 allows (4.6.1).
  static constexpr std::uint64_t kLifetimeS = 7 * 24 * 3600;
  // Beyond, the oldest give way: as many laptops as one server has, several times over.
  static constexpr std::size_t kSessionsMax = 16 * 1024;

  explicit TlsSessions(Clock& clock) : clock_(clock) {}
  TlsSessions(const TlsSessions&) = delete;
  TlsSessions& operator=(const TlsSessions&) = delete;
  ~TlsSessions();

  // Keeps the context's sessions from now on; must outlive it and its connections. What was kept
  // under another certificate goes: it may have been changed because its key was stolen.
  void Use(SSL_CTX* context);

  // Takes what the file holds, and removes it: a copy that lies about serves nobody but thieves. Of
  // a spoilt file, what stands before the damage.
  Status TakeFrom(FileSystem& files, const std::string& path);
  Status SaveTo(FileSystem& files, const std::string& path) const;

  [[nodiscard]] std::size_t size() const;

 private:
  struct Kept {
    std::uint64_t until_s = 0;
    Bytes der;
  };

  static TlsSessions& Of(const SSL* ssl);
  static int OnNew(SSL* ssl, SSL_SESSION* session);
  static SSL_SESSION* OnWanted(SSL* ssl, const unsigned char* id, int id_bytes, int* is_shared);
  void Keep(Bytes id, Kept kept);
  SSL_SESSION* Take(ByteView id);
  void DropOldest();
  void DropAll();

  Clock& clock_;
  mutable std::mutex mutex_;     // of all that follows
  ByteArray<32> certificate_{};  // SHA-256; zeros: of none yet
  std::map<Bytes, Kept> sessions_;
  std::deque<Bytes> by_age_;  // ids, the oldest first; some are taken already
};

}  // namespace sacoche
