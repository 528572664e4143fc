#include "samples/demo/server_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "platform/posix/posix_file_system.h"

extern char** environ;

namespace sacoche::demo {
namespace {

constexpr std::string_view kListening = "listening on ";

struct Child {
  pid_t pid = -1;
  int output = -1;  // the reading end of its standard output
};

// `log`: where its standard error goes.
Result<Child> Spawn(const std::vector<std::string>& command, const std::string& log) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Fail(ErrorCode::kIo, "cannot make a pipe", "Try again.");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  Child child;
  const int failed =
      posix_spawn(&child.pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  child.output = ends[0];
  if (failed == 0) return child;
  close(ends[0]);
  return Fail(ErrorCode::kNotFound, "cannot start " + command[0], "Build the project first.");
}

// Up to the end of the first line, or of the output.
std::string ReadLine(int fd) {
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != '\n') line.push_back(c);
  return line;
}

int WaitFor(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<std::unique_ptr<ServerProcess>> ServerProcess::Start(const std::string& binary,
                                                            const std::string& folder) {
  const std::string log = folder + "/server.log";
  const std::string certificates = folder + "/certificates";
  SACOCHE_ASSIGN(
      const Child maker,
      Spawn({binary, "make-certificate", "--out", certificates, "--host", "127.0.0.1"}, log));
  ReadLine(maker.output);
  close(maker.output);
  if (WaitFor(maker.pid) != 0)
    return Fail(ErrorCode::kIo, "the server's certificate could not be made", "See " + log + ".");

  std::unique_ptr<ServerProcess> server(new ServerProcess());
  SACOCHE_ASSIGN(
      const Child child,
      Spawn({binary, "serve", "--data", folder + "/data", "--listen", "127.0.0.1:0",
             "--certificate", certificates + "/server.pem", "--key", certificates + "/server.key"},
            log));
  server->pid_ = child.pid;
  const std::string line = ReadLine(child.output);
  close(child.output);
  if (!line.starts_with(kListening))
    return Fail(ErrorCode::kIo, "the server did not start", "See " + log + ".");
  server->url_ = "https://" + line.substr(kListening.size());
  PosixFileSystem files;
  SACOCHE_ASSIGN(const Bytes ca, files.ReadFile(certificates + "/ca.pem", 64 * 1024));
  server->ca_pem_ = TextOf(ca);
  return server;
}

int ServerProcess::Stop() {
  if (pid_ < 0) return 0;
  kill(pid_, SIGTERM);
  return WaitFor(std::exchange(pid_, -1));
}

ServerProcess::~ServerProcess() { Stop(); }

}  // namespace sacoche::demo
