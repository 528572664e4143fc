#pragma once

#include <functional>

#include "engine/engine.h"

namespace sacoche {

// A record of another space that a rule derives from a dossier.
struct ProjectedRecord {
  KindId kind{};
  // Which of the dossier's records of the kind, from 0 on, without a gap.
  std::uint32_t index = 0;
  // Every field of the kind but its erasure, so that writing them all leaves nothing of an earlier
  // state; nothing or an empty list clears.
  std::map<FieldId, Value> values;

  bool operator==(const ProjectedRecord&) const = default;
};

struct Projection {
  enum class Dossier {
    kTold,     // by `records`, and by no others
    kUnknown,  // too little of it is here: what was told before stays
    kErased    // nothing is told of it any more
  } dossier = Dossier::kUnknown;
  std::vector<ProjectedRecord> records;
};

// The rules by which what leaves the circle of a post is computed, from the present state of one
// dossier; handed to an Engine, which keeps the derived records up to date. The rules must give the
// same on every laptop that holds the same changes. Called on the engine's thread; it must outlive
// the engine and must not call it.
class Projector {
 public:
  // A record of any space that this laptop holds, as it shows now.
  using Reader = std::function<Result<std::optional<RecordView>>(const RecordId&)>;

  virtual ~Projector() = default;

  // The kinds of the records that it derives. Each is the root of a dossier of its own, has an
  // erasure, and lives in a space of another kind than the dossiers do.
  [[nodiscard]] virtual std::vector<KindId> Kinds() const = 0;

  // `records`: all of the dossier that is here, the root first. An error is one of `reader`.
  [[nodiscard]] virtual Result<Projection> Project(const RecordId& dossier,
                                                   const std::vector<RecordView>& records,
                                                   const Reader& reader) const = 0;
};

}  // namespace sacoche
