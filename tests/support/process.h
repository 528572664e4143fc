#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "platform/base/check.h"

namespace sacoche {

// How a test waits for what must happen anyway: an event ends the wait, and only a hang meets this.
inline constexpr std::chrono::minutes kHangTimeout{2};

inline std::string ReadTextFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A child process. Killed and reaped when it goes away, so that no test leaves one behind.
class Process {
 public:
  struct Options {
    std::vector<std::string> argv;  // argv[0]: the program's path
    std::string stdout_path;        // files; empty: the test's own
    std::string stderr_path;
  };

  struct Exit {
    std::optional<int> status;  // nothing: ended by `signal`
    int signal = 0;
    bool dumped_core = false;
    bool operator==(const Exit&) const = default;
  };

  explicit Process(const Options& options) {
    pid_ = fork();
    SACOCHE_CHECK(pid_ >= 0);
    if (pid_ == 0) Execute(options);
    // Not glibc 2.36's wrapper: its header cannot be linked from C++.
    pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    SACOCHE_CHECK(pidfd_ >= 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (!exit_) {
      Signal(SIGKILL);
      Wait();
    }
    close(pidfd_);
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Readable once the process has ended: for poll.
  [[nodiscard]] int pidfd() const { return pidfd_; }

  // Until Wait has reaped it, no other process can have this pid.
  void Signal(int number) const { SACOCHE_CHECK(!exit_ && kill(pid_, number) == 0); }

  // Blocks until it has ended; the same answer on every call.
  Exit Wait() {
    if (exit_) return *exit_;
    siginfo_t info{};
    SACOCHE_CHECK(waitid(P_PIDFD, static_cast<id_t>(pidfd_), &info, WEXITED) == 0);
    exit_ = info.si_code == CLD_EXITED
                ? Exit{info.si_status, 0}
                : Exit{std::nullopt, info.si_status, info.si_code == CLD_DUMPED};
    return *exit_;
  }

  [[nodiscard]] bool HasEnded() const {
    pollfd ended{pidfd_, POLLIN, 0};
    return exit_.has_value() || poll(&ended, 1, 0) == 1;
  }

 private:
  static void Redirect(const std::string& path, int fd) {
    if (path.empty()) return;
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0 || dup2(file, fd) < 0) _exit(126);
    close(file);
  }

  [[noreturn]] static void Execute(const Options& options) {
    // Not even a killed test leaves a server behind.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    Redirect(options.stdout_path, STDOUT_FILENO);
    Redirect(options.stderr_path, STDERR_FILENO);
    std::vector<char*> argv;
    for (const std::string& argument : options.argv)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }

  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<Exit> exit_;
};

// Runs a program to its end.
inline Process::Exit RunProgram(const Process::Options& options) { return Process(options).Wait(); }

// Waits until `path` (in a folder that exists) is there and contains `text`, and gives its content;
// nothing if `process` ended before, or after kHangTimeout. Woken by inotify and the pidfd.
inline std::optional<std::string> WaitForText(const std::string& path, const std::string& text,
                                              const Process& process) {
  const int watch = inotify_init1(IN_CLOEXEC);
  SACOCHE_CHECK(watch >= 0);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  SACOCHE_CHECK(inotify_add_watch(watch, folder.c_str(), IN_CREATE | IN_MOVED_TO | IN_MODIFY) >= 0);
  const auto give_up = std::chrono::steady_clock::now() + kHangTimeout;
  std::optional<std::string> found;
  while (!found) {
    // The process's state is read first: what it wrote before its end still counts.
    const bool has_ended = process.HasEnded();
    const std::string content = ReadTextFile(path);
    if (std::filesystem::exists(path) && content.find(text) != std::string::npos) found = content;
    if (found || has_ended || std::chrono::steady_clock::now() >= give_up) break;
    std::array<pollfd, 2> events{pollfd{watch, POLLIN, 0}, pollfd{process.pidfd(), POLLIN, 0}};
    poll(events.data(), events.size(), 1000);
    std::array<char, 4096> drained;
    if ((events[0].revents & POLLIN) != 0 && read(watch, drained.data(), drained.size()) < 0) break;
  }
  close(watch);
  return found;
}

// The whole of a file that `process` writes when it is ready.
inline std::optional<std::string> WaitForFile(const std::string& path, const Process& process) {
  return WaitForText(path, "", process);
}

}  // namespace sacoche
