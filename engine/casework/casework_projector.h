#pragma once

#include "engine/casework/projections.h"

namespace sacoche::casework {

// The rules of casework for an Engine: from a situation, its follow-up record and its facts. Posts
// and units are those of the shared directory that this laptop holds. A value: any thread.
class CaseworkProjector : public Projector {
 public:
  using CommuneBands = std::map<std::string, std::string, std::less<>>;

  // INSEE code to a code of the list "commune_tranche"; of any other commune the size is not told.
  explicit CaseworkProjector(CommuneBands commune_bands = {})
      : commune_bands_(std::move(commune_bands)) {}

  [[nodiscard]] std::vector<KindId> Kinds() const override;
  [[nodiscard]] Result<Projection> Project(const RecordId& dossier,
                                           const std::vector<RecordView>& records,
                                           const Reader& reader) const override;

 private:
  CommuneBands commune_bands_;
};

}  // namespace sacoche::casework
