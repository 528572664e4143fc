#include "engine/store_check.h"

#include "engine/seal/envelope_seal.h"

namespace sacoche {
namespace {

constexpr int kFormatWithRecall = 2;

void Say(std::vector<std::string>& list, std::uint64_t count, const std::string& what) {
  if (count > 0) list.push_back(std::to_string(count) + " " + what);
}

Result<bool> AwaitsRecall(Store& store) {
  if (store.format() < kFormatWithRecall) return false;
  SACOCHE_ASSIGN(const std::vector<SpaceId> spaces, store.log().Spaces());
  for (const SpaceId& space : spaces) {
    SACOCHE_ASSIGN(const bool awaits, store.progress().NeedsRecall(space));
    if (awaits) return true;
  }
  return false;
}

// Walks the chains of this device: each envelope must be the one that was signed, and name the one
// before it.
class ChainCheck {
 public:
  ChainCheck(const DeviceIdentity& identity, StoreCheck& check)
      : identity_(identity), check_(check) {}

  // `base`: Outbox::Base of the entry's space.
  Status Visit(const OutboxEntry& entry, const ChainHead& base) {
    ++check_.envelopes;
    if (entry.space != space_) {
      space_ = entry.space;
      head_ = {};
    }
    // Those before came in a snapshot's place.
    if (base.counter + 1 == entry.counter) head_ = base;
    const std::string fault = FaultOf(entry);
    if (!fault.empty())
      check_.log.push_back("envelope " + std::to_string(entry.counter) + " of space " +
                           entry.space.ToHex().substr(0, 8) + " " + fault);
    head_ = ChainHead{entry.counter, entry.hash};
    return {};
  }

 private:
  std::string FaultOf(const OutboxEntry& entry) const {
    const auto envelope = DecodeEnvelope(entry.envelope);
    if (!envelope) return "is damaged";
    const auto hash = VerifyEnvelope(*envelope, identity_.signing_key.public_key());
    if (!hash || *hash != entry.hash || envelope->header.counter != entry.counter)
      return "is not the one that was signed";
    const bool continues =
        entry.counter == head_.counter + 1 && envelope->header.previous == head_.hash;
    return continues ? "" : "does not continue the one before it";
  }

  const DeviceIdentity& identity_;
  StoreCheck& check_;
  SpaceId space_;
  ChainHead head_;
};

}  // namespace

Result<StoreCheck> CheckStore(Store& store, const DeviceIdentity& identity) {
  StoreCheck check;
  SACOCHE_ASSIGN(check.structure, store.CheckIntegrity());
  SACOCHE_ASSIGN(check.changes, store.log().Count());
  SACOCHE_ASSIGN(const ChangeLog::Holes holes, store.log().FindHoles());
  // An envelope of a newer release that is kept aside leaves such a gap, and is no damage; and what
  // a restored store lacks comes with the next sync.
  SACOCHE_ASSIGN(const std::uint64_t set_aside, store.progress().CountSetAside());
  SACOCHE_ASSIGN(const bool recalls, AwaitsRecall(store));
  if (set_aside == 0 && !recalls)
    Say(check.log, holes.replicas_with_gaps, "laptops' changes have a gap in their order");
  Say(check.log, holes.values_without_change, "values are shown that no change explains");
  Say(check.log, holes.changes_without_writes, "changes have lost what they changed");
  ChainCheck chains(identity, check);
  SACOCHE_TRY(store.outbox().ForEach([&](const OutboxEntry& entry) -> Status {
    SACOCHE_ASSIGN(const ChainHead base, store.outbox().Base(entry.space));
    return chains.Visit(entry, base);
  }));
  return check;
}

}  // namespace sacoche
