#pragma once

#include <optional>
#include <vector>

#include "platform/base/ids.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// What the server, a colleague's laptop or somebody between them did and that cannot be right, as
// far as a laptop can tell. A closed list; the numbers are in stores, the names in JSON.
enum class Suspicion : std::uint8_t {
  kForgedStatement = 1,       // a statement of the directory by somebody who may not make it
  kStatementOutOfPlace = 2,   // repeated, left out, or of a second history of whoever signed it
  kDirectoryWithheld = 3,     // a colleague was shown more of the directory
  kForgedEnvelope = 4,        // not an envelope, of a stranger, or altered
  kEnvelopeOutOfPlace = 5,    // of another space, repeated or in a wrong order
  kEnvelopeLeftOut = 6,       // and not shown when everything was asked for
  kTwoHistories = 7,          // of one laptop
  kServerForgot = 8,          // what it had acknowledged or shown; it was given back
  kShownDifferently = 9,      // a colleague was shown more, or something else
  kForgedSnapshot = 10,       // not a snapshot, of a stranger, or altered
  kForgedTime = 11,           // the server's word on the time is not its own
  kBrokenAnswer = 12,         // an answer that is not one to the request
  kAfterLeaving = 13,         // a laptop goes on writing where it no longer belongs
  kContradictoryChange = 14,  // one change with two contents, or claimed before it was made
  kStoreCopied = 15,          // another copy of this laptop's store was at work
  kAnotherServer = 16,        // the certificate is not of the organisation
};

// As JSON and errors name it: lower case, words joined by hyphens.
[[nodiscard]] std::string_view NameOf(Suspicion suspicion);
[[nodiscard]] std::optional<Suspicion> SuspicionNamed(std::string_view name);

// The suspicions of this laptop: one row for each kind, space and laptop, however often it came up.
class Suspicions {
 public:
  struct Subject {
    Suspicion what = Suspicion::kBrokenAnswer;
    SpaceId space = {};    // zero: the directory, or none in particular
    DeviceId device = {};  // whose laptop is concerned; zero: not known, or the server's doing
    auto operator<=>(const Subject&) const = default;
  };
  struct Entry {
    Subject subject;
    std::uint64_t times = 0;     // syncs in which it came up
    std::uint64_t first_ms = 0;  // since 1970, by the clock of this laptop
    std::uint64_t last_ms = 0;
    bool acknowledged = false;  // somebody has read of it, and it has not come up since
  };

  explicit Suspicions(Database* database) : database_(database) {}

  Status Note(const Subject& subject, std::uint64_t now_ms);
  // The latest first.
  [[nodiscard]] Result<std::vector<Entry>> ReadAll();
  [[nodiscard]] Result<std::uint64_t> CountUnacknowledged();
  Status AcknowledgeAll();

 private:
  Database* database_;
};

}  // namespace sacoche
