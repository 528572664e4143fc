#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "platform/base/check.h"

namespace sacoche {

// A new folder for one test, removed with what is in it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sacoche-test-XXXXXX").string();
    SACOCHE_CHECK(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (folder_ / name).string();
  }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace sacoche
