#pragma once

#include <vector>

#include "engine/text/text_document.h"

namespace sacoche {

// Whether an edit whose time has come speaks of characters only that its author had seen. What the
// answer rests on is the same on every device, however much more a device knows.
class ReferenceCheck {
 public:
  ReferenceCheck(const TextDocument& document, const TextOps& ops);

  [[nodiscard]] bool Passes() const;

 private:
  [[nodiscard]] bool Allows(const TextRun& run, std::uint64_t before) const;
  [[nodiscard]] bool AreCharacters(const Dot& lowest, std::uint64_t length,
                                   std::uint64_t before) const;
  [[nodiscard]] bool AreLogged(const Dot& lowest, std::uint64_t length) const;
  [[nodiscard]] bool AreOwn(std::uint64_t lowest, std::uint64_t length) const;
  [[nodiscard]] std::uint64_t SeenOf(const ReplicaId& replica) const;

  const TextDocument& document_;
  const TextOps& ops_;
  std::uint64_t known_ = 0;            // of the author
  std::vector<std::uint64_t> firsts_;  // of the runs: the counters of their first units
};

}  // namespace sacoche
