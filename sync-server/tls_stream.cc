#include "sync-server/tls_stream.h"

#include <openssl/err.h>

#include <cerrno>
#include <new>

namespace sacoche {

namespace asio = boost::asio;

TlsStream::TlsStream(next_layer_type socket, asio::ssl::context& context)
    : socket_(std::move(socket)), ssl_(SSL_new(context.native_handle())) {
  if (ssl_ == nullptr) throw std::bad_alloc();
  SystemError error;
  socket_.native_non_blocking(true, error);
  SSL_set_fd(ssl_.get(), socket_.native_handle());
  SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
}

// SSL_get_error reads the thread's queue and errno, where another connection's trouble may lie.
void TlsStream::PrepareCall() {
  ERR_clear_error();
  errno = 0;
}

TlsStream::Direction TlsStream::WantedAfter(int result, SystemError& error) {
  if (result > 0) return Direction::kNone;
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Direction::kRead;
    case SSL_ERROR_WANT_WRITE:
      return Direction::kWrite;
    case SSL_ERROR_ZERO_RETURN:
      error = asio::error::eof;
      return Direction::kNone;
    case SSL_ERROR_SYSCALL:
      error = system_error != 0 ? SystemError(system_error, asio::error::get_system_category())
                                : SystemError(asio::ssl::error::stream_truncated);
      return Direction::kNone;
    default:
      error = SystemError(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category());
      if (!error) error = asio::ssl::error::stream_truncated;
      return Direction::kNone;
  }
}

}  // namespace sacoche
