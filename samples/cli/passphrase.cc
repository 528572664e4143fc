#include "samples/cli/passphrase.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace sacoche {
namespace {

volatile sig_atomic_t interrupted_by = 0;

void NoteSignal(int number) { interrupted_by = number; }

class FileDescriptor {
 public:
  FileDescriptor(const char* path, int flags) : fd_(open(path, flags | O_CLOEXEC | O_NOCTTY)) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// While it lives, the terminal shows nothing of what is typed, and a signal that would end the
// program is kept until the terminal is as it was: else it would stay mute for the next program.
// Such a signal comes only inside WaitForInput, so that none is missed just before a read.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    interrupted_by = 0;
    sigset_t held;
    sigemptyset(&held);
    for (const int number : kSignals) sigaddset(&held, number);
    sigprocmask(SIG_BLOCK, &held, &mask_before_);
    struct sigaction note {};
    note.sa_handler = NoteSignal;
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &note, &before_[i]);
    tcgetattr(fd_, &settings_);
    termios silent = settings_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    tcsetattr(fd_, TCSAFLUSH, &settings_);
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
    if (interrupted_by != 0) raise(interrupted_by);
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  // False: a signal came first.
  [[nodiscard]] bool WaitForInput() const {
    pollfd input{fd_, POLLIN, 0};
    while (ppoll(&input, 1, nullptr, &mask_before_) < 0 && errno == EINTR && interrupted_by == 0) {
    }
    return interrupted_by == 0;
  }

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  int fd_;
  termios settings_{};
  sigset_t mask_before_{};
  std::array<struct sigaction, kSignals.size()> before_{};
};

tl::unexpected<Error> Unreadable(const std::string& where) {
  return Fail(ErrorCode::kNotFound, "the passphrase cannot be read from " + where,
              "Check the path and its permissions.");
}

// The first line of what can be read, without its end. `may_read` is asked before each byte.
template <class MayRead>
Result<SecretBytes> ReadLine(int fd, const std::string& where, const MayRead& may_read) {
  SecretBytes buffer(kPassphraseBytesMax);
  std::size_t size = 0;
  while (size < buffer.size()) {
    if (!may_read()) return Unreadable(where);
    const ssize_t got = read(fd, buffer.span().data() + size, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(where);
    if (got == 0 || buffer.view()[size] == '\n') break;
    ++size;
  }
  if (size == buffer.size())
    return Fail(ErrorCode::kLimit, "the passphrase is longer than 1,023 bytes",
                "Check that it is the right file, or choose a shorter one.");
  if (size > 0 && buffer.view()[size - 1] == '\r') --size;
  return SecretBytes(buffer.view().first(size));
}

void Say(int fd, std::string_view text) {
  if (write(fd, text.data(), text.size()) < 0) return;  // the prompt is a courtesy
}

Result<SecretBytes> Ask(int terminal, std::string_view question) {
  const SilentTerminal silent(terminal);
  Say(terminal, question);
  auto line = ReadLine(terminal, "the terminal", [&] { return silent.WaitForInput(); });
  Say(terminal, "\n");
  return line;
}

tl::unexpected<Error> NoTerminal(const std::string& advice) {
  return Fail(ErrorCode::kInvalidInput,
              "a passphrase is needed and there is no terminal to ask for it", advice);
}

Result<SecretBytes> AskOnTerminal(const PassphraseSource& source, PassphraseUse use) {
  const FileDescriptor terminal("/dev/tty", O_RDWR);
  if (!terminal.valid())
    return NoTerminal(std::string("Give it with ") + source.option + " FILE or in " +
                      source.variable + ".");
  SACOCHE_ASSIGN(SecretBytes first, Ask(terminal.get(), std::string(source.what) + ": "));
  if (use == PassphraseUse::kOpen) return first;
  SACOCHE_ASSIGN(const SecretBytes second, Ask(terminal.get(), "The same once more: "));
  if (Equal(first.view(), second.view())) return first;
  return Fail(ErrorCode::kInvalidInput, "the two passphrases are not the same", "Start again.");
}

std::optional<SecretBytes> TakeFromEnvironment(const char* variable) {
  char* value = std::getenv(variable);
  if (value == nullptr) return std::nullopt;
  SecretBytes passphrase(ViewOf(value));
  explicit_bzero(value, passphrase.size());
  unsetenv(variable);
  return passphrase;
}

}  // namespace

Result<SecretBytes> ReadPassphrase(const PassphraseSource& source, const std::string& file,
                                   PassphraseUse use) {
  if (!file.empty()) {
    const FileDescriptor opened(file.c_str(), O_RDONLY);
    if (!opened.valid()) return Unreadable(file);
    return ReadLine(opened.get(), file, [] { return true; });
  }
  if (auto passphrase = TakeFromEnvironment(source.variable)) return std::move(*passphrase);
  return AskOnTerminal(source, use);
}

Result<SecretBytes> AskForSecret(const std::string& question, const std::string& advice) {
  const FileDescriptor terminal("/dev/tty", O_RDWR);
  if (!terminal.valid()) return NoTerminal(advice);
  return Ask(terminal.get(), question);
}

Result<SecretBytes> ReadSecretFile(const std::string& file, std::size_t bytes_max) {
  const FileDescriptor opened(file.c_str(), O_RDONLY);
  SecretBytes buffer(bytes_max + 1);
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t got = read(opened.get(), buffer.span().data() + size, buffer.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return Fail(ErrorCode::kNotFound, "the file " + file + " cannot be read",
                  "Check the path and its permissions.");
    if (got == 0) return SecretBytes(buffer.view().first(size));
    size += static_cast<std::size_t>(got);
  }
  return Fail(ErrorCode::kLimit, "the file " + file + " is too long",
              "Check that it is the right file.");
}

}  // namespace sacoche
