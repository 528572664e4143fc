#include "engine/snapshot/snapshot_codec.h"

#include <set>

#include "engine/compress/zstd_frame.h"
#include "engine/record/value_codec.h"
#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

// A tenth smaller than at level 12. A snapshot is made a few times a year, and goes through a slow
// link twice or more.
constexpr int kZstdLevel = 19;
constexpr std::string_view kWhat = "a chunk of a snapshot";

// How the dossier of a record is said.
enum DossierForm : std::uint8_t { kItself = 0, kAsBefore = 1, kWrittenOut = 2 };

constexpr std::size_t kHeadBytesMin = RecordId::kSize + 5;
constexpr std::size_t kKeyBytesMin = 4;
constexpr std::size_t kDotBytesMin = 2;

template <class Id>
using Table = std::vector<Id>;  // sorted, each once

template <class Id>
std::uint64_t PlaceIn(const Table<Id>& table, const Id& id) {
  return static_cast<std::uint64_t>(std::ranges::lower_bound(table, id) - table.begin());
}

struct Tables {
  Table<DeviceId> authors;
  Table<ReplicaId> replicas;
};

Tables TablesOf(const std::vector<SnapshotRecord>& records) {
  std::set<DeviceId> authors;
  std::set<ReplicaId> replicas;
  for (const SnapshotRecord& record : records)
    for (const auto& [key, reg] : record.registers) {
      for (const Sibling& sibling : reg.siblings) {
        authors.insert(sibling.author);
        replicas.insert(sibling.dot.replica);
      }
      for (const Dot& dot : reg.awaited) replicas.insert(dot.replica);
    }
  return {{authors.begin(), authors.end()}, {replicas.begin(), replicas.end()}};
}

class ChunkWriter {
 public:
  explicit ChunkWriter(const std::vector<SnapshotRecord>& records)
      : records_(records), tables_(TablesOf(records)) {}

  Bytes Write() {
    for (const SnapshotRecord& record : records_) WriteRecord(record);
    ByteWriter out;
    out.Varint(tables_.authors.size());
    for (const DeviceId& author : tables_.authors) out.Raw(author.view());
    out.Varint(tables_.replicas.size());
    for (const ReplicaId& replica : tables_.replicas) out.Raw(replica.view());
    out.Varint(records_.size());
    for (const ByteWriter* column : {&heads_, &keys_, &dots_, &stamps_, &values_})
      out.Sized(column->bytes());
    return std::move(out).Take();
  }

 private:
  void WriteRecord(const SnapshotRecord& record) {
    heads_.Raw(record.id.view());
    heads_.Varint(static_cast<std::uint64_t>(record.kind));
    WriteDossier(record);
    heads_.SignedVarint(static_cast<std::int64_t>(record.created.bits - created_before_));
    heads_.Varint(record.changed.bits - record.created.bits);
    heads_.Varint(record.registers.size());
    created_before_ = record.created.bits;
    dossier_before_ = record.dossier;
    std::uint64_t field_before = 0;
    for (const auto& [key, reg] : record.registers) {
      const auto field = static_cast<std::uint64_t>(key.field);
      keys_.Varint(field - std::exchange(field_before, field));
      WriteRegister(record, key, reg);
    }
  }

  void WriteDossier(const SnapshotRecord& record) {
    const bool as_before = dossier_before_ == record.dossier;
    const auto form = record.dossier == record.id ? kItself : as_before ? kAsBefore : kWrittenOut;
    heads_.Byte(form);
    if (form == kWrittenOut) heads_.Raw(record.dossier.view());
  }

  void WriteRegister(const SnapshotRecord& record, const RegisterKey& key, const Register& reg) {
    keys_.Sized(key.element);
    keys_.Varint(reg.siblings.size());
    keys_.Varint(reg.awaited.size());
    for (const Sibling& sibling : reg.siblings) {
      WriteDot(sibling.dot);
      stamps_.SignedVarint(static_cast<std::int64_t>(sibling.hlc.bits - record.created.bits));
      stamps_.Varint(PlaceIn(tables_.authors, sibling.author));
      WriteValue(values_, sibling.value);
    }
    for (const Dot& dot : reg.awaited) WriteDot(dot);
  }

  void WriteDot(const Dot& dot) {
    dots_.Varint(PlaceIn(tables_.replicas, dot.replica));
    dots_.Varint(dot.counter);
  }

  const std::vector<SnapshotRecord>& records_;
  Tables tables_;
  ByteWriter heads_, keys_, dots_, stamps_, values_;
  std::uint64_t created_before_ = 0;
  std::optional<RecordId> dossier_before_;
};

// Reads what a ChunkWriter wrote, and more than that: DecodeSnapshotChunk writes again what came
// out and compares, so that order, tables and forms need no check of their own here.
class ChunkReader {
 public:
  explicit ChunkReader(ByteView plain) : in_(plain) {}

