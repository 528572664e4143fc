#include "engine/rescue.h"

#include "engine/bundle/bundle_codec.h"
#include "engine/change/rename_dots.h"
#include "engine/commit/commit.h"
#include "engine/commit/moved_texts.h"
#include "engine/seal/envelope_seal.h"
#include "engine/sync/carried_envelopes.h"
#include "engine/sync/device_identity.h"
#include "engine/sync/new_dot.h"

namespace sacoche {
namespace {

// Changes of one transaction: a commit costs the disk's time, and what is not committed memory.
constexpr std::int64_t kBatchChanges = 1000;

// Where the end of the log is damaged, nothing tells how long it was. So many entries in a row that
// cannot be read are taken for its end; an inner page of the table covers about a tenth of them.
constexpr std::int64_t kUnreadableRunMax = 100'000;

// Only the damage of what is being read may be skipped; a full disk may not.
bool IsDamage(const Error& error) { return error.code == ErrorCode::kCorrupt; }

// Carries what can still be read of one store into another of the same device.
class Salvage {
 public:
  Salvage(Store& from, Store& into, const Schema& schema)
      : from_(from), into_(into), schema_(schema), committer_(&into, &schema) {}

  Status TakeKeys() {
    SACOCHE_ASSIGN(Transaction transaction, into_.Begin());
    const auto put = [this](const SpaceId& space, std::uint64_t epoch, ByteView key) {
      return into_.keys().PutEpochKey(space, epoch, key);
    };
    const auto put_pending = [this](const SpaceId& space, std::uint64_t epoch, ByteView key) {
      return into_.keys().PutPendingEpochKey(space, epoch, key);
    };
    SACOCHE_TRY(CountDamage(from_.keys().ForEachEpochKey(put)));
    const auto put_lost = [this](const SpaceId& space, std::uint64_t epoch, ByteView key) {
      return into_.keys().PutLostEpochKey(space, epoch, key);
    };
    SACOCHE_TRY(CountDamage(from_.keys().ForEachPendingEpochKey(put_pending)));
    SACOCHE_TRY(CountDamage(from_.keys().ForEachLostEpochKey(put_lost)));
    return transaction.Commit();
  }

  // As far as it can be read without a gap; the server has the rest.
  Status TakeDirectory() {
    SACOCHE_ASSIGN(std::uint64_t head, into_.directory().Head());
    const auto statements = from_.directory().ReadAfter(head);
    if (!statements) return CountDamage(Forward(statements.error()));
    SACOCHE_ASSIGN(Transaction transaction, into_.Begin());
    for (const Bytes& statement : *statements)
      SACOCHE_TRY(into_.directory().Append(++head, statement));
    SACOCHE_TRY(TakeMissingStatements());
    return transaction.Commit();
  }

  // What the server forgot may be a revocation that only this store still knows.
  Status TakeMissingStatements() {
    const auto missing = from_.directory().Missing();
    if (!missing) return CountDamage(Forward(missing.error()));
    SACOCHE_ASSIGN(const auto known, into_.directory().Missing());
    if (missing->empty() || !known.empty()) return {};
    SACOCHE_ASSIGN(const auto shown, into_.directory().ReadAfter(0));
    return into_.directory().Replace(shown, *missing);
  }

  Status TakeChanges() {
    const auto last = from_.log().LastSequence();
    if (!last && !IsDamage(last.error())) return Forward(last.error());
    std::int64_t seq = 1;
    std::int64_t unreadable_run = 0;
    bool ended = false;
    while (!ended) {
      SACOCHE_ASSIGN(Transaction transaction, into_.Begin());
      for (const std::int64_t end = seq + kBatchChanges; seq < end && !ended; ++seq) {
        SACOCHE_TRY(TakeEntry(seq, unreadable_run));
        ended = last ? seq >= *last : unreadable_run > kUnreadableRunMax;
      }
      SACOCHE_TRY(Commit(transaction));
    }
    report_.unreadable += last ? static_cast<std::uint64_t>(unreadable_run) : 1;
    return {};
  }

  // Before the changes, which are compared with it.
  Status TakeSnapshots() {
    const auto spaces = from_.snapshots().Spaces();
    if (!spaces) return CountDamage(Forward(spaces.error()));
    for (const SpaceId& space : *spaces) {
      const auto taken = from_.snapshots().Taken(space);
      if (!taken) SACOCHE_TRY(CountDamage(Forward(taken.error())));
      if (!taken) continue;
      for (const Snapshots::Entry& entry : *taken) SACOCHE_TRY(CountDamage(TakeSnapshot(entry)));
    }
    return {};
  }

