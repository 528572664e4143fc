#pragma once

#include "platform/base/ids.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// Full-text search over the searchable text of the records: every word of the query must begin a
// word of the record; case, accents and ligatures (œ, æ) do not matter.
class Search {
 public:
  explicit Search(Database* database) : database_(database) {}

  // The whole searchable text of the record, as it is now. Empty takes it out.
  Status Set(const RecordId& record, const std::string& text);

  // Best match first.
  [[nodiscard]] Result<std::vector<RecordId>> Find(std::string_view words, std::size_t count_max);

 private:
  Database* database_;
};

}  // namespace sacoche
