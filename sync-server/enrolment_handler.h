#pragma once

#include "sync-server/or_problem.h"
#include "sync-server/server_directory.h"

namespace sacoche {

// The waiting room: devices that nobody knows yet ask, the organisation's root reads. No I/O of
// its own. One thread.
class EnrolmentHandler {
 public:
  EnrolmentHandler(EnvelopeStore& store, const ServerDirectory& directory)
      : store_(store), directory_(directory) {}

  // A device that is a member already is told yes without waiting again: its answer got lost.
  // kMalformed, kTooLarge, kBadSignature, kUnsupported; kBusy when too many wait; kStorage.
  OrProblem<void> Submit(ByteView request);

  // The answer to GET /v1/enrolment (EncodeEnrolmentList).
  OrProblem<Bytes> List();

 private:
  EnvelopeStore& store_;
  const ServerDirectory& directory_;
};

}  // namespace sacoche
