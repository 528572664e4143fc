#pragma once

#include "engine/merge/conflict.h"
#include "platform/sqlite/database.h"

namespace sacoche {

// A record without its fields.
struct RecordHead {
  RecordId id;
  KindId kind{};
  RecordId dossier;
  SpaceId space;
  Hlc created;
  Hlc changed;
};

struct RecordQuery {
  std::optional<KindId> kind;
  std::optional<RecordId> dossier;
  // An indexed field that shows this value; needs `kind`.
  std::optional<FieldId> field;
  Value value;
  // By the field only.
  enum class Order { kNewestChangeFirst, kOldestChangeFirst } order = Order::kNewestChangeFirst;
  std::size_t count_max = 1000;
};

// The merged state: records, their siblings, declared indexes and open conflicts.
class Records {
 public:
  explicit Records(Database* database) : database_(database) {}

  [[nodiscard]] Result<std::optional<RecordHead>> Find(const RecordId& record);
  // Ids that begin with these hexadecimal digits, at most 32, in their order.
  [[nodiscard]] Result<std::vector<RecordId>> FindByPrefix(std::string_view hex_digits,
                                                           std::size_t count_max);
  // Changes the row, or makes it.
  Status Touch(const RecordHead& head);

  // The registers of one field, or of all.
  [[nodiscard]] Result<std::map<RegisterKey, Register>> Registers(const RecordId& record,
                                                                  FieldId field);
  [[nodiscard]] Result<std::optional<Record>> Read(const RecordId& record);

  [[nodiscard]] Result<Register> ReadRegister(const RecordId& record, const RegisterKey& key);
  Status WriteRegister(const RecordId& record, const RegisterKey& key, const Register& before,
                       const Register& after);

  // Empties every register of the space's records, before the log is merged into them again.
  Status EmptyRegisters(const SpaceId& space);

  // Newest change first, unless the query says otherwise.
  [[nodiscard]] Result<std::vector<RecordHead>> List(const RecordQuery& query);
  // The children of a dossier, oldest first, without its root.
  [[nodiscard]] Result<std::vector<RecordHead>> Children(const RecordId& dossier);
  // What a closing of that record speaks about: the dossier, if it is its root, or it alone.
  [[nodiscard]] Result<std::vector<Record>> ClosedBy(const RecordHead& closed);
  // The root of a dossier and its children; as far as they are here.
  [[nodiscard]] Result<std::vector<Record>> Dossier(const RecordId& dossier);
  // All records in the order of their ids, from after `after`.
  [[nodiscard]] Result<std::vector<RecordHead>> PageById(const RecordId& after,
                                                         std::size_t count_max);

  // The same, of one space.
  [[nodiscard]] Result<std::vector<RecordHead>> PageOfSpace(const SpaceId& space,
                                                            const RecordId& after,
                                                            std::size_t count_max);

  Status SetIndex(KindId kind, FieldId field, const RecordId& record,
                  const std::vector<Value>& shown);

  enum class ConflictState { kNone, kOpen };
  Status SetConflict(const RecordId& record, FieldId field, ConflictState state);
  [[nodiscard]] Result<bool> HasConflict(const RecordId& record, FieldId field);
  [[nodiscard]] Result<std::vector<std::pair<RecordId, FieldId>>> OpenConflicts();
  [[nodiscard]] Result<std::uint64_t> CountConflicts();
  [[nodiscard]] Result<std::uint64_t> Count();

 private:
  Result<std::map<RegisterKey, Register>> Collect(StatementHandle siblings,
                                                  StatementHandle awaited);

  Database* database_;
};

}  // namespace sacoche