  // The log says the same, but may be damaged where the outbox is not.
  Status TakeWaitingEnvelopes() {
    const auto last = from_.outbox().LastRow();
    if (!last) return CountDamage(Forward(last.error()));
    for (std::int64_t row = 1; row <= *last; ++row) {
      const auto waiting = from_.outbox().WaitingAtRow(row);
      if (!waiting) {
        SACOCHE_TRY(CountDamage(Forward(waiting.error())));
      } else if (*waiting) {
        SACOCHE_ASSIGN(Transaction transaction, into_.Begin());
        SACOCHE_TRY(CountDamage(TakeEnvelope(**waiting)));
        SACOCHE_TRY(Commit(transaction));
      }
    }
    return {};
  }

  // What a file brought and the server has not shown there, to be sent on from here.
  Status TakeCarriedEnvelopes() {
    const auto spaces = from_.log().Spaces();
    if (!spaces) return CountDamage(Forward(spaces.error()));
    for (const SpaceId& space : *spaces) SACOCHE_TRY(CountDamage(TakeCarriedOf(space)));
    return {};
  }

  [[nodiscard]] const RescueReport& report() const { return report_; }

 private:
  Status CountDamage(const Status& status) {
    if (status) return {};
    if (!IsDamage(status.error())) return status;
    ++report_.unreadable;
    return {};
  }

  // Counts what cannot be read only once something readable follows: behind the end, nothing is
  // lost.
  Status TakeEntry(std::int64_t seq, std::int64_t& unreadable_run) {
    auto entry = from_.log().ReadEntry(seq);
    if (!entry && !IsDamage(entry.error())) return Forward(entry.error());
    if (!entry) {
      ++unreadable_run;
      return {};
    }
    report_.unreadable += static_cast<std::uint64_t>(std::exchange(unreadable_run, 0));
    return *entry ? Take(std::move(**entry)) : Status();
  }

  // What cannot be read whole is left to the server, which gives it again.
  Status TakeSnapshot(Snapshots::Entry entry) {
    SACOCHE_ASSIGN(const std::uint64_t chunks, from_.snapshots().CountChunks(entry));
    SACOCHE_ASSIGN(Transaction transaction, into_.Begin());
    SACOCHE_ASSIGN(const auto taken, into_.snapshots().Taken(entry.space));
    if (std::ranges::count(taken, entry.id, &Snapshots::Entry::id) > 0) return {};
    entry.state = Snapshots::State::kArriving;
    SACOCHE_TRY(into_.snapshots().Put(entry));
    for (std::uint64_t position = 0; position < chunks; ++position) {
      SACOCHE_ASSIGN(const Bytes chunk, from_.snapshots().ReadChunk(entry, position));
      SACOCHE_TRY(into_.snapshots().PutChunk(entry, position, chunk));
    }
    SACOCHE_TRY(committer_.ApplySalvagedSnapshot(entry.space, entry));
    return transaction.Commit();
  }

  Status TakeEnvelope(const OutboxEntry& waiting) {
    SACOCHE_ASSIGN(const Envelope envelope, DecodeEnvelope(waiting.envelope));
    SACOCHE_ASSIGN(const std::vector<Bytes> bundles, OpenWaiting(envelope));
    for (const Bytes& bundle : bundles) {
      SACOCHE_ASSIGN(std::vector<Change> changes, DecodeBundle(bundle, envelope.header.device));
      for (Change& change : changes)
        SACOCHE_TRY(Take({waiting.space, Origin::kLocal, std::move(change), waiting.counter}));
    }
    return {};
  }

  // Perhaps under a key that gave way to another of its number since.
  Result<std::vector<Bytes>> OpenWaiting(const Envelope& envelope) {
    const auto& [space, epoch] = std::tie(envelope.header.space, envelope.header.epoch);
    SACOCHE_ASSIGN(const SecretBytes bytes, into_.keys().EpochKey(space, epoch));
    auto opened = OpenWith(envelope, bytes);
    if (opened) return opened;
    SACOCHE_ASSIGN(const auto lost_keys, into_.keys().LostEpochKeys(space));
    for (const auto& lost : lost_keys) {
      if (lost.epoch != epoch) continue;
      auto opened_so = OpenWith(envelope, lost.key);
      if (opened_so) return opened_so;
    }
    return opened;
  }

  static Result<std::vector<Bytes>> OpenWith(const Envelope& envelope, const SecretBytes& bytes) {
    SACOCHE_ASSIGN(const EpochKey key, EpochKey::FromBytes(bytes.view()));
    return OpenEnvelope(envelope, key);
  }

