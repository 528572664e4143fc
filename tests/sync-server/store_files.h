#pragma once

#include "platform/posix/posix_file_system.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"
#include "sync-server/sqlite/store_backup.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_organisation.h"
#include "tests/sync-server/judged_envelope.h"

namespace sacoche {

// A server's store on disk, with an organisation, two devices and one space in it.
class StoreOnDisk {
 public:
  StoreOnDisk() {
    Open();
    std::vector<NewStatement> statements;
    for (const Bytes& bytes : organisation.Start(space, a, b)) statements.push_back({bytes, {}});
    SACOCHE_CHECK(store->AppendStatements(statements).has_value());
    SACOCHE_CHECK(store->WriteSetting("time key", Bytes(32, 7)).has_value());
  }

  void Open() { store = std::move(*SqliteEnvelopeStore::Open(path())); }
  void Close() { store.reset(); }

  [[nodiscard]] std::string path() const { return folder / "envelopes.db"; }

  Envelope Append(TestDevice& device, std::size_t bytes = 40) {
    const Envelope envelope = device.NextEnvelope(space, bytes);
    const NewEnvelope judged = Judged(envelope, 1'700'000'000);
    const auto outcomes = store->AppendEnvelopes({&judged, 1});
    SACOCHE_CHECK(outcomes && outcomes->front().kind == AppendOutcome::Kind::kStored);
    return envelope;
  }

  // A complete snapshot of the space up to there.
  TestSnapshot AppendSnapshot(const TestDevice& device, std::uint64_t sequence) {
    SnapshotIdentity identity;
    identity.space = space;
    identity.epoch = 1;
    identity.id = IdNumber<SnapshotId>(static_cast<std::uint8_t>(sequence));
    identity.sequence = sequence;
    identity.history = store->HistoryAt(space, sequence).value();
    const TestSnapshot snapshot = TestSnapshot::Of(device, identity, 3);
    for (std::size_t i = 0; i < snapshot.parts.size(); ++i)
      SACOCHE_CHECK(store->AppendSnapshotPart(snapshot.head, i, snapshot.parts[i]).has_value());
    return snapshot;
  }

  // Past every rule of the store's.
  void Tamper(const char* sql) {
    Close();
    const auto database = Database::Open({.path = path()});
    SACOCHE_CHECK(database && (*database)->Execute(sql));
  }

  TemporaryDirectory folder;
  TestOrganisation organisation;
  TestDevice a{1};
  TestDevice b{2};
  TestDevice stranger{3};
  const SpaceId space = IdNumber<SpaceId>(1);
  std::unique_ptr<SqliteEnvelopeStore> store;
};

}  // namespace sacoche