  Result<std::vector<SnapshotRecord>> Read() {
    tables_.authors = ReadTable<DeviceId>();
    tables_.replicas = ReadTable<ReplicaId>();
    const std::size_t count = in_.Count(kSnapshotChunkPlainBytesMax, kHeadBytesMin);
    for (ByteReader* column : {&heads_, &keys_, &dots_, &stamps_, &values_})
      *column = ByteReader(in_.Sized(kSnapshotChunkPlainBytesMax));
    if (count == 0) in_.SetFailed();
    std::vector<SnapshotRecord> records;
    for (std::size_t i = 0; i < count && ok(); ++i) records.push_back(ReadRecord());
    for (const ByteReader* part : {&in_, &heads_, &keys_, &dots_, &stamps_, &values_})
      SACOCHE_TRY(part->Finish("a chunk of a snapshot"));
    return records;
  }

 private:
  template <class Id>
  Table<Id> ReadTable() {
    Table<Id> table(in_.Count(kSnapshotChunkPlainBytesMax, Id::kSize));
    for (Id& id : table) id = Id::FromArray(in_.Array<Id::kSize>());
    return table;
  }

  [[nodiscard]] bool ok() const {
    return in_.ok() && heads_.ok() && keys_.ok() && dots_.ok() && stamps_.ok() && values_.ok();
  }

  SnapshotRecord ReadRecord() {
    SnapshotRecord record;
    record.id = RecordId::FromArray(heads_.Array<16>());
    record.kind = KindId(heads_.VarintAs<std::uint32_t>());
    record.dossier = ReadDossier(record.id);
    record.created = ReadStamp(heads_, created_before_);
    const std::uint64_t age = heads_.Varint();
    record.changed = Hlc{record.created.bits + age};
    if (age > kStampBitsMax - record.created.bits) heads_.SetFailed();
    created_before_ = record.created.bits;
    dossier_before_ = record.dossier;
    // Each has at least its part in `keys`.
    const std::uint64_t count = heads_.Varint();
    if (count == 0 || count > keys_.remaining() / kKeyBytesMin) heads_.SetFailed();
    std::uint64_t field = 0;
    for (std::uint64_t i = 0; i < count && ok(); ++i) ReadRegister(record, field);
    return record;
  }

  RecordId ReadDossier(const RecordId& id) {
    switch (heads_.Byte()) {
      case kItself:
        return id;
      case kAsBefore:
        return dossier_before_;
      case kWrittenOut:
        return RecordId::FromArray(heads_.Array<16>());
      default:
        heads_.SetFailed();
        return {};
    }
  }

  static constexpr std::uint64_t kStampBitsMax = (std::uint64_t{1} << 63) - 1;

  static Hlc ReadStamp(ByteReader& in, std::uint64_t relative_to) {
    const Hlc stamp{relative_to + static_cast<std::uint64_t>(in.SignedVarint())};
    if (stamp.bits > kStampBitsMax) in.SetFailed();
    return in.ok() ? stamp : Hlc{};
  }

  void ReadRegister(SnapshotRecord& record, std::uint64_t& field) {
    field += keys_.VarintAs<std::uint32_t>();
    if (field > UINT32_MAX) keys_.SetFailed();
    RegisterKey key{FieldId(static_cast<std::uint32_t>(field)), CopyOf(keys_.Sized(kElementMax))};
    const std::uint64_t siblings = keys_.Varint();
    const std::uint64_t awaited = keys_.Varint();
    const std::uint64_t room = dots_.remaining() / kDotBytesMin;
    if (siblings > room || awaited > room || siblings + awaited == 0) keys_.SetFailed();
    Register reg;
    for (std::uint64_t i = 0; i < siblings && ok(); ++i)
      reg.siblings.push_back(ReadSibling(record));
    for (std::uint64_t i = 0; i < awaited && ok(); ++i) reg.awaited.push_back(ReadDot());
    if (!AreSorted(reg)) keys_.SetFailed();
    record.registers.emplace(std::move(key), std::move(reg));
  }

  static bool AreSorted(const Register& reg) {
    constexpr auto kRising = std::less<>{};
    return std::ranges::adjacent_find(reg.siblings, std::not_fn(kRising), &Sibling::dot) ==
               reg.siblings.end() &&
           std::ranges::adjacent_find(reg.awaited, std::not_fn(kRising)) == reg.awaited.end();
  }

  Sibling ReadSibling(const SnapshotRecord& record) {
    Sibling sibling;
    sibling.dot = ReadDot();
    sibling.hlc = ReadStamp(stamps_, record.created.bits);
    const std::uint64_t author = stamps_.Varint();
    if (author >= tables_.authors.size()) {
      stamps_.SetFailed();
      return sibling;
    }
    sibling.author = tables_.authors[author];
    sibling.value = ReadValue(values_);
    return sibling;
  }

