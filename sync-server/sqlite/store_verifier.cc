#include "sync-server/sqlite/store_verifier.h"

#include <filesystem>
#include <map>

#include "engine/membership/directory.h"
#include "engine/membership/enrolment_request.h"
#include "sync-server/envelope_manifest.h"
#include "sync-server/envelope_store.h"
#include "sync-server/sqlite/sqlite_envelope_store.h"

namespace sacoche {
namespace {

constexpr std::size_t kShownIdDigits = 8;
constexpr std::size_t kTimeKeySeedBytes = 32;

template <class Id>
std::string Short(const Id& id) {
  return id.ToHex().substr(0, kShownIdDigits);
}

std::string Number(std::uint64_t number) { return std::to_string(number); }

class Verifier {
 public:
  Verifier(Database& database, const std::optional<SigningPublicKey>& organisation)
      : database_(database), directory_(organisation) {}

  Result<StoreReport> Run();

 private:
  struct ChainEnd {
    std::uint64_t counter = 0;
    Hash256 manifest{};
  };

  Status Examine();
  Result<bool> TablesAreRight();
  Status CheckStatements();
  Status CheckEnrolments();
  Status CheckTimeKey();
  Status CheckSpace(const SpaceId& space);
  Status ReadPlace(const SpaceId& space);
  Status CheckEnvelopes(const SpaceId& space);
  void CheckRow(const SpaceId& space, StatementHandle& row);
  void CheckContent(const SpaceId& space, StatementHandle& row, const std::string& name);
  void CheckSignature(const Envelope& envelope, const Hash256& manifest, const std::string& name);
  void CheckTag(StatementHandle& row, const Hash256& manifest, const std::string& name);
  Status CheckChainEnds(const SpaceId& space);
  Status CheckArrivals(const SpaceId& space);
  Status CheckSnapshots(const SpaceId& space);
  Status CheckSnapshot(const SpaceId& space, std::uint64_t covers, ByteView head_bytes);
  Status CheckParts(const SealedSnapshotHead& head, bool is_complete, const std::string& name);
  void Fault(std::string sentence);

  Database& database_;
  Directory directory_;
  bool directory_is_whole_ = true;
  StoreReport report_;

  // Of the space in hand.
  std::uint64_t head_ = 0;
  std::uint64_t dropped_up_to_ = 0;
  std::uint64_t last_sequence_ = 0;
  HistoryTag last_tag_{};
  std::map<DeviceId, ChainEnd> chains_;
};

void Verifier::Fault(std::string sentence) {
  if (report_.faults.size() < kStoreFaultsShownMax)
    report_.faults.push_back(std::move(sentence));
  else
    ++report_.faults_not_shown;
}

Result<StoreReport> Verifier::Run() {
  if (const Status examined = Examine(); !examined) {
    // Whatever the disk or SQLite says in the middle is what was asked for.
    Fault("reading stopped: " + examined.error().message);
  }
  return std::move(report_);
}

Status Verifier::Examine() {
  SACOCHE_ASSIGN(const std::vector<std::string> broken, database_.CheckIntegrity());
  for (const std::string& line : broken) Fault("the file's structure is damaged: " + line);
  if (!broken.empty()) return {};
  SACOCHE_ASSIGN(const bool has_tables, TablesAreRight());
  if (!has_tables) return {};
  SACOCHE_TRY(CheckStatements());
  SACOCHE_TRY(CheckEnrolments());
  SACOCHE_TRY(CheckTimeKey());
  std::vector<SpaceId> spaces;
  {
    auto read = database_.Prepare(
        "SELECT space FROM spaces UNION SELECT space FROM envelopes UNION SELECT space FROM chains"
        " UNION SELECT space FROM arrivals UNION SELECT space FROM drops"
        " UNION SELECT space FROM snapshots UNION SELECT space FROM snapshot_parts");
    while (true) {
      SACOCHE_ASSIGN(const bool row, read.Step());
      if (!row) break;
      spaces.push_back(read.IdAt<SpaceId>(0));
    }
  }
  for (const SpaceId& space : spaces) SACOCHE_TRY(CheckSpace(space));
  report_.spaces = spaces.size();
  return {};
}

// Compared with what this release makes: a table or index that is missing would be a mistake in
// every statement below.
Result<bool> Verifier::TablesAreRight() {
  SACOCHE_ASSIGN(const auto model, Database::Open({.path = ":memory:"}));
  SACOCHE_TRY(SqliteEnvelopeStore::BringUp(*model, 0));
  const auto tables_of = [](Database& database) -> Result<std::map<std::string, std::string>> {
    std::map<std::string, std::string> tables;
    auto read = database.Prepare("SELECT name, coalesce(sql, '') FROM sqlite_schema");
    while (true) {
      SACOCHE_ASSIGN(const bool row, read.Step());
      if (!row) return tables;
      tables[read.Text(0)] = read.Text(1);
    }
  };
  SACOCHE_ASSIGN(const auto wanted, tables_of(*model));
  SACOCHE_ASSIGN(const auto here, tables_of(database_));
  bool right = true;
  for (const auto& [name, sql] : wanted) {
    const auto found = here.find(name);
    if (found != here.end() && found->second == sql) continue;
    right = false;
    Fault("the table or index `" + name + "` is missing or is another one");
  }
  return right;
}

Status Verifier::CheckStatements() {
  auto read = database_.Prepare("SELECT sequence, statement FROM statements ORDER BY sequence");
  std::uint64_t expected = 0;
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) break;
    ++report_.statements;
    const std::uint64_t sequence = read.Uint(0);
    const std::string name = "statement " + Number(sequence) + " of the directory";
    if (sequence != ++expected) {
      Fault("statement " + Number(expected) + " of the directory is missing");
      expected = sequence;
      directory_is_whole_ = false;
    }
    const auto statement = DecodeStatement(read.Blob(1));
    const Status applied = statement ? directory_.Apply(*statement) : Status();
    if (statement && applied) continue;
    directory_is_whole_ = false;
    Fault(name + (statement ? " does not hold: " + applied.error().message
                            : " cannot be read: " + statement.error().message));
  }
  return {};
}

