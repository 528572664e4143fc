#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "platform/base/check.h"
#include "tests/support/process.h"

namespace sacoche {

// A blocking TCP connection to loopback, for what no honest client sends. A read that hangs fails
// after kHangTimeout.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    SACOCHE_CHECK(fd_ >= 0);
    // OpenSSL writes without MSG_NOSIGNAL, and servers close on hostile clients.
    signal(SIGPIPE, SIG_IGN);
    // Small, so that a long answer does not fit into the kernel's buffers unread.
    const int receive_bytes = 64 * 1024;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    const timeval timeout{std::chrono::seconds(kHangTimeout).count(), 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  ~RawSocket() { close(fd_); }

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] int fd() const { return fd_; }

  void Send(const std::string& bytes) const {
    // The server may have closed already: that is for the reading to show.
    if (send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return;
  }

  // Everything until the server closes; nothing if it never does.
  [[nodiscard]] std::optional<std::string> ReadToEnd() const {
    std::string all;
    std::array<char, 4096> piece;
    while (true) {
      const ssize_t got = recv(fd_, piece.data(), piece.size(), 0);
      if (got == 0 || (got < 0 && errno == ECONNRESET)) return all;
      if (got < 0) return std::nullopt;
      all.append(piece.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  int fd_;
  bool is_connected_ = false;
};

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslFree>;
using SslSession = std::unique_ptr<SSL_SESSION, SslFree>;

// TLS by hand over a RawSocket.
class RawTls {
 public:
  enum class Version { kTls12, kTls13 };

  RawTls(std::uint16_t port, const std::string& ca_path, Version version = Version::kTls13,
         SSL_SESSION* resume = nullptr)
      : socket_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SACOCHE_CHECK(SSL_CTX_load_verify_locations(context_.get(), ca_path.c_str(), nullptr) == 1);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (version == Version::kTls12) SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.fd());
    if (resume != nullptr) SACOCHE_CHECK(SSL_set_session(ssl_.get(), resume) == 1);
    is_open_ = socket_.is_connected() && SSL_connect(ssl_.get()) == 1;
  }

  [[nodiscard]] bool is_open() const { return is_open_; }
  [[nodiscard]] bool is_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  [[nodiscard]] SslSession session() const { return SslSession(SSL_get1_session(ssl_.get())); }
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }
  [[nodiscard]] const RawSocket& socket() const { return socket_; }

  void Send(const std::string& bytes) const {
    if (!bytes.empty() && SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
      return;
  }

  // Whether something arrives, or the server hangs up, before so much time has passed.
  [[nodiscard]] bool HasAnswerWithin(std::chrono::milliseconds time) const {
    pollfd readable{socket_.fd(), POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(time.count())) <= 0) return false;
    // A session ticket is no answer.
    char byte = 0;
    timeval no_wait{0, 1};
    timeval wait{std::chrono::seconds(kHangTimeout).count(), 0};
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &no_wait, sizeof no_wait);
    const int got = SSL_peek(ssl_.get(), &byte, 1);
    const bool has_nothing = got <= 0 && SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ;
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return !has_nothing;
  }

  // Until `text` came, or the end.
  [[nodiscard]] std::string ReadUntil(const std::string& text) const {
    std::string all;
    std::array<char, 4096> piece;
    while (all.find(text) == std::string::npos) {
      const int got = SSL_read(ssl_.get(), piece.data(), piece.size());
      if (got <= 0) break;
      all.append(piece.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  // Until the server says goodbye or closes.
  [[nodiscard]] std::string ReadToEnd() const { return ReadUntil("\xff no such text"); }

 private:
  RawSocket socket_;
  SslContext context_;
  std::unique_ptr<SSL, SslFree> ssl_;
  bool is_open_ = false;
};

}  // namespace sacoche
