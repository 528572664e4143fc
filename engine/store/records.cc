#include "engine/store/records.h"

#include "engine/record/value_codec.h"

namespace sacoche {
namespace {

constexpr std::uint64_t kNoLimit = INT64_MAX;

RecordHead HeadAt(const StatementHandle& row) {
  return RecordHead{row.IdAt<RecordId>(0), KindId(row.Uint(1)), row.IdAt<RecordId>(2),
                    row.IdAt<SpaceId>(3),  Hlc{row.Uint(4)},    Hlc{row.Uint(5)}};
}

Result<std::vector<RecordHead>> Heads(StatementHandle query) {
  std::vector<RecordHead> heads;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return heads;
    heads.push_back(HeadAt(query));
  }
}

Result<Sibling> SiblingAt(const StatementHandle& row, int column) {
  Sibling sibling{Dot{row.IdAt<ReplicaId>(column), row.Uint(column + 1)},
                  Hlc{row.Uint(column + 2)},
                  row.IdAt<DeviceId>(column + 3),
                  {}};
  SACOCHE_ASSIGN(sibling.value, DecodeValue(row.Blob(column + 4)));
  return sibling;
}

Result<std::uint64_t> CountOf(StatementHandle query) {
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

}  // namespace

Result<std::optional<RecordHead>> Records::Find(const RecordId& record) {
  auto query = database_->Prepare(
      "SELECT id, kind, dossier, space, created_hlc, changed_hlc FROM record WHERE id = ?");
  SACOCHE_ASSIGN(const bool found, query.Bind(record.view()).Step());
  if (!found) return std::optional<RecordHead>();
  return std::optional<RecordHead>(HeadAt(query));
}

Result<std::vector<RecordId>> Records::FindByPrefix(std::string_view hex_digits,
                                                    std::size_t count_max) {
  std::string first(hex_digits);
  std::string last(hex_digits);
  first.resize(2 * RecordId::kSize, '0');
  last.resize(2 * RecordId::kSize, 'f');
  const auto from = RecordId::FromHex(first);
  const auto to = RecordId::FromHex(last);
  std::vector<RecordId> found;
  if (!from || !to || hex_digits.size() > first.size()) return found;
  auto query =
      database_->Prepare("SELECT id FROM record WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?");
  query.Bind(from->view()).Bind(to->view()).Bind(static_cast<std::uint64_t>(count_max));
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return found;
    found.push_back(query.IdAt<RecordId>(0));
  }
}

Status Records::Touch(const RecordHead& head) {
  return database_
      ->Prepare(
          "INSERT INTO record(id, kind, dossier, space, created_hlc, changed_hlc) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
          "created_hlc = min(created_hlc, excluded.created_hlc), "
          "changed_hlc = max(changed_hlc, excluded.changed_hlc)")
      .Bind(head.id.view())
      .Bind(static_cast<std::uint64_t>(head.kind))
      .Bind(head.dossier.view())
      .Bind(head.space.view())
      .Bind(head.created.bits)
      .Bind(head.changed.bits)
      .Run();
}

Result<std::map<RegisterKey, Register>> Records::Collect(StatementHandle siblings,
                                                         StatementHandle awaited) {
  std::map<RegisterKey, Register> registers;
  while (true) {
    SACOCHE_ASSIGN(const bool row, siblings.Step());
    if (!row) break;
    SACOCHE_ASSIGN(Sibling sibling, SiblingAt(siblings, 2));
    registers[RegisterKey{FieldId(siblings.Uint(0)), CopyOf(siblings.Blob(1))}].siblings.push_back(
        std::move(sibling));
  }
  while (true) {
    SACOCHE_ASSIGN(const bool row, awaited.Step());
    if (!row) return registers;
    registers[RegisterKey{FieldId(awaited.Uint(0)), CopyOf(awaited.Blob(1))}].awaited.push_back(
        Dot{awaited.IdAt<ReplicaId>(2), awaited.Uint(3)});
  }
}

