#pragma once

#include <optional>
#include <vector>

#include "engine/seal/recovery_code_key.h"
#include "engine/seal/recovery_shares.h"
#include "engine/sign/hash.h"

namespace sacoche {

// That a recovery key opened spaces of this laptop's for somebody.
struct RecoveryNotice {
  Hash256 statement{};           // of the directory, that says so
  bool by_organisation = false;  // else with a person's code
  DeviceId device;               // the laptop that reads them since
  std::vector<SpaceId> spaces;   // those of this laptop's
  // When this laptop heard of it, by the time that the server tells; nobody says when it was.
  std::uint64_t heard_ms = 0;
};

// How this laptop stands, as to recovery.
struct RecoveryStatus {
  enum class Code {
    kNone,     // no code on paper restores what this laptop reads
    kWaiting,  // one was made, and is in force after a sync
    kInForce,
  };
  Code code = Code::kNone;
  bool code_was_typed = false;          // of another laptop, to be used at the next sync
  bool organisation = false;            // the organisation has a recovery key
  std::vector<RecoveryNotice> notices;  // that nobody acknowledged here, oldest first
};

// What a code that was typed will open.
struct TypedRecovery {
  DeviceId lost;                // the laptop whose code it is
  std::vector<SpaceId> spaces;  // of this laptop's
};

// What the organisation's recovery key gave a laptop.
struct OrganisationRecovery {
  std::vector<SpaceId> opened;
  std::vector<SpaceId> had_key;    // a colleague was quicker
  std::vector<SpaceId> not_given;  // whose keys the recovery key was never given
};

}  // namespace sacoche
