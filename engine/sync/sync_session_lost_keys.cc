// The part of SyncSession that holds envelopes back while nobody else could open them: their key
// was given to nobody yet (docs/decisions/0036-epochs-that-nobody-holds.md), or the server was put
// back to before the epoch under which they were sealed, and perhaps another was opened in its
// place (docs/decisions/0034-keys-that-gave-way.md).

#include "engine/sync/sync_session.h"

namespace sacoche {
namespace {

using Epochs = std::map<SpaceId, std::uint64_t>;

void NoteFirst(Epochs& first, const SpaceId& space, std::uint64_t epoch) {
  const auto [place, is_new] = first.try_emplace(space, epoch);
  if (!is_new) place->second = std::min(place->second, epoch);
}

}  // namespace

Status SyncSession::NoteForgottenEpochs(const std::vector<Bytes>& missing) {
  forgotten_epochs_.clear();
  forgotten_keys_.clear();
  SACOCHE_ASSIGN(const auto statements, DecodeStatements(missing));
  for (const SignedStatement& said : statements) {
    if (const auto* epoch = std::get_if<EpochStatement>(&said.statement.payload))
      NoteFirst(forgotten_epochs_, epoch->space, epoch->epoch);
    if (const auto* lost = std::get_if<LostKeyStatement>(&said.statement.payload))
      NoteFirst(forgotten_keys_, lost->space, lost->epoch);
  }
  return {};
}

Result<std::optional<std::uint64_t>> SyncSession::HeldFrom(const SpaceId& space) {
  SACOCHE_ASSIGN(auto from, keys_.FirstUnsaidLostKey(space));
  SACOCHE_ASSIGN(const auto ungranted, keys_.FirstUngranted(space));
  if (ungranted) from = std::min(from.value_or(*ungranted), *ungranted);
  for (const Epochs* forgotten : {&forgotten_epochs_, &forgotten_keys_}) {
    const auto first = forgotten->find(space);
    if (first != forgotten->end()) from = std::min(from.value_or(first->second), first->second);
  }
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

// Behind the first that is held back, all wait: they were written with sight of it.
Result<std::optional<std::set<DeviceId>>> SyncSession::HeldBackOf(
    const SpaceId& space, SpaceState& state, const std::vector<EnvelopePlace>& to_send_on) const {
  std::set<DeviceId> authors;
  if (to_send_on.empty()) return std::optional(std::move(authors));
  SACOCHE_ASSIGN(const auto bytes,
                 ReadEnvelope(*store_, space, identity_->device(), to_send_on.front()));
  if (!bytes) return std::optional<std::set<DeviceId>>();
  SACOCHE_ASSIGN(const bool is_held_back, IsHeldBack(state, *bytes));
  if (!is_held_back) return std::optional<std::set<DeviceId>>();
  for (const EnvelopePlace& place : to_send_on) authors.insert(place.author);
  return std::optional(std::move(authors));
}

}  // namespace sacoche
