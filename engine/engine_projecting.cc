// The part of Engine that keeps what other spaces are told of a dossier: in the commit of a local
// edit; after a sync for what others changed, since whoever changed it has told it already, and
// only what two people changed without sight of each other is still to be told by whoever sees
// both.

#include "engine/engine_parts.h"
#include "engine/telling.h"

namespace sacoche {
namespace {

constexpr std::size_t kDueAtOnce = 64;
// Of a dossier's derived records of one kind, when the way back is looked for: more persons than
// any situation has.
constexpr std::uint32_t kSlotsLookedAt = 32;

// That a space was looked through for dossiers that nobody told it of.
std::string ToldMark(const SpaceId& space) { return "told." + space.ToHex(); }

bool IsDerivedFrom(const EpochKey& key, const std::vector<KindId>& kinds, const RecordHead& root,
                   const RecordId& derived) {
  for (const KindId kind : kinds)
    for (std::uint32_t slot = 0; slot < kSlotsLookedAt; ++slot)
      if (key.ProjectedId(root.space, root.id, static_cast<std::uint32_t>(kind), slot) == derived)
        return true;
  return false;
}

}  // namespace

// The spaces that hear of that one's dossiers, of those that this laptop may write to.
std::map<SpaceKind, SpaceId> Engine::ToldBy(const SpaceId& space) const {
  std::map<SpaceKind, SpaceId> told;
  const SpaceLabel source = SpaceLabelOf(space);
  const Member* self = parts_->directory.FindMember(device());
  if (self == nullptr || self->revoked || source.kind != SpaceKind::kDossiers) return told;
  for (const SpaceId& other : self->admission.spaces) {
    const SpaceLabel label = SpaceLabelOf(other);
    if (label.kind && IsNameless(*label.kind) && label.post == source.post)
      told.emplace(*label.kind, other);
  }
  return told;
}

bool Engine::Tells(const SpaceId& space) const {
  const bool projects =
      parts_->config.projector != nullptr && SpaceLabelOf(space).kind == SpaceKind::kDossiers;
  return projects || std::ranges::any_of(parts_->directory.sharings(), [&](const auto& sharing) {
           return sharing.second.parent == space && !sharing.second.guests.empty();
         });
}

Result<std::vector<RecordId>> Engine::FollowChange(const SpaceId& space,
                                                   const std::set<RecordId>& dossiers,
                                                   Origin origin) {
  std::vector<RecordId> touched;
  // A copy that others wrote may differ from what it copies, if they did at the same time.
  const SharingStatement* sharing = parts_->directory.FindSharing(space);
  const auto shared = SpaceLabelOf(space).shared;
  if (sharing != nullptr && shared && parts_->directory.IsMember(device(), sharing->parent))
    SACOCHE_TRY(parts_->store->projections_due().Add(sharing->parent, shared->dossier));
  if (!Tells(space)) return touched;
  for (const RecordId& dossier : dossiers) {
    if (origin == Origin::kRemote) {
      SACOCHE_TRY(parts_->store->projections_due().Add(space, dossier));
      continue;
    }
    SACOCHE_ASSIGN(const auto derived, ProjectDossier(space, dossier));
    touched.insert(touched.end(), derived.begin(), derived.end());
  }
  return touched;
}

Result<SecretBytes> Engine::FirstKey(const SpaceId& space) {
  return parts_->store->keys().EpochKey(space, parts_->directory.FirstEpoch(space));
}

Result<std::vector<RecordId>> Engine::ProjectDossier(const SpaceId& space,
                                                     const RecordId& dossier) {
  const auto told =
      parts_->config.projector == nullptr ? std::map<SpaceKind, SpaceId>() : ToldBy(space);
  if (told.empty() && !Tells(space)) return std::vector<RecordId>();
  SACOCHE_ASSIGN(const SecretBytes first_key, FirstKey(space));
  SACOCHE_ASSIGN(const auto root, parts_->store->records().Find(dossier));
  if (first_key.empty() || !root) {
    // The names of the derived records follow from the key, which comes with a sync.
    SACOCHE_TRY(parts_->store->projections_due().Add(space, dossier));
    return std::vector<RecordId>();
  }
  SACOCHE_ASSIGN(EpochKey key, EpochKey::FromBytes(first_key.view()));
  Telling telling(*this, space, dossier, std::move(key));
  if (!told.empty()) SACOCHE_TRY(TellProjections(telling, told, dossier));
  SACOCHE_TRY(CopyShared(telling, space, dossier));
  return std::move(telling).Touched();
}

Status Engine::TellProjections(Telling& telling, const std::map<SpaceKind, SpaceId>& told,
                               const RecordId& dossier) {
  SACOCHE_ASSIGN(const auto views, ViewsOf(dossier));
  SACOCHE_ASSIGN(const Projection projection,
                 parts_->config.projector->Project(
                     dossier, views, [this](const RecordId& record) { return ReadHere(record); }));
  if (projection.dossier == Projection::Dossier::kUnknown) return {};
  for (const KindId id : parts_->config.projector->Kinds()) {
    const KindDef* kind = parts_->config.schema->FindKind(id);
    const auto into = kind == nullptr ? told.end() : told.find(kind->space);
    if (into == told.end()) continue;
    std::vector<const ProjectedRecord*> of_kind;
    for (const ProjectedRecord& record : projection.records)
      if (record.kind == id) of_kind.push_back(&record);
    std::ranges::sort(of_kind, {}, &ProjectedRecord::index);
    SACOCHE_TRY(telling.Tell(*kind, into->second, of_kind));
  }
  return {};
}

// The root first; only it need be there.
Result<std::vector<RecordView>> Engine::ViewsOf(const RecordId& dossier) {
  std::vector<RecordView> views;
  SACOCHE_ASSIGN(const auto root, parts_->store->records().Find(dossier));
  if (!root) return views;
  SACOCHE_ASSIGN(auto heads, parts_->store->records().Children(dossier));
  heads.insert(heads.begin(), *root);
  for (const RecordHead& head : heads) {
    SACOCHE_ASSIGN(RecordView view, View(head));
    views.push_back(std::move(view));
  }
  return views;
}

Result<bool> Engine::ProjectDue() {
  SACOCHE_TRY(LookForUntold());
  std::set<RecordId> touched;
  // What cannot be told yet stays due: each is looked at once.
  std::pair<SpaceId, RecordId> last;
  while (true) {
    SACOCHE_ASSIGN(const auto due, parts_->store->projections_due().After(last, kDueAtOnce));
    if (due.empty()) break;
    SACOCHE_ASSIGN(Transaction transaction, parts_->store->Begin());
    for (const auto& [space, dossier] : due) {
      SACOCHE_TRY(parts_->store->projections_due().Remove(space, dossier));
      SACOCHE_ASSIGN(const auto derived, ProjectDossier(space, dossier));
      touched.insert(derived.begin(), derived.end());
    }
    SACOCHE_TRY(transaction.Commit());
    last = due.back();
  }
  Notify(touched);
  return !touched.empty();
}

// A space that was made after the dossiers were has heard of none of them. Whoever sees it first
// tells it of all.
Status Engine::LookForUntold() {
  const Member* self = parts_->directory.FindMember(device());
  if (self == nullptr || self->revoked) return {};
  Store& store = *parts_->store;
  for (const auto& [shared, sharing] : parts_->directory.sharings()) {
    const auto dossier = SpaceLabelOf(shared).shared;
    SACOCHE_ASSIGN(const SecretBytes mark, store.keys().Read(ToldMark(shared)));
    const bool is_ours = dossier && parts_->directory.IsMember(device(), sharing.parent);
    if (!is_ours || sharing.guests.empty() || !mark.empty()) continue;
    SACOCHE_ASSIGN(Transaction transaction, store.Begin());
    SACOCHE_TRY(store.keys().Write(ToldMark(shared), ViewOf("1")));
    SACOCHE_TRY(store.projections_due().Add(sharing.parent, dossier->dossier));
    SACOCHE_TRY(transaction.Commit());
  }
  if (parts_->config.projector == nullptr) return {};
  for (const SpaceId& space : self->admission.spaces) {
    for (const auto& [kind, told] : ToldBy(space)) {
      SACOCHE_ASSIGN(const SecretBytes mark, store.keys().Read(ToldMark(told)));
      if (!mark.empty()) continue;
      SACOCHE_ASSIGN(const auto known, store.records().PageOfSpace(told, {}, 1));
      SACOCHE_ASSIGN(Transaction transaction, store.Begin());
      SACOCHE_TRY(store.keys().Write(ToldMark(told), ViewOf("1")));
      if (known.empty()) SACOCHE_TRY(store.projections_due().AddAllOf(space));
      SACOCHE_TRY(transaction.Commit());
    }
  }
  return {};
}

Result<std::optional<RecordId>> Engine::OriginalOf(const RecordId& derived) {
  SACOCHE_TRY(CheckUnlocked());
  if (parts_->config.projector == nullptr) return std::optional<RecordId>();
  const std::vector<KindId> kinds = parts_->config.projector->Kinds();
  for (const SpaceId& space : parts_->directory.SpacesOf(device())) {
    SACOCHE_ASSIGN(const SecretBytes first_key, FirstKey(space));
    if (SpaceLabelOf(space).kind != SpaceKind::kDossiers || first_key.empty()) continue;
    SACOCHE_ASSIGN(const EpochKey key, EpochKey::FromBytes(first_key.view()));
    RecordId after;
    while (true) {
      SACOCHE_ASSIGN(const auto page,
                     parts_->store->records().PageOfSpace(space, after, kDueAtOnce));
      if (page.empty()) break;
      for (const RecordHead& head : page)
        if (head.id == head.dossier && IsDerivedFrom(key, kinds, head, derived))
          return std::optional(head.id);
      after = page.back().id;
    }
  }
  return std::optional<RecordId>();
}

}  // namespace sacoche
