#pragma once

#include "platform/sqlite/database.h"
#include "sync-server/envelope_store.h"
#include "sync-server/sqlite/store_lock.h"

namespace sacoche {

// The embedded store: one SQLite file in WAL mode. One server has it (StoreLock); a backup or a
// verification may read beside it. Files: the store, its `-wal` and `-shm`, and its `-lock`.
class SqliteEnvelopeStore final : public EnvelopeStore {
 public:
  // Of the file, in PRAGMA user_version. Raised with every change of the tables.
  static constexpr int kFormat = 4;

  // Makes the file if it is not there. kNewerFormat: a newer release wrote it; kBusy: another
  // server has it. `vfs`: SQLite's name of the file system layer, which then has to keep a second
  // server out; empty: its default.
  static Result<std::unique_ptr<SqliteEnvelopeStore>> Open(const std::string& path,
                                                           const std::string& vfs = {});

  // The tables of kFormat, in a database that has those of `format`; 0: none.
  static Status BringUp(Database& database, int format);

  Result<std::vector<AppendOutcome>> AppendEnvelopes(
      std::span<const NewEnvelope> envelopes) override;
  Result<EnvelopePage> ReadEnvelopes(const SpaceId& space, std::uint64_t cursor,
                                     const std::optional<DeviceId>& excluded,
                                     const ReadLimits& read_limits) override;
  Result<HistoryTag> HistoryAt(const SpaceId& space, std::uint64_t sequence) override;
  Result<std::uint64_t> ChainCounter(const SpaceId& space, const DeviceId& device) override;
  Result<std::uint64_t> Head(const SpaceId& space) override;
  Result<bool> Knows(const SpaceId& space, const EnvelopeId& id) override;
  Result<std::uint64_t> SpaceBytes(const SpaceId& space) override;
  Result<Bytes> ReadSetting(std::string_view name) override;
  Status WriteSetting(std::string_view name, ByteView value) override;
  Result<std::map<DeviceId, ChainEnd>> ChainEnds(const SpaceId& space) override;
  Result<std::uint64_t> BeginSnapshot(const SealedSnapshotHead& head) override;
  Result<std::uint64_t> AppendSnapshotPart(const SealedSnapshotHead& head, std::uint64_t index,
                                           ByteView part) override;
  Result<std::optional<StoredSnapshot>> NewestSnapshot(const SpaceId& space) override;
  Result<Bytes> ReadSnapshotPart(const StoredSnapshot& snapshot, std::uint64_t index) override;
  Result<std::uint64_t> DropCovered(const SpaceId& space, const Retention& retention) override;
  Result<std::uint64_t> DroppedUpTo(const SpaceId& space) override;
  Result<std::vector<SpaceId>> Spaces() override;
  Status AppendStatements(std::span<const NewStatement> statements) override;
  Result<std::vector<Bytes>> ReadStatements(std::uint64_t after,
                                            const ReadLimits& read_limits) override;
  Result<EnrolmentOutcome> PutEnrolment(const DeviceId& device, ByteView request) override;
  Result<std::vector<Bytes>> ListEnrolments() override;
  Status RemoveEnrolment(const DeviceId& device) override;

  // Database::PagesRead.
  [[nodiscard]] std::uint64_t pages_read() const { return database_->PagesRead(); }

 private:
  struct ChainHead {
    std::uint64_t counter = 0;
    Hash256 manifest_hash{};
  };

  SqliteEnvelopeStore(std::optional<StoreLock> lock, std::unique_ptr<Database> database)
      : lock_(std::move(lock)), database_(std::move(database)) {}

  Result<AppendOutcome> AppendOne(const NewEnvelope& envelope);
  Result<std::optional<AppendOutcome>> FindKnown(const NewEnvelope& envelope);
  Result<ChainHead> ChainHeadOf(const SpaceId& space, const DeviceId& device);
  Status Insert(const NewEnvelope& envelope, std::uint64_t sequence);
  Result<std::uint64_t> CountSnapshotParts(const SealedSnapshotHead& head);
  Status DropIncomplete(const SnapshotIdentity& identity);
  Status CompleteSnapshot(const SnapshotIdentity& identity);
  Result<std::uint64_t> LastThatMayGo(const SpaceId& space, std::uint64_t covered,
                                      const Retention& retention);
  Result<bool> IsEnrolmentListFull(const DeviceId& device);

  std::optional<StoreLock> lock_;
  std::unique_ptr<Database> database_;
};

}  // namespace sacoche
