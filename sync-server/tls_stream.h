#pragma once

#include <boost/asio/compose.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <memory>

namespace sacoche {

// The server's side of TLS over a socket, as Asio's AsyncReadStream and AsyncWriteStream. OpenSSL
// reads and writes the socket itself, so an idle connection holds no buffers: asio::ssl::stream
// keeps four of a record's size each. One operation in each direction at a time; cancelling the
// lowest layer ends what waits. One thread.
class TlsStream {
 public:
  using next_layer_type = boost::asio::ip::tcp::socket;
  using lowest_layer_type = next_layer_type::lowest_layer_type;
  using executor_type = next_layer_type::executor_type;
  using SystemError = boost::system::error_code;

  // `context` need not outlive it.
  TlsStream(next_layer_type socket, boost::asio::ssl::context& context);

  executor_type get_executor() { return socket_.get_executor(); }
  next_layer_type& next_layer() { return socket_; }
  lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
  SSL* native_handle() { return ssl_.get(); }

  template <class Token>
  auto async_handshake(Token&& token) {
    return Start([](SSL* ssl) { return SSL_accept(ssl); }, std::forward<Token>(token));
  }

  // Sends the goodbye and waits for the peer's.
  template <class Token>
  auto async_shutdown(Token&& token) {
    return Start(
        [](SSL* ssl) {
          const int done = SSL_shutdown(ssl);
          return done == 0 ? SSL_shutdown(ssl) : done;
        },
        std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    const auto to = FirstOf<boost::asio::mutable_buffer>(buffers);
    return Start([to](SSL* ssl) { return SSL_read(ssl, to.data(), SizeOf(to)); },
                 std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const auto from = FirstOf<boost::asio::const_buffer>(buffers);
    return Start([from](SSL* ssl) { return SSL_write(ssl, from.data(), SizeOf(from)); },
                 std::forward<Token>(token));
  }

 private:
  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  // Calls OpenSSL until it has done it, and waits in between for the socket.
  template <class Call>
  class Operation {
   public:
    Operation(TlsStream& stream, Call call) : stream_(&stream), call_(std::move(call)) {}

    template <class Self>
    void operator()(Self& self, SystemError error = {}) {
      if (is_decided_) return self.complete(outcome_, size_);
      const int result = error ? 0 : stream_->Call(call_);
      const auto direction = error ? Direction::kNone : stream_->WantedAfter(result, error);
      if (direction == Direction::kNone) return Finish(self, error, result);
      has_waited_ = true;
      const auto wait =
          direction == Direction::kRead ? next_layer_type::wait_read : next_layer_type::wait_write;
      next_layer_type& socket = stream_->socket_;
      socket.async_wait(wait, std::move(self));
    }

   private:
    // Nothing completes inside the call that began it.
    template <class Self>
    void Finish(Self& self, const SystemError& error, int result) {
      const std::size_t size = error || result < 0 ? 0 : static_cast<std::size_t>(result);
      if (has_waited_) return self.complete(error, size);
      is_decided_ = true;
      outcome_ = error;
      size_ = size;
      const executor_type executor = stream_->get_executor();
      boost::asio::post(executor, std::move(self));
    }

    TlsStream* stream_;
    Call call_;
    bool has_waited_ = false;
    bool is_decided_ = false;
    SystemError outcome_;
    std::size_t size_ = 0;
  };

  enum class Direction { kNone, kRead, kWrite };

  template <class Run>
  int Call(const Run& run) {
    PrepareCall();
    return run(ssl_.get());
  }
  static void PrepareCall();
  // What OpenSSL waits for after such a result; none with an error: it failed, without: it is done.
  Direction WantedAfter(int result, SystemError& error);

  template <class Call, class Token>
  auto Start(Call call, Token&& token) {
    return boost::asio::async_compose<Token, void(SystemError, std::size_t)>(
        Operation<Call>(*this, std::move(call)), token, socket_);
  }

  // OpenSSL takes one piece of memory; nothing here is read or written in several.
  template <class Buffer, class Buffers>
  static Buffer FirstOf(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at)
      if (Buffer(*at).size() > 0) return Buffer(*at);
    return Buffer();
  }
  template <class Buffer>
  static int SizeOf(const Buffer& buffer) {
    return static_cast<int>(std::min<std::size_t>(buffer.size(), 1 << 20));
  }

  next_layer_type socket_;
  std::unique_ptr<SSL, SslFree> ssl_;
};

}  // namespace sacoche
