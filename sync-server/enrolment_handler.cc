#include "sync-server/enrolment_handler.h"

#include "engine/membership/enrolment_request.h"
#include "engine/wire/wire_codec.h"

namespace sacoche {

OrProblem<void> EnrolmentHandler::Submit(ByteView request) {
  const auto decoded = DecodeEnrolmentRequest(request);
  if (!decoded) return Refuse(decoded.error());
  if (directory_.directory().FindMember(decoded->device()) != nullptr) return {};
  const auto outcome = store_.PutEnrolment(decoded->device(), request);
  if (!outcome)
    return Refuse(ProblemType::kStorage, "The server could not store this; try again later.");
  if (*outcome == EnrolmentOutcome::kFull)
    return Refuse(ProblemType::kBusy,
                  "Too many devices wait to be admitted; ask your administrator, then try again.");
  return {};
}

OrProblem<Bytes> EnrolmentHandler::List() {
  const auto requests = store_.ListEnrolments();
  if (!requests)
    return Refuse(ProblemType::kStorage, "The server could not read its store; try again later.");
  return EncodeEnrolmentList(*requests);
}

}  // namespace sacoche
