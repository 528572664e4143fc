#include "engine/sync/carried_envelopes.h"

#include <algorithm>

namespace sacoche {

Result<std::vector<EnvelopePlace>> EnvelopesInOrder(
    Store& store, const SpaceId& space, const DeviceId& self,
    const std::map<DeviceId, std::uint64_t>& after) {
  std::vector<EnvelopePlace> places;
  // An envelope may hold older edits than the one before it in its chain, which it must not pass.
  const auto add = [&](const DeviceId& author, const auto& chain) {
    std::int64_t last = 0;
    for (const auto& place : chain) {
      last = std::max(last, place.log_seq);
      places.push_back({author, place.counter, last});
    }
  };
  // First, so that a colleague's that came when nothing had been written since goes behind.
  if (const auto own = after.find(self); own != after.end()) {
    SACOCHE_ASSIGN(const auto chain, store.outbox().PlacesAfter(space, own->second));
    add(self, chain);
  }
  for (const auto& [author, counter] : after) {
    if (author == self) continue;
    SACOCHE_ASSIGN(const auto chain, store.peer_envelopes().PlacesAfter(space, author, counter));
    add(author, chain);
  }
  std::ranges::stable_sort(places, {}, &EnvelopePlace::log_seq);
  return places;
}

Result<std::optional<Bytes>> ReadEnvelope(Store& store, const SpaceId& space, const DeviceId& self,
                                          const EnvelopePlace& place) {
  if (place.author != self) return store.peer_envelopes().Find(space, place.author, place.counter);
  SACOCHE_ASSIGN(auto own, store.outbox().Read(space, place.counter));
  return own ? std::optional(std::move(own->envelope)) : std::nullopt;
}

Result<std::map<DeviceId, std::uint64_t>> CarriedBeyondShown(Store& store, const SpaceId& space) {
  std::map<DeviceId, std::uint64_t> beyond;
  SACOCHE_ASSIGN(const auto carried, store.carried().Chains(space));
  for (const auto& [author, chain] : carried) {
    SACOCHE_ASSIGN(const ChainHead shown, store.progress().PeerChain(space, author));
    if (chain.counter > shown.counter) beyond[author] = shown.counter;
  }
  return beyond;
}

}  // namespace sacoche
