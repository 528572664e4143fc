#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <list>
#include <thread>

namespace sacoche {

// Event loops, each on a thread of its own: what belongs to one loop is never touched by two
// threads at once, and needs no lock.
class IoLoops {
 public:
  // `count`: at least 1. The threads start at once.
  explicit IoLoops(std::size_t count);
  // Waits for the threads; what the loops still hold is destroyed with them.
  ~IoLoops();
  IoLoops(const IoLoops&) = delete;
  IoLoops& operator=(const IoLoops&) = delete;

  // One per core of this machine.
  [[nodiscard]] static std::size_t CountForThisMachine();

  // In turn. One thread.
  [[nodiscard]] boost::asio::any_io_executor Next();

  // Each ends with what it does at this moment, and goes on no more.
  void Stop();

 private:
  struct Loop {
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        context.get_executor()};
    std::thread thread;
  };

  std::list<Loop> loops_;
  std::list<Loop>::iterator next_;
};

}  // namespace sacoche
