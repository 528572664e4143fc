#include "engine/sync/sync_runner.h"

#include "engine/sync/distrust.h"
#include "engine/sync/sync_limits.h"

namespace sacoche {
namespace {

Status SendOne(SyncSession& session, const ServerLink& link, const DeviceIdentity& identity,
               ByteView body) {
  const SignedCall call{"POST",
                        "/v1/sync",
                        kSyncContentType,
                        body,
                        &identity.signing_key,
                        RequestSigner::Device(identity.device())};
  Status taken;
  const auto receive = [&](ByteView piece) {
    taken = session.Receive(piece);
    return taken;
  };
  std::optional<std::uint64_t> retry_after_s;
  const Status sent = SendSigned(link, call, receive, &retry_after_s);
  session.NoteRetryAfter(retry_after_s);
  // The line itself can be untrusted only for its certificate.
  if (!sent && taken && sent.error().code == ErrorCode::kUntrusted)
    return Forward(Suspect(Suspicion::kAnotherServer, sent.error()));
  return sent ? session.EndOfResponse() : sent;
}

// How far a session has come: if this grew, trying again is worth it.
std::uint64_t ProgressOf(const SyncReport& report) {
  return report.envelopes_out + report.envelopes_in + report.statements_in +
         report.snapshot_parts_out + report.snapshot_parts_in + report.envelopes_carried_on +
         report.envelopes_sent_again;
}

}  // namespace

Status RunSync(SyncSession& session, const ServerLink& link, const DeviceIdentity& identity) {
  int resumes = 0;
  while (true) {
    const std::uint64_t before = ProgressOf(session.report());
    SACOCHE_ASSIGN(const auto body, session.NextRequest());
    if (!body) return {};
    Status status = SendOne(session, link, identity, *body);
    if (status) continue;
    session.Interrupted();
    const bool may_resume = status.error().code == ErrorCode::kNetwork &&
                            ProgressOf(session.report()) > before &&
                            resumes++ < sync_limits::kResumesMax;
    if (may_resume) continue;
    // On a full disk nothing is noted, and the error is told all the same.
    [[maybe_unused]] const Status noted = session.NoteFailure(status.error());
    return status;
  }
}

}  // namespace sacoche
