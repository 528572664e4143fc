#pragma once

#include <vector>

#include "engine/sign/hash.h"

namespace sacoche {

// In which order a server holds the directory's statements: what two devices compare to find out
// whether it shows them the same. A value.
//
// A tag is eight bytes that stand for the statements up to one of them; zeros: for none.
class DirectoryOrder {
 public:
  void Append(const Hash256& statement);

  [[nodiscard]] std::uint64_t count() const { return tags_.size(); }
  // Of the first `count` statements; nothing if there are not so many.
  [[nodiscard]] std::optional<ByteArray<8>> TagAt(std::uint64_t count) const;

 private:
  Hash256 hash_{};
  std::vector<ByteArray<8>> tags_;
};

}  // namespace sacoche