  Dot ReadDot() {
    const std::uint64_t replica = dots_.Varint();
    const std::uint64_t counter = dots_.Varint();
    if (replica >= tables_.replicas.size() || counter == 0 || counter > kSnapshotNumberMax) {
      dots_.SetFailed();
      return {};
    }
    return {tables_.replicas[replica], counter};
  }

  static constexpr std::size_t kElementMax = 64 * 1024 + 16;

  ByteReader in_;
  ByteReader heads_{ByteView{}}, keys_{ByteView{}}, dots_{ByteView{}}, stamps_{ByteView{}},
      values_{ByteView{}};
  Tables tables_;
  std::uint64_t created_before_ = 0;
  RecordId dossier_before_;
};

tl::unexpected<Error> Corrupt() {
  return Fail(ErrorCode::kCorrupt, std::string(kWhat) + " is malformed");
}

tl::unexpected<Error> TooLarge() {
  return Fail(ErrorCode::kLimit, std::string(kWhat) + " is larger than allowed");
}

bool AreInOrder(const std::vector<SnapshotRecord>& records) {
  const auto out_of_order = [](const SnapshotRecord& a, const SnapshotRecord& b) {
    return a.id >= b.id;
  };
  return std::ranges::adjacent_find(records, out_of_order) == records.end();
}

// What a record takes in the column of heads, roughly.
constexpr std::size_t kBytesOfAHead = 48;

SnapshotRecord HeadOf(const SnapshotRecord& record) {
  return {record.id, record.kind, record.dossier, record.created, record.changed, {}};
}

std::size_t PlainBytesOf(const RegisterKey& key, const Register& reg) {
  constexpr std::size_t kBytesOfASibling = 24;
  ByteWriter values;
  for (const Sibling& sibling : reg.siblings) WriteValue(values, sibling.value);
  return key.element.size() + values.size() +
         kBytesOfASibling * (reg.siblings.size() + reg.awaited.size());
}

}  // namespace

Result<Bytes> EncodeSnapshotChunk(const std::vector<SnapshotRecord>& records) {
  SACOCHE_CHECK(!records.empty() && AreInOrder(records));
  const Bytes plain = ChunkWriter(records).Write();
  if (plain.size() > kSnapshotChunkPlainBytesMax) return TooLarge();
  Bytes bytes{kSnapshotFormat};
  AppendCompressed(bytes, plain, kZstdLevel);
  if (bytes.size() > kSnapshotChunkBytesMax) return TooLarge();
  return bytes;
}

Result<std::vector<SnapshotRecord>> DecodeSnapshotChunk(ByteView bytes) {
  if (bytes.empty()) return Corrupt();
  if (bytes.size() > kSnapshotChunkBytesMax) return TooLarge();
  if (bytes[0] != kSnapshotFormat)
    return Fail(ErrorCode::kNewerFormat, "a snapshot has an unknown format", "Update Sacoche.");
  SACOCHE_ASSIGN(const Bytes plain,
                 Decompress(bytes.subspan(1), kSnapshotChunkPlainBytesMax, kWhat));
  SACOCHE_ASSIGN(std::vector<SnapshotRecord> records, ChunkReader(plain).Read());
  if (!AreInOrder(records) || ChunkWriter(records).Write() != plain) return Corrupt();
  return records;
}

Status SnapshotCutter::Add(const SnapshotRecord& record) {
  bool added = false;
  for (const auto& [key, reg] : record.registers) {
    if (reg == Register{}) continue;
    if (waiting_.empty() || waiting_.back().id != record.id) {
      waiting_.push_back(HeadOf(record));
      waiting_bytes_ += kBytesOfAHead;
    }
    waiting_.back().registers.emplace(key, reg);
    waiting_bytes_ += PlainBytesOf(key, reg);
    added = true;
    if (waiting_bytes_ >= kSnapshotChunkPlainBytesTarget) SACOCHE_TRY(Flush());
  }
  if (added) ++records_;
  return {};
}

Status SnapshotCutter::Finish() { return waiting_.empty() ? Status() : Flush(); }

Status SnapshotCutter::Flush() {
  SACOCHE_ASSIGN(Bytes chunk, EncodeSnapshotChunk(waiting_));
  waiting_.clear();
  waiting_bytes_ = 0;
  return sink_(std::move(chunk));
}

Status SnapshotOrder::Take(const std::vector<SnapshotRecord>& chunk) {
  for (const SnapshotRecord& record : chunk) {
    const bool goes_on = last_ && last_->id == record.id;
    const bool follows =
        !last_ || (goes_on ? last_->HasHeadOf(record) &&
                                 last_->registers.begin()->first < record.registers.begin()->first
                           : last_->id < record.id);
    if (!follows) return Fail(ErrorCode::kCorrupt, "the chunks of a snapshot are out of order");
    if (!goes_on) ++records_;
    last_ = HeadOf(record);
    last_->registers.insert(*record.registers.rbegin());
  }
  return {};
}

}  // namespace sacoche
