#include "engine/sync/receiver.h"

#include "engine/bundle/bundle_codec.h"
#include "engine/seal/envelope_seal.h"
#include "engine/sign/manifest.h"
#include "engine/sync/distrust.h"
#include "engine/sync/new_dot.h"
#include "engine/sync/sync_limits.h"

namespace sacoche {
namespace {

// What is wrong with the contents is the sender's release or damage, and must not stop the rest.
bool IsUnreadable(ErrorCode code) {
  return code == ErrorCode::kCorrupt || code == ErrorCode::kLimit ||
         code == ErrorCode::kNewerFormat || code == ErrorCode::kUntrusted;
}

}  // namespace

Result<Receiver::Arrived> Receiver::Verify(const Sent& sent) {
  auto decoded = DecodeEnvelope(sent.bytes);
  if (!decoded)
    return Untrusted(Suspicion::kForgedEnvelope,
                     "the server sent something that is not an envelope");
  const EnvelopeHeader& header = decoded->header;
  const bool is_own = header.device == identity_->device();
  if (header.space != sent.space || (is_own && sent.from == CursorFrame::From::kOthers))
    return Untrusted(Suspicion::kEnvelopeOutOfPlace,
                     "the server sent an envelope that does not belong here");
  if (!directory_->WasEverMember(header.device, sent.space))
    return Untrusted(Suspicion::kForgedEnvelope, "the server sent an envelope of a stranger");
  const auto hash =
      VerifyEnvelope(*decoded, directory_->FindMember(header.device)->admission.signing_key);
  if (!hash) return Forward(Suspect(Suspicion::kForgedEnvelope, hash.error()));
  return Arrived{sent.server_seq, sent.received_s,
                 sent.bytes,      std::move(*decoded),
                 *hash,           Lengthened(sent.history, sent.server_seq, *hash)};
}

KnownHistoryFrame Receiver::Lengthened(const KnownHistoryFrame& history, std::uint64_t sequence,
                                       const Hash256& manifest_hash) {
  if (sequence != history.sequence + 1) return history;
  return {sequence, NextTag(history.tag, manifest_hash)};
}

PulledFrom Receiver::Arrived::From() const {
  PulledFrom from{.server_seq = server_seq,
                  .device = envelope.header.device,
                  .chain = ChainHead{envelope.header.counter, hash}};
  if (history.sequence == server_seq) from.history = history;
  return from;
}

Status Receiver::Check(const Sent& sent) {
  SACOCHE_TRY(Verify(sent));
  return {};
}

Result<Receiver::Received> Receiver::Receive(const Sent& sent) {
  SACOCHE_ASSIGN(const Arrived arrived, Verify(sent));
  const bool is_own = arrived.envelope.header.device == identity_->device();
  auto received = is_own ? ReceiveOwn(arrived) : ReceiveFromPeer(arrived);
  if (!received) return received;
  received->header = arrived.envelope.header;
  received->history = arrived.history;
  return received;
}

tl::unexpected<Error> Receiver::TwoHistories(const DeviceId& device, std::string message) {
  accused_ = device;
  return Untrusted(Suspicion::kTwoHistories, std::move(message));
}

Result<Receiver::Received> Receiver::ReceiveFromPeer(const Arrived& arrived) {
  const EnvelopeHeader& header = arrived.envelope.header;
  SACOCHE_ASSIGN(const ChainHead chain, store_->progress().PeerChain(header.space, header.device));
  if (header.counter <= chain.counter) return Received{Outcome::kKnownAlready};
  // Whatever comes after its end was made with keys that it should no longer have.
  if (const LeaverEnd* end = directory_->FindEnd(header.space, header.device)) {
    if (header.counter > end->counter) return Received{Outcome::kAfterLeaving};
    if (header.counter == end->counter && arrived.hash != end->hash)
      return TwoHistories(header.device,
                          "a laptop that left, or the server, shows two different histories");
  }
  if (header.counter != chain.counter + 1) return Received{Outcome::kGap};
  if (header.previous != chain.hash)
    return TwoHistories(header.device,
                        "a colleague's laptop, or the server, shows two different histories");
  PulledFrom from = arrived.From();
  from.envelope = arrived.bytes;
  return Commit(arrived, from);
}

Result<Receiver::Received> Receiver::ReceiveOwn(const Arrived& arrived) {
  const EnvelopeHeader& header = arrived.envelope.header;
  SACOCHE_ASSIGN(const ChainHead chain, store_->outbox().Head(header.space));
  if (header.counter <= chain.counter) return ReceiveOwnAgain(arrived);
  if (header.counter != chain.counter + 1) return Received{Outcome::kGap};
  if (header.previous != chain.hash) return Received{Outcome::kForked};
  PulledFrom from = arrived.From();
  from.recalled =
      OutboxEntry{header.space, header.counter, header.id, arrived.hash, CopyOf(arrived.bytes), 0};
  return Commit(arrived, from);
}

// Known, but perhaps not that the server has it.
Result<Receiver::Received> Receiver::ReceiveOwnAgain(const Arrived& arrived) {
  const EnvelopeHeader& header = arrived.envelope.header;
  SACOCHE_ASSIGN(const auto known, store_->outbox().Find(header.space, header.counter));
  SACOCHE_ASSIGN(const ChainHead base, store_->outbox().Base(header.space));
  const bool is_its_end = header.counter == base.counter && arrived.hash == base.hash;
  // A snapshot stands for it.
  if (!known && (header.counter < base.counter || is_its_end))
    return Received{Outcome::kKnownAlready};
  if (!known || known->hash != arrived.hash) {
    if (known && !known->is_stored) return Received{Outcome::kForked};
    return Untrusted(Suspicion::kTwoHistories,
                     "the server shows another history of this laptop than the one it stored");
  }
  if (!known->is_stored) {
    SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
    SACOCHE_TRY(store_->outbox().MarkStored(known->id, arrived.server_seq));
    if (arrived.received_s != 0)
      SACOCHE_TRY(store_->log().MarkReceived(header.space, header.counter, arrived.received_s));
    SACOCHE_TRY(transaction.Commit());
  }
  return Received{Outcome::kKnownAlready};
}

Result<Receiver::Received> Receiver::Commit(const Arrived& arrived, const PulledFrom& from) {
  const EnvelopeHeader& header = arrived.envelope.header;
  SACOCHE_ASSIGN(const auto opened, OpenItems(arrived.envelope));
  if (opened.missing_epoch) return Received{Outcome::kWaitingForKey, {}, *opened.missing_epoch, {}};

  auto changes =
      from.recalled ? Open(arrived.envelope, opened) : OpenFresh(arrived.envelope, opened);
  Result<CommitReport> committed;
  if (changes) {
    PulledFrom counted = from;
    if (arrived.received_s != 0) counted.received_s = arrived.received_s;
    counted.new_dot = NewDotOf;
    if (counted.recalled) counted.recalled->changes = changes->size();
    committed = committer_->CommitPulled(header.space, *changes, counted);
    if (committed) return Received{Outcome::kCommitted, std::move(*committed)};
  }
  const Error error = changes ? committed.error() : changes.error();
  if (!IsUnreadable(error.code)) return Forward(error);
  // A dot of ours means two things: another copy of this store was at work.
  if (from.recalled && changes && error.code == ErrorCode::kUntrusted)
    return Received{Outcome::kForked};
  SACOCHE_TRY(committer_->CommitSetAside(header.space, from, error.message, arrived.bytes));
  Received received{Outcome::kSetAside};
  received.contradicts = error.code == ErrorCode::kUntrusted;
  return received;
}

Result<ChainHead> Receiver::KnownChain(const SpaceId& space, const DeviceId& device) {
  SACOCHE_ASSIGN(const ChainHead shown, store_->progress().PeerChain(space, device));
  SACOCHE_ASSIGN(const ChainHead carried, store_->carried().Chain(space, device));
  return carried.counter > shown.counter ? carried : shown;
}

Result<Receiver::Received> Receiver::ReceiveCarried(const Envelope& envelope, ByteView bytes) {
  const EnvelopeHeader& header = envelope.header;
  if (header.device == identity_->device()) return Received{Outcome::kKnownAlready};
  SACOCHE_ASSIGN(const ChainHead chain, KnownChain(header.space, header.device));
  SACOCHE_ASSIGN(const auto here,
                 store_->peer_envelopes().Find(header.space, header.device, header.counter));
  if (header.counter <= chain.counter && (!here || Equal(*here, bytes)))
    return Received{Outcome::kKnownAlready};
  if (!directory_->WasEverMember(header.device, header.space))
    return Received{Outcome::kUnknownAuthor};
  const auto hash =
      VerifyEnvelope(envelope, directory_->FindMember(header.device)->admission.signing_key);
  if (!hash) return Received{Outcome::kForged};
  // A colleague's program that gives its envelope the id of one of ours would have the server take
  // it for ours.
  SACOCHE_ASSIGN(const bool is_ours, store_->outbox().IsWaiting(header.id));
  if (header.counter <= chain.counter || is_ours) return Received{Outcome::kForked};
  // Nothing says when it was written: of who left, only what the server has taken is believed.
  const LeaverEnd* end = directory_->FindEnd(header.space, header.device);
  const bool is_member = directory_->IsMember(header.device, header.space);
  if (!is_member && (end == nullptr || header.counter > end->counter ||
                     (header.counter == end->counter && *hash != end->hash)))
    return Received{Outcome::kAfterLeaving};
  if (header.counter != chain.counter + 1) return Received{Outcome::kGap};
  if (header.previous != chain.hash) return Received{Outcome::kForked};
  return CommitCarried({.bytes = bytes, .envelope = envelope, .hash = *hash, .history = {}});
}

Result<Receiver::Received> Receiver::CommitCarried(const Arrived& arrived) {
  const EnvelopeHeader& header = arrived.envelope.header;
  SACOCHE_ASSIGN(const auto opened, OpenItems(arrived.envelope));
  // What does not open may be sealed under a key that gave way: the server will not show it before
  // the directory says that key.
  if (opened.missing_epoch || !opened.bundles)
    return Received{Outcome::kWaitingForKey, {}, opened.missing_epoch.value_or(header.epoch), {}};
  const auto changes = OpenFresh(arrived.envelope, opened);
  if (!changes && !IsUnreadable(changes.error().code)) return Forward(changes.error());
  Received received{Outcome::kSetAside};
  received.contradicts = !changes && changes.error().code == ErrorCode::kUntrusted;
  if (!changes) return received;
  SACOCHE_ASSIGN(const bool is_next, IsAllThatTheyReplaceHere(header.space, *changes));
  if (!is_next) return Received{Outcome::kGap};
  const ChainHead chain{header.counter, arrived.hash};
  auto committed =
      committer_->CommitCarried(header.space, *changes, {header.device, chain, arrived.bytes});
  if (committed) return Received{Outcome::kCommitted, std::move(*committed)};
  const ErrorCode code = committed.error().code;
  received.contradicts = code == ErrorCode::kUntrusted || code == ErrorCode::kLimit;
  return received.contradicts ? Result<Received>(std::move(received)) : Forward(committed.error());
}

// A file may hold the work of one colleague upon that of another and not the other's: taken in so,
// a hand-over would show as a conflict.
Result<bool> Receiver::IsAllThatTheyReplaceHere(const SpaceId& space,
                                                const std::vector<Change>& changes) {
  std::set<Dot> arriving;
  for (const Change& change : changes) arriving.insert(change.dot);
  for (const Change& change : changes)
    for (const RecordWrite& record : change.records)
      for (const FieldWrite& write : record.writes)
        for (const Dot& dot : write.overwritten) {
          if (arriving.contains(dot)) continue;
          SACOCHE_ASSIGN(const bool is_here, store_->log().WasApplied(space, dot));
          if (!is_here) return false;
        }
  return true;
}

// Of two epochs of one number, one gave way to the other (statement kind 18): the key that stands
// is tried first.
Result<Receiver::OpenedItems> Receiver::OpenItems(const Envelope& envelope) {
  const EnvelopeHeader& header = envelope.header;
  OpenedItems opened;
  SACOCHE_ASSIGN(const auto key, keys_->Key(header.space, header.epoch));
  if (key) opened.bundles = OpenEnvelope(envelope, *key);
  if (key && opened.bundles) return opened;
  SACOCHE_ASSIGN(const auto lost_keys, keys_->LostKeys(header.space, header.epoch));
  for (const EpochKey& lost : lost_keys) {
    auto bundles = OpenEnvelope(envelope, lost);
    if (bundles) return OpenedItems{std::nullopt, std::move(bundles)};
  }
  SACOCHE_ASSIGN(opened.missing_epoch, keys_->MissingFor(header.space, header.epoch));
  if (!key && !opened.missing_epoch)
    opened.bundles = Fail(ErrorCode::kCorrupt, Progress::kForWantOfAKey);
  return opened;
}

Result<std::vector<Change>> Receiver::OpenFresh(const Envelope& envelope,
                                                const OpenedItems& opened) {
  SACOCHE_ASSIGN(auto changes, Open(envelope, opened));
  SACOCHE_TRY(CheckAgainstBase(envelope, changes));
  return changes;
}

// The chains say that no snapshot stands for this envelope. If one knows its changes all the same,
// whoever made it claimed what did not exist yet; passing them over would lose them in silence.
Status Receiver::CheckAgainstBase(const Envelope& envelope, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    SACOCHE_ASSIGN(const auto here, store_->log().Find(envelope.header.space, change.dot));
    SACOCHE_ASSIGN(const bool in_base,
                   store_->snapshots().IsInBase(envelope.header.space, change.dot));
    if (in_base && !here)
      return Fail(ErrorCode::kUntrusted, "a snapshot claimed changes that were made only later",
                  "Tell your administrator.");
  }
  return {};
}

Result<std::vector<Change>> Receiver::Open(const Envelope& envelope, const OpenedItems& opened) {
  if (!opened.bundles) return Forward(opened.bundles.error());
  const std::vector<Bytes>& bundles = *opened.bundles;
  std::size_t plain_bytes = 0;
  for (const Bytes& bundle : bundles) {
    SACOCHE_ASSIGN(const std::size_t more, PlainBytesOf(bundle));
    plain_bytes += more;
  }
  if (plain_bytes > sync_limits::kEnvelopePlainBytesMax)
    return Fail(ErrorCode::kLimit, "an envelope's changes are larger than allowed");
  std::vector<Change> all;
  std::size_t next = 0;
  for (const EnvelopeItem& item : envelope.items) {
    if (item.erased) continue;
    SACOCHE_ASSIGN(std::vector<Change> changes,
                   DecodeBundle(bundles[next++], envelope.header.device));
    if (HandleOf(envelope.header.space, changes.front().dossier) != item.handle)
      return Fail(ErrorCode::kCorrupt, "an item of an envelope carries another dossier's changes");
    std::ranges::move(changes, std::back_inserter(all));
  }
  return all;
}

}  // namespace sacoche