Result<std::map<RegisterKey, Register>> Records::Registers(const RecordId& record, FieldId field) {
  auto siblings = database_->Prepare(
      "SELECT field, element, replica, counter, hlc, author, value FROM sibling "
      "WHERE record = ? AND field = ? ORDER BY field, element, replica, counter");
  siblings.Bind(record.view()).Bind(static_cast<std::uint64_t>(field));
  auto awaited = database_->Prepare(
      "SELECT field, element, replica, counter FROM awaited "
      "WHERE record = ? AND field = ? ORDER BY field, element, replica, counter");
  awaited.Bind(record.view()).Bind(static_cast<std::uint64_t>(field));
  return Collect(std::move(siblings), std::move(awaited));
}

Result<std::optional<Record>> Records::Read(const RecordId& id) {
  SACOCHE_ASSIGN(const auto head, Find(id));
  if (!head) return std::optional<Record>();
  auto siblings = database_->Prepare(
      "SELECT field, element, replica, counter, hlc, author, value FROM sibling "
      "WHERE record = ? ORDER BY field, element, replica, counter");
  siblings.Bind(id.view());
  auto awaited = database_->Prepare(
      "SELECT field, element, replica, counter FROM awaited "
      "WHERE record = ? ORDER BY field, element, replica, counter");
  awaited.Bind(id.view());
  Record record{id, head->kind, head->dossier, {}};
  SACOCHE_ASSIGN(record.registers, Collect(std::move(siblings), std::move(awaited)));
  return std::optional<Record>(std::move(record));
}

Result<Register> Records::ReadRegister(const RecordId& record, const RegisterKey& key) {
  auto siblings = database_->Prepare(
      "SELECT replica, counter, hlc, author, value FROM sibling "
      "WHERE record = ? AND field = ? AND element = ? ORDER BY replica, counter");
  siblings.Bind(record.view()).Bind(static_cast<std::uint64_t>(key.field)).Bind(key.element);
  Register reg;
  while (true) {
    SACOCHE_ASSIGN(const bool row, siblings.Step());
    if (!row) break;
    SACOCHE_ASSIGN(Sibling sibling, SiblingAt(siblings, 0));
    reg.siblings.push_back(std::move(sibling));
  }
  auto awaited = database_->Prepare(
      "SELECT replica, counter FROM awaited "
      "WHERE record = ? AND field = ? AND element = ? ORDER BY replica, counter");
  awaited.Bind(record.view()).Bind(static_cast<std::uint64_t>(key.field)).Bind(key.element);
  while (true) {
    SACOCHE_ASSIGN(const bool row, awaited.Step());
    if (!row) return reg;
    reg.awaited.push_back(Dot{awaited.IdAt<ReplicaId>(0), awaited.Uint(1)});
  }
}

Status Records::EmptyRegisters(const SpaceId& space) {
  SACOCHE_TRY(database_
                  ->Prepare("DELETE FROM sibling WHERE record IN "
                            "(SELECT id FROM record WHERE space = ?)")
                  .Bind(space.view())
                  .Run());
  return database_
      ->Prepare("DELETE FROM awaited WHERE record IN (SELECT id FROM record WHERE space = ?)")
      .Bind(space.view())
      .Run();
}

