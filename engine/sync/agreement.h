#pragma once

#include "engine/causality/trusted_time.h"
#include "engine/store/store.h"

namespace sacoche {

// When this laptop and its server last agreed, which is at the end of a whole sync, and how long
// ago that is as far as the laptop can know. Pure but for Load and Save: the machine's time is
// given.
//
// A clock that is put back does not make the time shorter: what was once seen to have passed stays,
// and what passes from then on comes on top. A clock that is put right is believed, by the server's
// time of the agreement. One that is years ahead cannot be told from years of absence.
// Either way the next agreement begins at nought. docs/decisions/0023-away-for-too-long.md
struct Agreement {
  TrustedTime at;                  // server_ms 0: there was none yet
  std::uint64_t away_ms = 0;       // the longest that was ever seen
  std::uint64_t last_look_ms = 0;  // what the machine's clock showed then

  // As seen now.
  [[nodiscard]] Agreement LookAt(std::uint64_t local_now_ms) const;

  // Nothing: there was no agreement.
  [[nodiscard]] bool is_made() const { return at.server_ms != 0; }

  bool operator==(const Agreement&) const = default;
};

[[nodiscard]] Result<Agreement> LoadAgreement(Store& store);
Status SaveAgreement(Store& store, const Agreement& agreement);

// Whether what was seen is worth a write: a look costs none as a rule.
[[nodiscard]] bool IsWorthKeeping(const Agreement& kept, const Agreement& seen);
// The same of an agreement that was made anew.
[[nodiscard]] bool IsWorthMaking(const Agreement& kept, const TrustedTime& now);

}  // namespace sacoche
