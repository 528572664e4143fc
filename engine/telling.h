#pragma once

#include "engine/engine_parts.h"
#include "engine/projector.h"
#include "engine/seal/key_epoch.h"

namespace sacoche {

// Brings what other spaces hold of one dossier to what it shall be; within the caller's
// transaction. For engine_projecting.cc and engine_sharing.cc. `key`: of the first epoch of the
// dossier's space, which names what is derived.
class Engine::Telling {
 public:
  Telling(Engine& engine, const SpaceId& space, const RecordId& dossier, EpochKey key)
      : engine_(engine), space_(space), dossier_(dossier), key_(std::move(key)) {}

  // All derived records of the kind, by their index; those beyond are withdrawn.
  Status Tell(const KindDef& kind, const SpaceId& into,
              const std::vector<const ProjectedRecord*>& records);

  // The records of a shared dossier, its root first, as their copies in `into`; of kinds that
  // `may_tell` holds back, nothing.
  Status Copy(const SpaceId& into, const std::vector<RecordView>& records,
              const std::function<bool(const KindDef&)>& may_tell);

  [[nodiscard]] std::vector<RecordId> Touched() && { return std::move(touched_); }

 private:
  using EntryIds = std::vector<ByteArray<16>>;
  enum class Standing { kMissing, kStands, kErased, kErasedAndWritten };

  [[nodiscard]] RecordId IdOf(const KindDef& kind, std::uint32_t slot) const {
    return key_.ProjectedId(space_, dossier_, static_cast<std::uint32_t>(kind.id), slot);
  }
  // Of a record, or of an entry of a log: the same whoever copies it.
  [[nodiscard]] RecordId CopyOf(const SpaceId& into, const RecordId& original) const {
    return key_.ProjectedId(into, original, 0, 0);
  }
  [[nodiscard]] Result<Standing> StandingOf(const KindDef& kind, const RecordId& id);
  Status SkipErased(const KindDef& kind, const SpaceId& into, std::uint32_t& slot);
  Status WithdrawFrom(const KindDef& kind, const SpaceId& into, std::uint32_t slot);
  Status WriteWithdrawal(const KindDef& kind, const SpaceId& into, const RecordId& dossier,
                         const RecordId& id);
  Status CopyRecord(const SpaceId& into, const KindDef& kind, const RecordView& original);
  [[nodiscard]] Result<RecordEdit> EditTowards(const SpaceId& into, const KindDef& kind,
                                               const RecordView& original, EntryIds& entry_ids);
  Status CopyEntries(const SpaceId& into, const VisibleField& original, const VisibleField* copied,
                     RecordEdit& edit, EntryIds& entry_ids) const;
  [[nodiscard]] Value Renamed(const SpaceId& into, const Value& value) const;
  Status Write(const SpaceId& into, const sacoche::Edit& edit, const EntryIds& entry_ids = {});

  Engine& engine_;
  const SpaceId space_;
  const RecordId dossier_;
  const EpochKey key_;
  std::set<RecordId> copied_;  // of the dossier: what references may lead to
  std::vector<RecordId> touched_;
};

}  // namespace sacoche
