#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>

#include "platform/base/result.h"

namespace sacoche {

// Answers GET /metrics over plain HTTP/1.1, on a loopback address, one request a connection: for a
// Prometheus, or somebody with curl, on the same machine. Runs on the thread of its executor; a
// scraper that is slow or talks nonsense is dropped, and there are never more than a few.
class MetricsListener {
 public:
  explicit MetricsListener(const boost::asio::any_io_executor& executor) : acceptor_(executor) {}

  // Takes the port. kInvalidInput: not a loopback address; kIo: the port is taken or not ours.
  Status Open(const boost::asio::ip::tcp::endpoint& endpoint);
  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const {
    return acceptor_.local_endpoint();
  }
  [[nodiscard]] bool is_open() const { return acceptor_.is_open(); }

  // Until Close. `text` gives the body of an answer.
  boost::asio::awaitable<void> Run(std::function<std::string()> text);
  void Close();

 private:
  boost::asio::awaitable<void> Answer(boost::asio::ip::tcp::socket socket,
                                      std::function<std::string()> text);

  boost::asio::ip::tcp::acceptor acceptor_;
  std::size_t open_ = 0;
};

}  // namespace sacoche
