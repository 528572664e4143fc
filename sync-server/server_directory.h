#pragma once

#include "engine/membership/directory.h"
#include "engine/membership/directory_order.h"
#include "engine/membership/lost_epochs.h"
#include "engine/wire/problem.h"
#include "sync-server/envelope_store.h"

namespace sacoche {

// The directory as the server holds it: the verified statements in memory, and their log in the
// store. Both change together or not at all. One thread.
class ServerDirectory {
 public:
  struct Outcome {
    std::optional<ProblemType> problem;        // nothing: taken in, or known already
    std::optional<SignedStatement> statement;  // nothing: it could not be decoded
  };

  // Reads and verifies the store's log. `pinned`: the organisation that the configuration names;
  // kUntrusted if the store belongs to another.
  static Result<std::unique_ptr<ServerDirectory>> Load(EnvelopeStore& store,
                                                       std::optional<SigningPublicKey> pinned);

  [[nodiscard]] const Directory& directory() const { return directory_; }
  [[nodiscard]] const DirectoryOrder& order() const { return order_; }

  // Judges each statement and appends the good ones, durably, in one transaction. An error is the
  // store's; then none was taken in.
  Result<std::vector<Outcome>> Append(std::span<const Bytes> statements);
  // The same for a part of what one device says at once: `lost` is what it began with.
  Result<std::vector<Outcome>> Append(std::span<const Bytes> statements, LostEpochs& lost);

 private:
  ServerDirectory(EnvelopeStore& store, std::optional<SigningPublicKey> pinned)
      : store_(store), directory_(pinned) {}

  Status ReadAll();

  EnvelopeStore& store_;
  Directory directory_;
  DirectoryOrder order_;
};

}  // namespace sacoche