Status Verifier::CheckEnrolments() {
  auto read = database_.Prepare("SELECT number, device, request FROM enrolments");
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) return {};
    const auto request = DecodeEnrolmentRequest(read.Blob(2));
    if (!request || request->device() != read.IdAt<DeviceId>(1))
      Fault("the request to be let in number " + Number(read.Uint(0)) +
            " is not what its device signed");
  }
}

Status Verifier::CheckTimeKey() {
  auto read = database_.Prepare("SELECT length(value) FROM settings WHERE name = 'time key'");
  SACOCHE_ASSIGN(const bool found, read.Step());
  if (found && read.Uint(0) != kTimeKeySeedBytes)
    Fault("the key with which the server signs the time is not one");
  return {};
}

Status Verifier::CheckSpace(const SpaceId& space) {
  last_sequence_ = 0;
  last_tag_ = {};
  chains_.clear();
  SACOCHE_TRY(ReadPlace(space));
  SACOCHE_TRY(CheckEnvelopes(space));
  SACOCHE_TRY(CheckChainEnds(space));
  SACOCHE_TRY(CheckArrivals(space));
  return CheckSnapshots(space);
}

Status Verifier::ReadPlace(const SpaceId& space) {
  auto read = database_.Prepare(
      "SELECT coalesce((SELECT head FROM spaces WHERE space = ?1), 0),"
      " coalesce((SELECT up_to FROM drops WHERE space = ?1), 0)");
  read.Bind(space.view());
  SACOCHE_TRY(read.Step());
  head_ = read.Uint(0);
  dropped_up_to_ = read.Uint(1);
  if (dropped_up_to_ > head_)
    Fault("space " + Short(space) + " says that more was dropped than ever came");
  return {};
}

Status Verifier::CheckEnvelopes(const SpaceId& space) {
  auto read = database_.Prepare(
      "SELECT e.sequence, e.device, e.id, e.manifest, a.tag, e.envelope FROM envelopes e"
      " LEFT JOIN arrivals a ON a.space = e.space AND a.sequence = e.sequence"
      " WHERE e.space = ? ORDER BY e.sequence");
  read.Bind(space.view());
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) break;
    CheckRow(space, read);
  }
  if (last_sequence_ < head_)
    Fault("space " + Short(space) + ": envelopes " + Number(last_sequence_ + 1) + " to " +
          Number(head_) + " are missing");
  if (last_sequence_ > head_)
    Fault("space " + Short(space) + " has envelopes beyond its head " + Number(head_));
  return {};
}

