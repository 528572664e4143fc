#pragma once

#include <sys/resource.h>

#include <chrono>

namespace sacoche::bench {

// What this process used since Start: wall and processor seconds; peak memory of the whole life.
class ResourceUsage {
 public:
  ResourceUsage() : wall_(std::chrono::steady_clock::now()), cpu_s_(CpuSeconds()) {}

  [[nodiscard]] double wall_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
  }
  [[nodiscard]] double cpu_s() const { return CpuSeconds() - cpu_s_; }
  [[nodiscard]] static long peak_rss_kb() { return Read().ru_maxrss; }

 private:
  static rusage Read() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage;
  }
  static double CpuSeconds() {
    const rusage usage = Read();
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

  std::chrono::steady_clock::time_point wall_;
  double cpu_s_;
};

}  // namespace sacoche::bench
