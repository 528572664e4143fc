#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sacoche {

// How a run of the real `sacoche` ended.
struct Outcome {
  int status = -1;  // negative: the signal that ended it
  std::string out;  // on a terminal: all that it showed
  std::string err;
};

// What a run is given. Its environment holds nothing else but the passphrase of the tests' stores,
// and it has no terminal.
struct Given {
  std::vector<std::string> arguments;
  std::string input = {};
  std::map<std::string, std::string> environment = {};
  std::optional<std::uint64_t> file_bytes_max = {};  // RLIMIT_FSIZE: writing beyond fails
  std::string out_file = {};                         // where its standard output goes instead
};

[[nodiscard]] Outcome RunSacoche(const Given& given);

// With a terminal: each time the first text of a pair has been shown, the second is typed.
[[nodiscard]] Outcome RunSacocheOnTerminal(
    const std::vector<std::string>& arguments,
    const std::vector<std::pair<std::string, std::string>>& dialogue);

}  // namespace sacoche
