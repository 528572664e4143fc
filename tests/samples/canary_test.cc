// Invariant 6, through the real program: what is typed is in no file, in no encoding, while the
// program works and after it, and in no core dump.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/samples/command_line_fixture.h"
#include "tests/support/process.h"
#include "tests/support/test_vault.h"

namespace sacoche {
namespace {

namespace fs = std::filesystem;

const std::string kCanary = "canari-jaune-8127";

std::string Utf16(std::string_view text) {
  std::string wide;
  for (const char c : text) wide += {c, '\0'};
  return wide;
}

bool HoldsPlaintext(const std::string& content) {
  return content.find(kCanary) != std::string::npos ||
         content.find(Utf16(kCanary)) != std::string::npos ||
         content.find("SQLite format") != std::string::npos;
}

class CanaryTest : public CommandLineFixture {
 protected:
  CanaryTest() {
    for (const std::string& made : {working_, temporary_, backups_}) fs::create_directory(made);
  }

  // The canary in every field of every kind that takes a text, and enough of it to fill a pipe.
  void TypeEverywhere() {
    std::string dossier;
    for (const auto& kind : PrintJson({"schema"})) {
      std::vector<std::string> arguments{"create", kind["kind"].get<std::string>()};
      if (kind["place"] != "dossier") arguments.insert(arguments.end(), {"--in", dossier});
      for (const auto& field : kind["fields"])
        if (field["type"] == "text" && field["policy"] != "erasure")
          arguments.push_back(field["field"].get<std::string>() + "=" + kCanary);
      if (arguments.back().find('=') == std::string::npos) continue;
      const std::string id = Print(arguments);
      if (kind["place"] == "dossier") dossier = id;
      ++kinds_;
    }
    std::string long_text;
    while (long_text.size() < 50'000) long_text += kCanary + " ";
    for (int i = 0; i < 5; ++i)
      EXPECT_NE(Print({"create", "situation", "synthese=" + long_text}), "");
    EXPECT_NE(Print({"search", kCanary}).find(kCanary), std::string::npos);
    EXPECT_NE(Print({"backup", backups_}), "");
  }

  // `program` with unlimited core dumps, in the working folder; its output goes into `pipe`.
  [[nodiscard]] Process Start(const std::string& pipe, const std::string& program) const {
    const std::string script =
        "ulimit -c unlimited; cd '" + working_ + "'; exec env -i SACOCHE_STORE='" + store_ +
        "' SACOCHE_STORE_PASSPHRASE='" + kTestStorePassphrase + "' TMPDIR='" + temporary_ +
        "' ASAN_OPTIONS=disable_coredump=0 " + program;
    return Process({{"/bin/sh", "-c", script}, pipe, ""});
  }

  // Every file that the program can have written, and every one that it holds open, with or without
  // a name.
  void ExpectNoPlaintext(const Process& process) const {
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_regular_file()) continue;
      EXPECT_FALSE(HoldsPlaintext(ReadWholeFile(entry.path().string()))) << entry.path();
      ++files;
    }
    EXPECT_GE(files, 2U);
    std::error_code unreadable;  // the program keeps other processes of the same user out
    const fs::path open_files = "/proc/" + std::to_string(process.pid()) + "/fd";
    for (const auto& entry : fs::directory_iterator(open_files, unreadable)) {
      std::error_code gone;
      if (!fs::is_regular_file(entry.path(), gone)) continue;
      EXPECT_FALSE(HoldsPlaintext(ReadWholeFile(entry.path().string()))) << entry.path();
    }
  }

  const std::string working_ = folder_ / "working";
  const std::string temporary_ = folder_ / "temporary";
  const std::string backups_ = folder_ / "backups";
  int kinds_ = 0;
};

// Reads the first byte of what a program writes: from then on it is at work, and soon waits for us.
class Pipe {
 public:
  explicit Pipe(const std::string& path) : path_(path) {
    SACOCHE_CHECK(mkfifo(path.c_str(), 0600) == 0);
  }
  ~Pipe() {
    if (fd_ >= 0) close(fd_);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] bool WaitForFirstByte() {
    fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    char first = 0;
    return fd_ >= 0 && read(fd_, &first, 1) == 1;
  }

 private:
  std::string path_;
  int fd_ = -1;
};

TEST_F(CanaryTest, NoFileHoldsItWhileAnExportIsUnderWay) {
  TypeEverywhere();
  EXPECT_GE(kinds_, 3);
  Pipe pipe(folder_ / "pipe");
  const Process process = Start(folder_ / "pipe", std::string(SACOCHE_BINARY) + " export");
  ASSERT_TRUE(pipe.WaitForFirstByte());
  ASSERT_FALSE(process.HasEnded());  // the export is longer than a pipe holds
  ExpectNoPlaintext(process);
}

TEST_F(CanaryTest, AnAbortedProgramLeavesNoCoreDump) {
  {
    // Only where an unguarded program is dumped does the lack of a dump say anything.
    Pipe pipe(folder_ / "control-pipe");
    Process control = Start(folder_ / "control-pipe", "sh -c 'echo ready; exec tail -f /dev/null'");
    ASSERT_TRUE(pipe.WaitForFirstByte());
    control.Signal(SIGABRT);
    if (!control.Wait().dumped_core) GTEST_SKIP() << "this machine writes no core dumps";
    for (const auto& entry : fs::directory_iterator(working_)) fs::remove(entry.path());
  }
  TypeEverywhere();
  Pipe pipe(folder_ / "pipe");
  Process process = Start(folder_ / "pipe", std::string(SACOCHE_BINARY) + " export");
  ASSERT_TRUE(pipe.WaitForFirstByte());
  process.Signal(SIGABRT);
  const Process::Exit exit = process.Wait();
  EXPECT_EQ(exit.signal, SIGABRT);
  EXPECT_FALSE(exit.dumped_core);
  EXPECT_TRUE(fs::is_empty(working_));
  ExpectNoPlaintext(process);
}

}  // namespace
}  // namespace sacoche