Status Records::WriteRegister(const RecordId& record, const RegisterKey& key,
                              const Register& before, const Register& after) {
  const auto bind_key = [&](StatementHandle statement, const Dot& dot) {
    statement.Bind(record.view())
        .Bind(static_cast<std::uint64_t>(key.field))
        .Bind(key.element)
        .Bind(dot.replica.view())
        .Bind(dot.counter);
    return statement;
  };
  for (const Sibling& old : before.siblings) {
    if (std::ranges::count(after.siblings, old.dot, &Sibling::dot) > 0) continue;
    SACOCHE_TRY(bind_key(database_->Prepare("DELETE FROM sibling WHERE record = ? AND field = ? "
                                            "AND element = ? AND replica = ? AND counter = ?"),
                         old.dot)
                    .Run());
  }
  for (const Sibling& now : after.siblings) {
    if (std::ranges::count(before.siblings, now.dot, &Sibling::dot) > 0) continue;
    const Bytes value = EncodeValue(now.value);
    SACOCHE_TRY(bind_key(database_->Prepare("INSERT INTO sibling(record, field, element, replica, "
                                            "counter, hlc, author, value) "
                                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
                         now.dot)
                    .Bind(now.hlc.bits)
                    .Bind(now.author.view())
                    .Bind(value)
                    .Run());
  }
  for (const Dot& old : before.awaited) {
    if (std::ranges::count(after.awaited, old) > 0) continue;
    SACOCHE_TRY(bind_key(database_->Prepare("DELETE FROM awaited WHERE record = ? AND field = ? "
                                            "AND element = ? AND replica = ? AND counter = ?"),
                         old)
                    .Run());
  }
  for (const Dot& now : after.awaited) {
    if (std::ranges::count(before.awaited, now) > 0) continue;
    SACOCHE_TRY(bind_key(database_->Prepare("INSERT INTO awaited(record, field, element, replica, "
                                            "counter) VALUES (?, ?, ?, ?, ?)"),
                         now)
                    .Run());
  }
  return {};
}

Result<std::vector<RecordHead>> Records::List(const RecordQuery& query) {
  const auto limit = static_cast<std::uint64_t>(query.count_max);
  if (query.dossier) return Children(*query.dossier);
  if (query.kind && query.field) {
    const Bytes value = EncodeValue(query.value);
    const bool oldest_first = query.order == RecordQuery::Order::kOldestChangeFirst;
    auto indexed = oldest_first ? database_->Prepare(
                                      "SELECT id, r.kind, dossier, space, created_hlc, changed_hlc "
                                      "FROM field_index i JOIN record r ON r.id = i.record "
                                      "WHERE i.kind = ? AND i.field = ? AND i.value = ? "
                                      "ORDER BY changed_hlc, id LIMIT ?")
                                : database_->Prepare(
                                      "SELECT id, r.kind, dossier, space, created_hlc, changed_hlc "
                                      "FROM field_index i JOIN record r ON r.id = i.record "
                                      "WHERE i.kind = ? AND i.field = ? AND i.value = ? "
                                      "ORDER BY changed_hlc DESC, id LIMIT ?");
    indexed.Bind(static_cast<std::uint64_t>(*query.kind))
        .Bind(static_cast<std::uint64_t>(*query.field))
        .Bind(value)
        .Bind(limit);
    return Heads(std::move(indexed));
  }
  if (query.kind) {
    auto of_kind = database_->Prepare(
        "SELECT id, kind, dossier, space, created_hlc, changed_hlc FROM record WHERE kind = ? "
        "ORDER BY changed_hlc DESC, id LIMIT ?");
    of_kind.Bind(static_cast<std::uint64_t>(*query.kind)).Bind(limit);
    return Heads(std::move(of_kind));
  }
  auto all = database_->Prepare(
      "SELECT id, kind, dossier, space, created_hlc, changed_hlc FROM record "
      "ORDER BY changed_hlc DESC, id LIMIT ?");
  all.Bind(limit);
  return Heads(std::move(all));
}

Result<std::vector<RecordHead>> Records::Children(const RecordId& dossier) {
  auto query = database_->Prepare(
      "SELECT id, kind, dossier, space, created_hlc, changed_hlc FROM record "
      "WHERE dossier = ? AND id <> dossier ORDER BY created_hlc, id LIMIT ?");
  query.Bind(dossier.view()).Bind(kNoLimit);
  return Heads(std::move(query));
}

Result<std::vector<Record>> Records::Dossier(const RecordId& dossier) {
  SACOCHE_ASSIGN(const auto children, Children(dossier));
  std::vector<Record> records;
  SACOCHE_ASSIGN(auto root, Read(dossier));
  if (root) records.push_back(std::move(*root));
  for (const RecordHead& child : children) {
    SACOCHE_ASSIGN(auto record, Read(child.id));
    if (record) records.push_back(std::move(*record));
  }
  return records;
}

Result<std::vector<Record>> Records::ClosedBy(const RecordHead& closed) {
  if (closed.id == closed.dossier) return Dossier(closed.dossier);
  std::vector<Record> alone;
  SACOCHE_ASSIGN(auto record, Read(closed.id));
  if (record) alone.push_back(std::move(*record));
  return alone;
}

Result<std::vector<RecordHead>> Records::PageById(const RecordId& after, std::size_t count_max) {
  auto query = database_->Prepare(
      "SELECT id, kind, dossier, space, created_hlc, changed_hlc FROM record WHERE id > ? "
      "ORDER BY id LIMIT ?");
  query.Bind(after.view()).Bind(static_cast<std::uint64_t>(count_max));
  return Heads(std::move(query));
}

Result<std::vector<RecordHead>> Records::PageOfSpace(const SpaceId& space, const RecordId& after,
                                                     std::size_t count_max) {
  auto query = database_->Prepare(
      "SELECT id, kind, dossier, space, created_hlc, changed_hlc FROM record "
      "WHERE id > ? AND space = ? ORDER BY id LIMIT ?");
  query.Bind(after.view()).Bind(space.view()).Bind(static_cast<std::uint64_t>(count_max));
  return Heads(std::move(query));
}

Status Records::SetIndex(KindId kind, FieldId field, const RecordId& record,
                         const std::vector<Value>& shown) {
  SACOCHE_TRY(database_->Prepare("DELETE FROM field_index WHERE record = ? AND field = ?")
                  .Bind(record.view())
                  .Bind(static_cast<std::uint64_t>(field))
                  .Run());
  for (const Value& value : shown) {
    const Bytes encoded = EncodeValue(value);
    SACOCHE_TRY(database_
                    ->Prepare("INSERT OR IGNORE INTO field_index(kind, field, value, record) "
                              "VALUES (?, ?, ?, ?)")
                    .Bind(static_cast<std::uint64_t>(kind))
                    .Bind(static_cast<std::uint64_t>(field))
                    .Bind(encoded)
                    .Bind(record.view())
                    .Run());
  }
  return {};
}

Status Records::SetConflict(const RecordId& record, FieldId field, ConflictState state) {
  auto statement =
      state == ConflictState::kOpen
          ? database_->Prepare("INSERT OR IGNORE INTO conflict(record, field) VALUES (?, ?)")
          : database_->Prepare("DELETE FROM conflict WHERE record = ? AND field = ?");
  return statement.Bind(record.view()).Bind(static_cast<std::uint64_t>(field)).Run();
}

Result<bool> Records::HasConflict(const RecordId& record, FieldId field) {
  auto query = database_->Prepare("SELECT 1 FROM conflict WHERE record = ? AND field = ?");
  return query.Bind(record.view()).Bind(static_cast<std::uint64_t>(field)).Step();
}

Result<std::vector<std::pair<RecordId, FieldId>>> Records::OpenConflicts() {
  auto query = database_->Prepare("SELECT record, field FROM conflict ORDER BY record, field");
  std::vector<std::pair<RecordId, FieldId>> open;
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return open;
    open.emplace_back(query.IdAt<RecordId>(0), FieldId(query.Uint(1)));
  }
}

Result<std::uint64_t> Records::CountConflicts() {
  return CountOf(database_->Prepare("SELECT count(*) FROM conflict"));
}

Result<std::uint64_t> Records::Count() {
  return CountOf(database_->Prepare("SELECT count(*) FROM record"));
}

}  // namespace sacoche
