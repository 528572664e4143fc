#include "engine/sync/sealer.h"

#include "engine/bundle/bundle_codec.h"
#include "engine/sync/sync_limits.h"

namespace sacoche {
namespace {

// Changes that go into one item: of one dossier, in the order of the log.
struct Group {
  std::vector<Change> changes;
  std::vector<std::int64_t> log_sequences;
  std::size_t plain_bytes = 0;
};

std::vector<Group> GroupByDossier(std::vector<ChangeLog::Unsealed> unsealed) {
  std::vector<Group> groups;
  std::map<RecordId, std::size_t> open;  // the group of a dossier that still takes changes
  for (ChangeLog::Unsealed& entry : unsealed) {
    const auto [place, is_new] = open.try_emplace(entry.change.dossier, groups.size());
    if (is_new || groups[place->second].plain_bytes >= sync_limits::kItemPlainBytesTarget) {
      place->second = groups.size();
      groups.emplace_back();
    }
    Group& group = groups[place->second];
    group.plain_bytes += EncodedSize(entry.change);
    group.log_sequences.push_back(entry.seq);
    group.changes.push_back(std::move(entry.change));
  }
  return groups;
}

}  // namespace

Result<bool> Sealer::Flush(const SpaceId& space) {
  const std::uint64_t epoch = directory_->CurrentEpoch(space);
  SACOCHE_ASSIGN(const auto key, keys_->Key(space, epoch));
  while (true) {
    SACOCHE_ASSIGN(auto unsealed, store_->log().ReadUnsealed(space, sync_limits::kFlushChangesMax));
    if (unsealed.empty()) return true;
    if (!key || keys_->NeedsNewKey(space)) return false;
    SACOCHE_TRY(SealDraft(space, epoch, *key, MakeDraft(std::move(unsealed))));
  }
}

// As many whole groups as the target holds, at least one. What is left is read again for the next
// envelope.
Sealer::Draft Sealer::MakeDraft(std::vector<ChangeLog::Unsealed> unsealed) const {
  Draft draft;
  for (const Group& group : GroupByDossier(std::move(unsealed))) {
    if (draft.bytes >= sync_limits::kEnvelopeBytesTarget ||
        draft.plain_bytes >= sync_limits::kEnvelopePlainBytesTarget)
      break;
    PlainItem item{group.changes.front().dossier, EncodeBundle(group.changes)};
    draft.bytes += item.bundle.size() + kItemOverheadBytesMax;
    draft.plain_bytes += group.plain_bytes;
    draft.items.push_back(std::move(item));
    draft.log_sequences.insert(draft.log_sequences.end(), group.log_sequences.begin(),
                               group.log_sequences.end());
  }
  return draft;
}

Status Sealer::SealDraft(const SpaceId& space, std::uint64_t epoch, const EpochKey& key,
                         const Draft& draft) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_ASSIGN(const ChainHead head, store_->outbox().Head(space));
  SACOCHE_ASSIGN(const std::uint64_t cursor, store_->progress().Cursor(space));
  SACOCHE_ASSIGN(const KnownHistoryFrame known, store_->progress().KnownHistory(space));
  const HistoryTag history = known.sequence == cursor ? known.tag : HistoryTag{};
  const EnvelopeHeader header{space,
                              epoch,
                              identity_->device(),
                              random_->NextId<EnvelopeId>(),
                              head.counter + 1,
                              head.hash,
                              cursor,
                              ServerView{history, follower_->count(), follower_->tag()}};
  SACOCHE_ASSIGN(SealedEnvelope sealed,
                 SealEnvelope(header, draft.items, key, identity_->signing_key));
  SACOCHE_TRY(
      store_->outbox().Put(OutboxEntry{space, header.counter, header.id, sealed.manifest_hash,
                                       std::move(sealed.bytes), draft.log_sequences.size()}));
  for (const std::int64_t seq : draft.log_sequences)
    SACOCHE_TRY(store_->log().MarkSealed(seq, header.counter));
  return transaction.Commit();
}

}  // namespace sacoche
