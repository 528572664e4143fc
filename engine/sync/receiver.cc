#include "engine/sync/receiver.h"

#include "engine/bundle/bundle_codec.h"
#include "engine/seal/envelope_seal.h"
#include "engine/sync/distrust.h"

namespace sacoche {
namespace {

// What is wrong with the contents is the sender's release or damage, and must not stop the rest.
bool IsUnreadable(ErrorCode code) {
  return code == ErrorCode::kCorrupt || code == ErrorCode::kLimit ||
         code == ErrorCode::kNewerFormat || code == ErrorCode::kUntrusted;
}

}  // namespace

Result<Receiver::Received> Receiver::Receive(const SpaceId& space, std::uint64_t server_seq,
                                             ByteView bytes) {
  const auto decoded = DecodeEnvelope(bytes);
  if (!decoded) return Untrusted("the server sent something that is not an envelope");
  const EnvelopeHeader& header = decoded->header;
  if (header.space != space || header.device == identity_->device())
    return Untrusted("the server sent an envelope that does not belong here");
  if (!directory_->IsMember(header.device, space))
    return Untrusted("the server sent an envelope of a stranger");
  SACOCHE_ASSIGN(
      const Hash256 hash,
      VerifyEnvelope(*decoded, directory_->FindMember(header.device)->admission.signing_key));
  SACOCHE_ASSIGN(const ChainHead chain, store_->progress().PeerChain(space, header.device));
  const PulledFrom from{server_seq, header.device, ChainHead{header.counter, hash}};
  if (header.counter <= chain.counter) return Received{Outcome::kKnownAlready, {}, 0};
  if (header.counter != chain.counter + 1) return Received{Outcome::kGap, {}, 0};
  if (header.previous != chain.hash)
    return Untrusted("a colleague's laptop, or the server, shows two different histories");
  SACOCHE_ASSIGN(const auto key, keys_->Key(space, header.epoch));
  if (!key) return Received{Outcome::kWaitingForKey, {}, header.epoch};

  auto changes = Open(*decoded, *key);
  Result<CommitReport> committed;
  if (changes) {
    committed = committer_->CommitPulled(space, *changes, from);
    if (committed) return Received{Outcome::kCommitted, std::move(*committed), 0};
  }
  const Error error = changes ? committed.error() : changes.error();
  if (!IsUnreadable(error.code)) return Forward(error);
  SACOCHE_TRY(committer_->CommitSetAside(space, from, error.message, bytes));
  return Received{Outcome::kSetAside, {}, 0};
}

Result<std::vector<Change>> Receiver::Open(const Envelope& envelope, const EpochKey& key) {
  SACOCHE_ASSIGN(const std::vector<Bytes> bundles, OpenEnvelope(envelope, key));
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
