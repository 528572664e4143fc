#include "tests/samples/sacoche_run.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "platform/base/check.h"
#include "tests/support/test_vault.h"

namespace sacoche {
namespace {

// A file without a name: a child may write any amount to it before anybody reads.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("sacoche-test", MFD_CLOEXEC)) { SACOCHE_CHECK(fd_ >= 0); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }

  [[nodiscard]] int fd() const { return fd_; }

  void Fill(const std::string& content) const {
    const auto size = static_cast<ssize_t>(content.size());
    SACOCHE_CHECK(write(fd_, content.data(), content.size()) == size);
    SACOCHE_CHECK(lseek(fd_, 0, SEEK_SET) == 0);
  }

  [[nodiscard]] std::string Read() const {
    SACOCHE_CHECK(lseek(fd_, 0, SEEK_SET) == 0);
    std::string content;
    std::array<char, 4096> piece;
    for (ssize_t got = 0; (got = read(fd_, piece.data(), piece.size())) > 0;)
      content.append(piece.data(), static_cast<std::size_t>(got));
    return content;
  }

 private:
  int fd_;
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void Execute(const Given& given) {
  std::vector<std::string> arguments = given.arguments;
  arguments.insert(arguments.begin(), SACOCHE_BINARY);
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "TZ=UTC", "LANG=C.UTF-8"};
  for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  if (!given.environment.contains("SACOCHE_STORE_PASSPHRASE"))
    environment.push_back(std::string("SACOCHE_STORE_PASSPHRASE=") + kTestStorePassphrase);
  for (const auto& [name, value] : given.environment) environment.push_back(name + "=" + value);
  execve(SACOCHE_BINARY, Pointers(arguments).data(), Pointers(environment).data());
  _exit(127);
}

int StatusOf(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) SACOCHE_CHECK(errno == EINTR);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void LimitFiles(const std::optional<std::uint64_t>& bytes_max) {
  if (!bytes_max) return;
  const rlimit limit{*bytes_max, *bytes_max};
  SACOCHE_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

}  // namespace

Outcome RunSacoche(const Given& given) {
  const MemoryFile in;
  const MemoryFile out;
  const MemoryFile err;
  in.Fill(given.input);
  const pid_t pid = fork();
  SACOCHE_CHECK(pid >= 0);
  if (pid == 0) {
    setsid();  // without a controlling terminal
    const int out_fd =
        given.out_file.empty() ? out.fd() : open(given.out_file.c_str(), O_WRONLY | O_CLOEXEC);
    dup2(in.fd(), STDIN_FILENO);
    dup2(out_fd, STDOUT_FILENO);
    dup2(err.fd(), STDERR_FILENO);
    LimitFiles(given.file_bytes_max);
    Execute(given);
  }
  const int status = StatusOf(pid);
  return Outcome{status, out.Read(), err.Read()};
}

Outcome RunSacocheOnTerminal(const std::vector<std::string>& arguments,
                             const std::vector<std::pair<std::string, std::string>>& dialogue) {
  int terminal = -1;
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, nullptr);
  SACOCHE_CHECK(pid >= 0);
  if (pid == 0) Execute({arguments});
  std::string shown;
  std::size_t seen = 0;
  auto next = dialogue.begin();
  std::array<char, 4096> piece;
  // Reading fails once the child has closed its side.
  for (ssize_t got = 0; (got = read(terminal, piece.data(), piece.size())) > 0;) {
    shown.append(piece.data(), static_cast<std::size_t>(got));
    const std::size_t at =
        next == dialogue.end() ? std::string::npos : shown.find(next->first, seen);
    if (at == std::string::npos) continue;
    seen = at + next->first.size();
    SACOCHE_CHECK(write(terminal, next->second.data(), next->second.size()) > 0);
    ++next;
  }
  close(terminal);
  return Outcome{StatusOf(pid), shown, ""};
}

}  // namespace sacoche
