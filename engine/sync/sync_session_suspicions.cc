// The part of SyncSession that writes down what cannot be right, for people to read later.

#include "engine/sync/sync_session.h"

namespace sacoche {
namespace {

bool ConcernsASpace(Suspicion what) {
  return what == Suspicion::kForgedEnvelope || what == Suspicion::kEnvelopeOutOfPlace ||
         what == Suspicion::kEnvelopeLeftOut || what == Suspicion::kTwoHistories ||
         what == Suspicion::kServerForgot || what == Suspicion::kForgedSnapshot;
}

}  // namespace

Status SyncSession::Note(const Suspicions::Subject& subject) {
  if (suspicions_.contains(subject)) return {};
  SACOCHE_TRY(store_->suspicions().Note(subject, clock_->NowMs()));
  suspicions_.insert(subject);
  report_.suspicions.insert(subject.what);
  return {};
}

Status SyncSession::NoteFailure(const Error& error) {
  const auto what = SuspicionNamed(error.detail);
  if (!what) return {};
  Suspicions::Subject subject{*what};
  if (ConcernsASpace(*what) && answering_ < asked_.size()) subject.space = asked_[answering_];
  if (what == Suspicion::kTwoHistories) subject.device = receiver_.accused();
  return Note(subject);
}

}  // namespace sacoche