void Verifier::CheckRow(const SpaceId& space, StatementHandle& row) {
  const std::uint64_t sequence = row.Uint(0);
  const std::string name = "envelope " + Number(sequence) + " of space " + Short(space);
  if (sequence != last_sequence_ + 1)
    Fault("space " + Short(space) + ": before envelope " + Number(sequence) + ", " +
          Number(sequence - last_sequence_ - 1) + " are missing");
  last_sequence_ = sequence;
  const Hash256 manifest = row.ArrayAt<32>(3);
  CheckTag(row, manifest, name);
  if (sequence <= dropped_up_to_) {
    ++report_.dropped;
    if (!row.Blob(5).empty()) Fault(name + " is said to be dropped and is there");
    ChainEnd& end = chains_[row.IdAt<DeviceId>(1)];
    ++end.counter;
    end.manifest = manifest;
    return;
  }
  ++report_.envelopes;
  CheckContent(space, row, name);
}

void Verifier::CheckTag(StatementHandle& row, const Hash256& manifest, const std::string& name) {
  // Of what came before there were tags, none was noted.
  const HistoryTag noted = row.IsNull(4) ? HistoryTag{} : row.ArrayAt<8>(4);
  if (!row.IsNull(4) && noted != NextTag(last_tag_, manifest))
    Fault(name + ": the tag of the history does not follow from the one before");
  last_tag_ = noted;
}

void Verifier::CheckContent(const SpaceId& space, StatementHandle& row, const std::string& name) {
  ChainEnd& end = chains_[row.IdAt<DeviceId>(1)];
  const ChainEnd before = end;
  end = {before.counter + 1, row.ArrayAt<32>(3)};
  const auto envelope = DecodeEnvelope(row.Blob(5));
  if (!envelope) return Fault(name + " cannot be read: " + envelope.error().message);
  const EnvelopeHeader& header = envelope->header;
  if (header.space != space || header.device != row.IdAt<DeviceId>(1) ||
      header.id != row.IdAt<EnvelopeId>(2))
    return Fault(name + " is another one than its row says");
  if (ManifestHashOf(*envelope) != end.manifest)
    return Fault(name + " has another hash than when it came");
  if (header.counter != before.counter + 1 || header.previous != before.manifest)
    Fault(name + " is not the successor of its device's envelope before");
  CheckSignature(*envelope, end.manifest, name);
}

void Verifier::CheckSignature(const Envelope& envelope, const Hash256& manifest,
                              const std::string& name) {
  // What a broken directory makes of them is not their fault.
  if (!directory_is_whole_) return;
  const EnvelopeHeader& header = envelope.header;
  const Member* member = directory_.FindMember(header.device);
  if (member == nullptr || !directory_.WasEverMember(header.device, header.space))
    return Fault(name + " is by a device that was never in the space");
  if (!VerifyManifest(member->admission.signing_key, manifest, envelope.signature))
    Fault(name + " is not signed by its device");
}

Status Verifier::CheckChainEnds(const SpaceId& space) {
  auto read = database_.Prepare("SELECT device, counter, manifest FROM chains WHERE space = ?");
  read.Bind(space.view());
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) break;
    const auto found = chains_.extract(read.IdAt<DeviceId>(0));
    if (found.empty() || found.mapped().counter != read.Uint(1) ||
        found.mapped().manifest != read.ArrayAt<32>(2))
      Fault("the chain of device " + Short(read.IdAt<DeviceId>(0)) + " in space " + Short(space) +
            " ends elsewhere than noted");
  }
  for (const auto& [device, end] : chains_)
    Fault("the end of the chain of device " + Short(device) + " in space " + Short(space) +
          " is not noted");
  return {};
}

Status Verifier::CheckArrivals(const SpaceId& space) {
  auto count = database_.Prepare(
      "SELECT count(*) FROM arrivals a WHERE a.space = ?1 AND NOT EXISTS"
      " (SELECT 1 FROM envelopes e WHERE e.space = ?1 AND e.sequence = a.sequence)");
  count.Bind(space.view());
  SACOCHE_TRY(count.Step());
  if (count.Uint(0) > 0)
    Fault("space " + Short(space) + " notes the arrival of " + Number(count.Uint(0)) +
          " envelopes that are missing");
  return {};
}