  // A dot that means something else there was used twice, by two copies of one store. What this
  // device wrote and never sent takes another. What others may have seen stays as it is, or where
  // it is in the way is left to the server, which gives it again.
  Status Take(ChangeLog::Entry entry) {
    Change& change = entry.change;
    std::map<Dot, Dot>& moved = moved_[entry.space];
    if (moved.contains(change.dot)) return {};
    SACOCHE_ASSIGN(const bool is_ours, IsNotSent(entry));
    if (is_ours) RenameDots(moved, change);
    const Dot before = change.dot;
    SACOCHE_ASSIGN(Name name, NameOf(entry, is_ours));
    if (name == Name::kTaken && !is_ours) return {};
    while (name == Name::kTaken) {
      const Dot taken = change.dot;
      moved[before] = change.dot = NewDotOf(change);
      RenameDots({{taken, change.dot}}, change);
      SACOCHE_ASSIGN(name, NameOf(entry, is_ours));
    }
    if (name == Name::kSame) return Texts(entry.space).Keep(change);
    const bool is_moved = change.dot != before || name == Name::kSameRenamed;
    SACOCHE_TRY(RenameTexts(entry, is_ours, is_moved));
    if (name == Name::kSameRenamed) return {};
    const auto taken = committer_.ApplySalvaged(entry.space, change, entry.origin, written_);
    if (!taken && taken.error().code == ErrorCode::kUntrusted) return {};
    if (!taken) return Forward(taken.error());
    const auto was_carried = from_.carried().IsCarried(entry.space, change.dot);
    SACOCHE_TRY(CountDamage(was_carried ? Status() : Forward(was_carried.error())));
    if (was_carried.value_or(false) && taken->applied > 0)
      SACOCHE_TRY(into_.carried().AddChange(entry.space, change.dot));
    report_.changes_taken_over += taken->applied;
    return {};
  }

  // What the search, the index and the conflicts show follows once for many changes.
  Status Commit(Transaction& transaction) {
    SACOCHE_TRY(committer_.DeriveAll(std::exchange(written_, {})));
    return transaction.Commit();
  }

  // Of this device, and as far as can be read not at the server.
  Result<bool> IsNotSent(const ChangeLog::Entry& entry) {
    if (entry.origin != Origin::kLocal) return false;
    if (!entry.envelope_counter) return true;
    const auto [at, is_new] = sent_.try_emplace(entry.space, 0);
    if (is_new) {
      const auto stored = from_.outbox().LastStoredCounter(entry.space);
      SACOCHE_TRY(CountDamage(stored ? Status() : Forward(stored.error())));
      const auto base = from_.outbox().Base(entry.space);
      SACOCHE_TRY(CountDamage(base ? Status() : Forward(base.error())));
      at->second = std::max(stored.value_or(0), base ? base->counter : 0);
    }
    return *entry.envelope_counter > at->second;
  }

  // What the dot of an entry stands for in the other store: nothing, the same change, the same with
  // new units in its texts, or another.
  enum class Name : std::uint8_t { kFree, kSame, kSameRenamed, kTaken };

  // What no envelope holds was seen by nobody: a snapshot that knows its dot means something else.
  Result<Name> NameOf(const ChangeLog::Entry& entry, bool is_ours) {
    SACOCHE_ASSIGN(const auto here, into_.log().Find(entry.space, entry.change.dot));
    if (here) {
      SACOCHE_ASSIGN(const Change there, into_.log().Read(*here));
      if (there == entry.change) return Name::kSame;
      if (!is_ours) return Name::kTaken;
      Change renamed = entry.change;
      MovedTexts trial = Texts(entry.space);
      SACOCHE_TRY(trial.Move(renamed));
      return there == renamed ? Name::kSameRenamed : Name::kTaken;
    }
    if (entry.origin != Origin::kLocal || entry.envelope_counter) return Name::kFree;
    SACOCHE_ASSIGN(const bool is_named, into_.snapshots().IsInBase(entry.space, entry.change.dot));
    return is_named ? Name::kTaken : Name::kFree;
  }

  MovedTexts& Texts(const SpaceId& space) {
    return texts_.try_emplace(space, &into_, &schema_).first->second;
  }

  Status TakeCarriedOf(const SpaceId& space) {
    SACOCHE_ASSIGN(const auto chains, from_.carried().Chains(space));
    SACOCHE_ASSIGN(const auto beyond, CarriedBeyondShown(from_, space));
    SACOCHE_ASSIGN(const auto places, EnvelopesInOrder(from_, space, {}, beyond));
    SACOCHE_ASSIGN(Transaction transaction, into_.Begin());
    SACOCHE_ASSIGN(const std::int64_t log_seq, into_.log().LastSequence());
    for (const EnvelopePlace& place : places) {
      SACOCHE_ASSIGN(const auto bytes, ReadEnvelope(from_, space, {}, place));
      if (bytes)
        SACOCHE_TRY(
            into_.peer_envelopes().Put({space, place.author, place.counter, 0, log_seq, *bytes}));
    }
    for (const auto& [author, shown] : beyond)
      SACOCHE_TRY(into_.carried().SetChain(space, author, chains.at(author)));
    return transaction.Commit();
  }

