// The part of Engine that keeps what other spaces are told of a dossier: in the commit of a local
// edit; after a sync for what others changed, since whoever changed it has told it already, and
// only what two people changed without sight of each other is still to be told by whoever sees
// both.

#include "engine/engine_parts.h"
#include "engine/merge/resolve.h"
#include "engine/projector.h"

namespace sacoche {
namespace {

constexpr std::size_t kDueAtOnce = 64;

// That a space was looked through for dossiers that nobody told it of.
std::string ToldMark(const SpaceId& space) { return "told." + space.ToHex(); }

// A list as it shall be, or a value, or nothing.
Value ValueFor(const FieldDef& field, const Value& value) {
  return field.is_list() && value.empty() ? Value::List({}) : value;
}

RecordEdit EditFor(const KindDef& kind, const RecordId& id, const ProjectedRecord& projected) {
  RecordEdit edit{id, kind.id, {}};
  for (const auto& [field, value] : projected.values)
    edit.fields.push_back({field, ValueFor(*kind.FindField(field), value), {}});
  return edit;
}

// Why it is gone is the dossier's own to say.
RecordEdit Withdraw(const Schema& schema, const KindDef& kind, const RecordId& id) {
  const FieldDef& erasure = *kind.FindErasure();
  const ClosedList& reasons = *schema.FindList(erasure.closed_list);
  return {id, kind.id, {{erasure.id, Value::OfCode(reasons.entries.front().code), {}}}};
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

Result<std::vector<RecordId>> Engine::FollowChange(const SpaceId& space,
                                                   const std::set<RecordId>& dossiers,
                                                   Origin origin) {
  std::vector<RecordId> touched;
  if (SpaceLabelOf(space).kind != SpaceKind::kDossiers) return touched;
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

// Brings the derived records of one dossier to what the rules say; within the caller's transaction.
class Engine::Telling {
 public:
  Telling(Engine& engine, const SpaceId& space, const RecordId& dossier, EpochKey key)
      : engine_(engine), space_(space), dossier_(dossier), key_(std::move(key)) {}

  Status Tell(const KindDef& kind, const SpaceId& into,
              const std::vector<const ProjectedRecord*>& records) {
    std::uint32_t slot = 0;
    for (const ProjectedRecord* record : records) {
      SACOCHE_TRY(SkipErased(kind, into, slot));
      const RecordId id = IdOf(kind, slot++);
      SACOCHE_TRY(Write(into, {id, {EditFor(kind, id, *record)}}));
    }
    return WithdrawFrom(kind, into, slot);
  }

  [[nodiscard]] std::vector<RecordId> Touched() && { return std::move(touched_); }

 private:
  [[nodiscard]] RecordId IdOf(const KindDef& kind, std::uint32_t slot) const {
    return key_.ProjectedId(space_, dossier_, static_cast<std::uint32_t>(kind.id), slot);
  }

  enum class Standing { kMissing, kStands, kErased, kErasedAndWritten };
  Result<Standing> StandingOf(const KindDef& kind, const RecordId& id) {
    Records& records = engine_.parts_->store->records();
    SACOCHE_ASSIGN(const auto head, records.Find(id));
    if (!head) return Standing::kMissing;
    const FieldId erasure = kind.FindErasure()->id;
    SACOCHE_ASSIGN(const auto registers, records.Registers(id, erasure));
    if (!Resolve(*kind.FindErasure(), registers)) return Standing::kStands;
    SACOCHE_ASSIGN(const bool is_written, records.HasConflict(id, erasure));
    return is_written ? Standing::kErasedAndWritten : Standing::kErased;
  }

  // What was withdrawn does not come back; who wrote to it meanwhile did not know.
  Status SkipErased(const KindDef& kind, const SpaceId& into, std::uint32_t& slot) {
    while (true) {
      const RecordId id = IdOf(kind, slot);
      SACOCHE_ASSIGN(const Standing standing, StandingOf(kind, id));
      if (standing == Standing::kMissing || standing == Standing::kStands) return {};
      if (standing == Standing::kErasedAndWritten) SACOCHE_TRY(WriteWithdrawal(kind, into, id));
      ++slot;
    }
  }

  Status WithdrawFrom(const KindDef& kind, const SpaceId& into, std::uint32_t slot) {
    while (true) {
      SACOCHE_TRY(SkipErased(kind, into, slot));
      const RecordId id = IdOf(kind, slot++);
      SACOCHE_ASSIGN(const Standing standing, StandingOf(kind, id));
      if (standing == Standing::kMissing) return {};
      SACOCHE_TRY(WriteWithdrawal(kind, into, id));
    }
  }

  Status WriteWithdrawal(const KindDef& kind, const SpaceId& into, const RecordId& id) {
    return Write(into, {id, {Withdraw(*engine_.parts_->config.schema, kind, id)}});
  }

  Status Write(const SpaceId& into, const sacoche::Edit& edit) {
    SACOCHE_TRY(CheckEdit(*engine_.parts_->config.schema, edit));
    SACOCHE_ASSIGN(const auto change, engine_.MakeLocalChange(edit, into));
    if (!change) return {};
    SACOCHE_ASSIGN(const auto touched, engine_.parts_->committer.CommitAlong(into, *change));
    touched_.insert(touched_.end(), touched.begin(), touched.end());
    return {};
  }

  Engine& engine_;
  const SpaceId space_;
  const RecordId dossier_;
  const EpochKey key_;
  std::vector<RecordId> touched_;
};

Result<std::vector<RecordId>> Engine::ProjectDossier(const SpaceId& space,
                                                     const RecordId& dossier) {
  const auto told = ToldBy(space);
  if (told.empty()) return std::vector<RecordId>();
  SACOCHE_ASSIGN(const SecretBytes first_key, parts_->store->keys().EpochKey(space, 1));
  SACOCHE_ASSIGN(const auto root, parts_->store->records().Find(dossier));
  if (first_key.empty() || !root) {
    // The names of the derived records follow from the key, which comes with a sync.
    SACOCHE_TRY(parts_->store->projections_due().Add(space, dossier));
    return std::vector<RecordId>();
  }
  SACOCHE_ASSIGN(EpochKey key, EpochKey::FromBytes(first_key.view()));
  SACOCHE_ASSIGN(auto heads, parts_->store->records().Children(dossier));
  heads.insert(heads.begin(), *root);
  std::vector<RecordView> views;
  for (const RecordHead& head : heads) {
    SACOCHE_ASSIGN(RecordView view, View(head));
    views.push_back(std::move(view));
  }
  SACOCHE_ASSIGN(const Projection projection,
                 parts_->config.projector->Project(
                     dossier, views, [this](const RecordId& record) { return Read(record); }));
  if (projection.dossier == Projection::Dossier::kUnknown) return std::vector<RecordId>();
  Telling telling(*this, space, dossier, std::move(key));
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
  return std::move(telling).Touched();
}

Status Engine::ProjectDue() {
  if (parts_->config.projector == nullptr) return {};
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
  return {};
}

// A space that was made after the dossiers were has heard of none of them. Whoever sees it first
// tells it of all.
Status Engine::LookForUntold() {
  const Member* self = parts_->directory.FindMember(device());
  if (self == nullptr || self->revoked) return {};
  Store& store = *parts_->store;
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

}  // namespace sacoche
