#pragma once

#include "platform/base/bytes.h"

namespace sacoche {

// Unpredictable bytes for ids. Keys are made by libsodium inside the rooms that hold them.
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<std::uint8_t> out) = 0;

  template <class Id>
  Id NextId() {
    Id id;
    Fill(id.bytes);
    return id;
  }
};

}  // namespace sacoche
