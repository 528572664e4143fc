// The part of SyncSession that holds envelopes back while nobody else could open them: the server
// was put back to before the epoch under which they were sealed, and perhaps another was opened in
// its place (docs/decisions/0034-keys-that-gave-way.md).

#include "engine/sync/sync_session.h"

namespace sacoche {
namespace {

void NoteFirst(std::map<SpaceId, std::uint64_t>& first, const EpochStatement& epoch) {
  const auto [place, is_new] = first.try_emplace(epoch.space, epoch.epoch);
  if (!is_new) place->second = std::min(place->second, epoch.epoch);
}

}  // namespace

Status SyncSession::NoteForgottenEpochs(const std::vector<Bytes>& missing) {
  forgotten_epochs_.clear();
  SACOCHE_ASSIGN(const auto statements, DecodeStatements(missing));
  for (const SignedStatement& said : statements)
    if (const auto* epoch = std::get_if<EpochStatement>(&said.statement.payload))
      NoteFirst(forgotten_epochs_, *epoch);
  return {};
}

// What rests on a statement of the same request may go with it: if the server refuses the one, it
// refuses the other.
Status SyncSession::NoteSaidEpochs(const std::vector<Bytes>& proposals) {
  SACOCHE_ASSIGN(const auto statements, DecodeStatements(proposals));
  for (const SignedStatement& said : statements) {
    const auto* epoch = std::get_if<EpochStatement>(&said.statement.payload);
    if (epoch == nullptr) continue;
    const auto forgotten = forgotten_epochs_.find(epoch->space);
    // They are said in the order of their numbers.
    if (forgotten != forgotten_epochs_.end() && forgotten->second <= epoch->epoch)
      forgotten->second = epoch->epoch + 1;
  }
  return {};
}

Result<std::optional<std::uint64_t>> SyncSession::HeldFrom(const SpaceId& space) {
  SACOCHE_ASSIGN(auto from, keys_.FirstUnsaidLostKey(space));
  const auto forgotten = forgotten_epochs_.find(space);
  if (forgotten != forgotten_epochs_.end())
    from = std::min(from.value_or(forgotten->second), forgotten->second);
  spaces_[space].held_back = false;
  return from;
}

Result<bool> SyncSession::IsHeldBack(SpaceState& state, ByteView envelope) const {
  if (!state.held_from) return false;
  SACOCHE_ASSIGN(const Envelope decoded, DecodeEnvelope(envelope));
  const bool is_held_back = decoded.header.epoch >= *state.held_from;
  state.held_back |= is_held_back;
  return is_held_back;
}

// A server that was put back may lack them, and what it has is a repetition.
Status SyncSession::SendAgainWhatOpensNow() {
  for (const auto& [space, epoch] : keys_.TakeSaidLostKeys()) {
    SACOCHE_ASSIGN(const auto chains, store_->progress().PeerChains(space));
    for (const auto& [device, chain] : chains) {
      SACOCHE_ASSIGN(const auto places, store_->peer_envelopes().PlacesAfter(space, device, 0));
      for (const PeerEnvelopes::Place& place : places) {
        if (place.counter > chain.counter) continue;  // a file brought it
        SACOCHE_ASSIGN(const auto bytes,
                       store_->peer_envelopes().Find(space, device, place.counter));
        if (!bytes) continue;
        SACOCHE_ASSIGN(const Envelope envelope, DecodeEnvelope(*bytes));
        if (envelope.header.epoch == epoch)
          spaces_[space].forgotten.emplace_back(device, place.counter);
      }
    }
  }
  return {};
}

}  // namespace sacoche
