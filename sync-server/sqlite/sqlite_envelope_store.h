#pragma once

#include "platform/sqlite/database.h"
#include "sync-server/envelope_store.h"

namespace sacoche {

// The embedded store: one SQLite file in WAL mode, held exclusively.
class SqliteEnvelopeStore final : public EnvelopeStore {
 public:
  // Of the file, in PRAGMA user_version. Raised with every change of the tables.
  static constexpr int kFormat = 1;

  // Makes the file if it is not there. kNewerFormat: a newer release wrote it; kBusy: another
  // server has it.
  static Result<std::unique_ptr<SqliteEnvelopeStore>> Open(const std::string& path);

  Result<std::vector<AppendOutcome>> AppendEnvelopes(
      std::span<const NewEnvelope> envelopes) override;
  Result<EnvelopePage> ReadEnvelopes(const SpaceId& space, std::uint64_t cursor,
                                     const DeviceId& excluded,
                                     const ReadLimits& read_limits) override;
  Result<std::uint64_t> Head(const SpaceId& space) override;
  Status AppendStatements(std::span<const NewStatement> statements) override;
  Result<std::vector<Bytes>> ReadStatements(std::uint64_t after,
                                            const ReadLimits& read_limits) override;
  Result<EnrolmentOutcome> PutEnrolment(const DeviceId& device, ByteView request) override;
  Result<std::vector<Bytes>> ListEnrolments() override;
  Status RemoveEnrolment(const DeviceId& device) override;

 private:
  struct ChainHead {
    std::uint64_t counter = 0;
    Hash256 manifest_hash{};
  };

  explicit SqliteEnvelopeStore(std::unique_ptr<Database> database)
      : database_(std::move(database)) {}

  Status CreateTables();
  Result<AppendOutcome> AppendOne(const NewEnvelope& envelope);
  Result<std::optional<AppendOutcome>> FindKnown(const NewEnvelope& envelope);
  Result<ChainHead> ChainHeadOf(const EnvelopeHeader& header);
  Status Insert(const NewEnvelope& envelope, std::uint64_t sequence);
  Result<bool> IsEnrolmentListFull(const DeviceId& device);

  std::unique_ptr<Database> database_;
};

}  // namespace sacoche