Status Verifier::CheckSnapshots(const SpaceId& space) {
  auto read = database_.Prepare("SELECT covers, head FROM snapshots WHERE space = ?");
  read.Bind(space.view());
  std::uint64_t complete = 0;
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) break;
    if (read.Uint(0) > 0) ++complete;
    SACOCHE_TRY(CheckSnapshot(space, read.Uint(0), read.Blob(1)));
  }
  report_.snapshots += complete;
  if (complete > 1) Fault("space " + Short(space) + " has more than one complete snapshot");
  return {};
}

Status Verifier::CheckSnapshot(const SpaceId& space, std::uint64_t covers, ByteView head_bytes) {
  const std::string name = "a snapshot of space " + Short(space);
  const auto head = DecodeSnapshotHead(head_bytes);
  if (!head) {
    Fault(name + " cannot be read: " + head.error().message);
    return {};
  }
  const SnapshotIdentity& identity = head->identity;
  const bool is_complete = covers > 0;
  if (identity.space != space || (is_complete && covers != identity.sequence))
    Fault(name + " is another one than its row says");
  const Member* member = directory_.FindMember(identity.device);
  if (directory_is_whole_ &&
      (member == nullptr || !Verify(SigningPurpose::kSnapshot, EncodeUnsignedHead(*head),
                                    head->signature, member->admission.signing_key)))
    Fault(name + " is not signed by its device");
  {
    auto tag = database_.Prepare("SELECT tag FROM arrivals WHERE space = ? AND sequence = ?");
    SACOCHE_ASSIGN(const bool found, tag.Bind(space.view()).Bind(identity.sequence).Step());
    if (!found || tag.ArrayAt<8>(0) != identity.history)
      Fault(name + " stands for another history than the one that is here");
  }
  return CheckParts(*head, is_complete, name);
}

Status Verifier::CheckParts(const SealedSnapshotHead& head, bool is_complete,
                            const std::string& name) {
  auto read = database_.Prepare(
      "SELECT position, part FROM snapshot_parts WHERE space = ? AND id = ? ORDER BY position");
  read.Bind(head.identity.space.view()).Bind(head.identity.id.view());
  std::uint64_t parts = 0;
  while (true) {
    SACOCHE_ASSIGN(const bool row, read.Step());
    if (!row) break;
    const std::uint64_t position = read.Uint(0);
    if (position != parts) Fault(name + " lacks its part " + Number(parts));
    if (position >= head.part_hashes.size() || PartHash(read.Blob(1)) != head.part_hashes[position])
      Fault(name + ": part " + Number(position) + " is not the one that was sent");
    parts = position + 1;
  }
  if (is_complete && parts != head.part_hashes.size())
    Fault(name + " has " + Number(parts) + " parts of " + Number(head.part_hashes.size()));
  return {};
}

tl::unexpected<Error> NoStore(const std::string& path) {
  return Fail(ErrorCode::kNotFound, "there is no store at " + path, "Check the path.");
}

Result<StoreReport> Damaged(const Error& error) {
  StoreReport report;
  report.faults.push_back(error.message);
  return report;
}

}  // namespace

Result<StoreReport> VerifyStore(const std::string& path,
                                const std::optional<SigningPublicKey>& organisation) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return NoStore(path);
  Database::Options options;
  options.path = path;
  options.read_only = true;
  options.beside = Database::Beside::kReaders;
  const auto database = Database::Open(options);
  if (!database && database.error().code == ErrorCode::kCorrupt) return Damaged(database.error());
  if (!database) return Forward(database.error());
  const auto format = (*database)->FormatVersion();
  if (!format) return Damaged(format.error());
  if (*format > SqliteEnvelopeStore::kFormat)
    return Fail(ErrorCode::kNewerFormat, "this store was written by a newer release",
                "Install that release of sacoche-server or a later one.");
  if (*format == 0)
    return Fail(ErrorCode::kInvalidInput, path + " is not a store of sacoche-server",
                "Check the path.");
  if (*format < SqliteEnvelopeStore::kFormat)
    return Fail(ErrorCode::kInvalidInput, "this store was written by an older release",
                "`serve` brings it up to date when it starts, and `restore` on its way.");
  SACOCHE_TRY((*database)->Execute("BEGIN"));
  return Verifier(**database, organisation).Run();
}

}  // namespace sacoche
