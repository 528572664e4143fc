#pragma once

#include "engine/casework/projections.h"

// How projections.cc reads a dossier. For the files of this room only.
namespace sacoche::casework {

using RecordPointers = std::vector<const DossierRecord*>;

// What stands in a dossier: everything that is not erased, in the order of the ids, so that the
// order in which it was handed in means nothing. The records must outlive it.
class DossierReading {
 public:
  DossierReading(const RecordId& dossier, const std::vector<DossierRecord>& records);

  // Nothing if it was erased or is not there.
  [[nodiscard]] const DossierRecord* situation() const { return situation_; }
  [[nodiscard]] const RecordPointers& Of(std::string_view kind) const;

 private:
  const DossierRecord* situation_ = nullptr;
  std::map<KindId, RecordPointers> by_kind_;
};

// A field of a record by its name; a name that the schema does not have is a bug. Nothing if the
// field shows nothing, or something of another type. Of a list, its elements.
[[nodiscard]] const Value* Shown(const DossierRecord& record, std::string_view field);
[[nodiscard]] std::optional<Value> CodeIn(const DossierRecord& record, std::string_view field);
[[nodiscard]] std::optional<RecordId> LinkIn(const DossierRecord& record, std::string_view field);
[[nodiscard]] std::optional<Date> DateIn(const DossierRecord& record, std::string_view field);
[[nodiscard]] bool IsYes(const DossierRecord& record, std::string_view field);
[[nodiscard]] ValueList CodesIn(const DossierRecord& record, std::string_view field);
[[nodiscard]] ValueList CodesIn(const RecordPointers& records, std::string_view field);

// The first code that one of the records shows, in their order.
[[nodiscard]] std::optional<Value> FirstCodeIn(const RecordPointers& records,
                                               std::string_view field);

// year * 100 + month, if the date tells a month.
[[nodiscard]] std::optional<std::int64_t> MonthOf(const std::optional<Date>& date);

}  // namespace sacoche::casework
