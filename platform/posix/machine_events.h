#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "platform/base/result.h"
#include "platform/network_watch.h"

namespace sacoche {

// What a program that runs beside its user waits for, without asking again and again: a network
// that came (an address, by rtnetlink, or as somebody says who watches it), files that changed in
// a folder (inotify), and signals. Linux. One thread.
class MachineEvents {
 public:
  // From now on SIGTERM, SIGINT and SIGUSR1 of this process only show here.
  // `watch`: may be null; must outlive this.
  static Result<std::unique_ptr<MachineEvents>> Watch(const std::string& folder,
                                                      NetworkWatch* watch = nullptr);
  ~MachineEvents();
  MachineEvents(const MachineEvents&) = delete;
  MachineEvents& operator=(const MachineEvents&) = delete;

  struct Seen {
    bool stops = false;    // SIGTERM, SIGINT
    bool asks = false;     // SIGUSR1
    bool network = false;  // one is there that was not
    bool files = false;    // something in the folder was written
  };
  // Until something happens, or until that time has come.
  [[nodiscard]] Result<Seen> Wait(std::uint64_t until_ms);
  // What was written until now was this program's.
  void ForgetFiles();

  // While this is alive, SIGTERM and SIGINT end the process as they always do.
  class MayBeEnded {
   public:
    MayBeEnded();
    MayBeEnded(const MayBeEnded&) = delete;
    MayBeEnded& operator=(const MayBeEnded&) = delete;
    ~MayBeEnded();
  };

  // Milliseconds since the machine started, its sleep included. Never set.
  [[nodiscard]] static std::uint64_t NowMs();

 private:
  MachineEvents(int signals, int network, int files, int timer)
      : signals_(signals), network_(network), files_(files), timer_(timer) {}
  bool Hear(const char* bytes, std::size_t size);

  int signals_;
  int network_;
  int files_;
  int timer_;
  NetworkWatch* watch_ = nullptr;
  std::set<std::string> addresses_;  // that were heard of
};

}  // namespace sacoche
