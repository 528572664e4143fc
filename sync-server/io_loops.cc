#include "sync-server/io_loops.h"

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>

namespace sacoche {

IoLoops::IoLoops(std::size_t count) : loops_(std::max<std::size_t>(count, 1)) {
  for (Loop& loop : loops_) loop.thread = std::thread([&loop] { loop.context.run(); });
  next_ = loops_.begin();
}

IoLoops::~IoLoops() { Stop(); }

std::size_t IoLoops::CountForThisMachine() { return std::thread::hardware_concurrency(); }

boost::asio::any_io_executor IoLoops::Next() {
  Loop& loop = *next_;
  if (++next_ == loops_.end()) next_ = loops_.begin();
  return loop.context.get_executor();
}

void IoLoops::Stop() {
  for (Loop& loop : loops_) loop.context.stop();
  for (Loop& loop : loops_)
    if (loop.thread.joinable()) loop.thread.join();
}

}  // namespace sacoche
