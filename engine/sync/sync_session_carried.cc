// The part of SyncSession that sends on what files brought from colleagues' laptops
// (docs/decisions/0033-files-between-laptops.md).

#include "engine/sync/sync_session.h"

namespace sacoche {

Result<std::vector<EnvelopePlace>> SyncSession::ToSendOn(const SpaceId& space,
                                                         const SpaceState& state) {
  SACOCHE_ASSIGN(auto after, CarriedBeyondShown(*store_, space));
  if (after.empty()) return std::vector<EnvelopePlace>();
  const DeviceId self = identity_->device();
  SACOCHE_ASSIGN(const auto first_waiting, store_->outbox().Waiting(space, 0, 0, 1));
  if (!first_waiting.empty()) after[self] = first_waiting.front().counter - 1;
  SACOCHE_ASSIGN(auto places, EnvelopesInOrder(*store_, space, self, after));
  std::erase_if(places, [&](const EnvelopePlace& place) {
    if (place.author == self) return false;
    // Of who left, what the server takes no more stays here.
    const LeaverEnd* end = directory_->FindEnd(space, place.author);
    return (end != nullptr && place.counter > end->counter) ||
           state.carried_on.contains({place.author, place.counter});
  });
  const bool is_own_only =
      std::ranges::all_of(places, [&](const EnvelopePlace& place) { return place.author == self; });
  if (is_own_only) places.clear();
  return places;
}

Status SyncSession::AddCarried(const SpaceId& space, SpaceState& state,
                               const std::vector<EnvelopePlace>& places, std::size_t body_bytes,
                               Bytes& envelopes) {
  const DeviceId self = identity_->device();
  std::size_t added = 0;
  for (const EnvelopePlace& place : places) {
    if (body_bytes + envelopes.size() >= sync_limits::kRequestBytesTarget ||
        added == limits::kRequestEnvelopesMax / limits::kRequestSpacesMax)
      return {};
    SACOCHE_ASSIGN(const auto bytes, ReadEnvelope(*store_, space, self, place));
    if (!bytes) continue;
    SACOCHE_ASSIGN(const bool is_held_back, IsHeldBack(state, *bytes));
    if (is_held_back) return {};
    SACOCHE_ASSIGN(const Envelope envelope, DecodeEnvelope(*bytes));
    if (sent_.size() == limits::kRequestEnvelopesMax || sent_.contains(envelope.header.id))
      return {};
    Sent sent{space, place.counter, 0, Sent::Whose::kCarried, place.author};
    if (place.author == self) {
      SACOCHE_ASSIGN(const auto own, store_->outbox().Read(space, place.counter));
      SACOCHE_ASSIGN(const bool is_waiting, store_->outbox().IsWaiting(own->id));
      if (!is_waiting) continue;
      sent = Sent{space, place.counter, own->changes};
    }
    sent_[envelope.header.id] = sent;
    AppendFrame(envelopes, PushFrame(EnvelopeFrame{*bytes}));
    ++added;
  }
  return {};
}

Status SyncSession::TakeAnswer(const Sent& sent, std::optional<ProblemType> refusal) {
  NoteCarriedOn(sent, refusal);
  if (sent.whose != Sent::Whose::kForgotten) return {};
  SpaceState& state = spaces_[sent.space];
  state.forgotten_full |= refusal == ProblemType::kStorage;
  (refusal ? state.refuses_forgotten_of : state.takes_forgotten_of).insert(sent.author);
  // Whoever left sends nothing more; any other refusal may end when a colleague gives what lacks.
  const bool has_ended = !refusal || refusal == ProblemType::kRevoked;
  return has_ended ? EndForgotten(sent.space, {sent.author, sent.counter}) : Status();
}

// Once is enough: what the server does not take now it takes at no other time of this session.
void SyncSession::NoteCarriedOn(const Sent& sent, std::optional<ProblemType> refusal) {
  if (sent.whose != Sent::Whose::kCarried) return;
  SpaceState& state = spaces_[sent.space];
  state.carried_on.emplace(sent.author, sent.counter);
  const bool is_for_good =
      !refusal || refusal == ProblemType::kForkedChain || refusal == ProblemType::kRevoked;
  state.carried_stalled |= !is_for_good;
}

}  // namespace sacoche
