#include "engine/casework/casework_projector.h"

#include "engine/casework/schema.h"

namespace sacoche::casework {
namespace {

const KindDef& KindNamed(std::string_view name) { return *CaseworkSchema().FindKind(name); }

// A unit with few gendarmes, where a month and a motive would be somebody, counts under the one
// that commands it.
bool CountsUnderItsParent(const DossierRecord& unit) {
  const Value* type = unit.values.contains(KindNamed("unite").FindField("type")->id)
                          ? &unit.values.at(KindNamed("unite").FindField("type")->id)
                          : nullptr;
  return type != nullptr && (*type == Value::OfCode("BPROX") || *type == Value::OfCode("BTM"));
}

// What the dossier refers to in the shared directory; other references stay unknown.
class References {
 public:
  explicit References(const Projector::Reader& reader) : reader_(reader) {}

  Status Follow(const RecordId& id) {
    if (!seen_.insert(id).second) return {};
    SACOCHE_ASSIGN(const auto view, reader_(id));
    if (!view) return {};
    if (view->head.kind == KindNamed("poste").id) found_.posts.insert(id);
    if (view->head.kind == KindNamed("unite").id) return FollowUnit(DossierRecordOf(*view));
    return {};
  }

  [[nodiscard]] ReferenceData Found() && { return std::move(found_); }

 private:
  Status FollowUnit(const DossierRecord& unit) {
    found_.reported_units[unit.id] = unit.id;
    const auto parent = unit.values.find(KindNamed("unite").FindField("parent")->id);
    if (!CountsUnderItsParent(unit) || parent == unit.values.end()) return {};
    const auto* above = parent->second.As<RecordId>();
    if (above == nullptr) return {};
    SACOCHE_ASSIGN(const auto view, reader_(*above));
    if (view && view->head.kind == unit.kind) found_.reported_units[unit.id] = *above;
    return {};
  }

  const Projector::Reader& reader_;
  std::set<RecordId> seen_;
  ReferenceData found_;
};

}  // namespace

std::vector<KindId> CaseworkProjector::Kinds() const {
  return {KindNamed(kSuivi).id, KindNamed(kFaitStatistique).id};
}

Result<Projection> CaseworkProjector::Project(const RecordId& dossier,
                                              const std::vector<RecordView>& records,
                                              const Reader& reader) const {
  Projection projection;
  if (records.empty() || records.front().head.kind != KindNamed(kSituation).id) return projection;
  References references(reader);
  std::vector<DossierRecord> present;
  for (const RecordView& view : records) {
    present.push_back(DossierRecordOf(view));
    for (const auto& [field, value] : present.back().values)
      if (const auto* reference = value.As<RecordId>()) SACOCHE_TRY(references.Follow(*reference));
  }
  ReferenceData data = std::move(references).Found();
  data.commune_bands = commune_bands_;
  Projections told = casework::Project(dossier, present, data);
  projection.dossier = told.suivi ? Projection::Dossier::kTold : Projection::Dossier::kErased;
  projection.records = std::move(told.facts);
  if (told.suivi) projection.records.push_back(std::move(*told.suivi));
  return projection;
}

}  // namespace sacoche::casework
