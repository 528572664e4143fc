#pragma once

#include "engine/membership/directory.h"
#include "engine/store/store.h"
#include "engine/wire/envelope.h"

namespace sacoche {

// How much of the directory a colleague had been shown, as an envelope of his says.
struct DirectoryClaim {
  SpaceId space;
  DeviceId device;
  std::uint64_t counter = 0;  // of the envelope
  std::uint64_t statements = 0;
};

// The claims beyond what this device was shown: while there is one, it seals nothing. A claim ends
// with what it claims, with its device's withdrawal, and with that device's own word that the
// server was put back since (statement kind 19).
class DirectoryClaims {
 public:
  static Result<DirectoryClaims> Load(Store& store);
  // In the caller's transaction.
  [[nodiscard]] Status Save(Store& store) const;

  // False: one that is here says as much and lasts as long, or there are too many.
  bool Add(const DirectoryClaim& claim);
  // Drops those that have ended. False: there was none.
  bool DropEnded(const Directory& directory, std::uint64_t shown);
  // That of the most statements; nothing: there is none.
  [[nodiscard]] const DirectoryClaim* Greatest() const;

 private:
  std::vector<DirectoryClaim> claims_;
};

}  // namespace sacoche
