#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/samples/sacoche_run.h"
#include "tests/support/enrolled_store.h"
#include "tests/support/temporary_directory.h"

namespace sacoche {

inline void WriteFile(const std::string& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  SACOCHE_CHECK(file.flush().good());
}

inline std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

// A member's store with which the real program works, and nobody's server.
class CommandLineFixture : public testing::Test {
 protected:
  CommandLineFixture() {
    std::filesystem::create_directory(store_);
    stores_.Enrol(store_, {"Claire Martin", "Portable Dourdan"});
  }

  [[nodiscard]] Outcome Run(std::vector<std::string> arguments, std::string input = "") const {
    return RunSacoche({std::move(arguments), std::move(input), {{"SACOCHE_STORE", store_}}});
  }

  // What a run that must succeed prints, without its last line break.
  [[nodiscard]] std::string Print(std::vector<std::string> arguments,
                                  std::string input = "") const {
    Outcome outcome = Run(std::move(arguments), std::move(input));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    if (outcome.out.ends_with('\n')) outcome.out.pop_back();
    return outcome.out;
  }

  [[nodiscard]] nlohmann::json PrintJson(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    return nlohmann::json::parse(Print(std::move(arguments)));
  }

  TemporaryDirectory folder_;
  EnrolledStores stores_;
  std::string store_ = folder_ / "store";
};

}  // namespace sacoche