  // Once the work of another copy stands beside it, what nobody has seen takes units of its own in
  // the texts; what an envelope holds follows only what moved.
  Status RenameTexts(ChangeLog::Entry& entry, bool is_ours, bool is_moved) {
    MovedTexts& texts = Texts(entry.space);
    if (!is_ours) return texts.Keep(entry.change);
    const bool is_beside = !moved_[entry.space].empty();
    if (is_moved || (!entry.envelope_counter && is_beside)) return texts.Move(entry.change);
    return texts.Follow(entry.change);
  }

  Store& from_;
  Store& into_;
  const Schema& schema_;
  Committer committer_;
  std::map<SpaceId, std::map<Dot, Dot>> moved_;
  std::map<SpaceId, MovedTexts> texts_;
  std::map<SpaceId, std::uint64_t> sent_;  // the last envelope that the server acknowledged
  Committer::WrittenRecords written_;
  RescueReport report_;
};

// From now on under a name of its own, and with a look at what the server has of this device.
Status BeginAnew(Store& store, DeviceIdentity& identity, Random& random) {
  identity.replica = random.NextId<ReplicaId>();
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(identity.Save(store));
  SACOCHE_TRY(store.progress().StartRecallEverywhere());
  return transaction.Commit();
}

Result<DeviceIdentity> IdentityOf(Store& store) {
  auto identity = DeviceIdentity::Load(store);
  if (identity && *identity) return std::move(**identity);
  if (!identity && !IsDamage(identity.error())) return Forward(identity.error());
  return Fail(ErrorCode::kCorrupt, "the keys of this laptop cannot be read from the damaged store",
              "Restore a backup with `sacoche restore`, or enrol the laptop anew.");
}

Status CopyValues(Store& from, Store& into) {
  SACOCHE_ASSIGN(Transaction transaction, into.Begin());
  SACOCHE_TRY(from.keys().ForEachValue(
      [&](std::string_view name, ByteView value) { return into.keys().Write(name, value); }));
  return transaction.Commit();
}

// What others are told may have been damaged, or be older than what was taken over.
Status MarkProjectionsDue(Store& store) {
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.projections_due().AddAll());
  return transaction.Commit();
}

Result<RescueReport> TakeAll(Store& from, Store& into, const Schema& schema) {
  Salvage salvage(from, into, schema);
  SACOCHE_TRY(salvage.TakeKeys());
  SACOCHE_TRY(salvage.TakeDirectory());
  SACOCHE_TRY(salvage.TakeSnapshots());
  SACOCHE_TRY(salvage.TakeChanges());
  SACOCHE_TRY(salvage.TakeWaitingEnvelopes());
  SACOCHE_TRY(salvage.TakeCarriedEnvelopes());
  SACOCHE_TRY(MarkProjectionsDue(into));
  return salvage.report();
}

}  // namespace

Result<RescueReport> RebuildStore(const StorePlace& damaged, const StorePlace& fresh,
                                  const Schema& schema, Random& random) {
  SACOCHE_ASSIGN(const auto from, Store::OpenReadOnly(damaged.path, damaged.vfs));
  SACOCHE_ASSIGN(DeviceIdentity identity, IdentityOf(*from));
  SACOCHE_ASSIGN(const auto into, Store::Open(fresh.path, fresh.vfs));
  SACOCHE_TRY(CopyValues(*from, *into));
  SACOCHE_TRY(BeginAnew(*into, identity, random));
  return TakeAll(*from, *into, schema);
}

Status ContinueBackup(const StorePlace& backup, Random& random) {
  SACOCHE_ASSIGN(const auto store, Store::Open(backup.path, backup.vfs));
  SACOCHE_ASSIGN(DeviceIdentity identity, IdentityOf(*store));
  return BeginAnew(*store, identity, random);
}

Result<RescueReport> TakeOver(const StorePlace& from, const StorePlace& into,
                              const Schema& schema) {
  SACOCHE_ASSIGN(const auto old, Store::OpenReadOnly(from.path, from.vfs));
  SACOCHE_ASSIGN(const auto store, Store::Open(into.path, into.vfs));
  SACOCHE_ASSIGN(const DeviceIdentity identity, IdentityOf(*store));
  const auto other = IdentityOf(*old);
  if (other && other->device() != identity.device())
    return Fail(ErrorCode::kRefused, "the backup is of another laptop than the store that is here",
                "Name an empty folder with --store, or take this laptop's own backup.");
  return TakeAll(*old, *store, schema);
}

}  // namespace sacoche
