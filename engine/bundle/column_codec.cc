#include "engine/bundle/column_codec.h"

#include "engine/bundle/bundle_codec.h"
#include "engine/record/value_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

// A place; a field, a count, an element's size and a value's kind.
constexpr std::size_t kRecordBytesMin = 1;
constexpr std::size_t kWriteBytesMin = 4;

// Record and kind, written once; later writes to the same name it by its place.
using NamedRecord = std::pair<RecordId, KindId>;

template <class Item>
std::size_t PlaceIn(const std::vector<Item>& table, const Item& item) {
  return static_cast<std::size_t>(std::ranges::find(table, item) - table.begin());
}

class ColumnWriter {
 public:
  explicit ColumnWriter(const RecordId& dossier) : dossier_(dossier) {}

  void Add(const Change& change) {
    AddDot(change.dot);
    stamps_.writer().SignedVarint(static_cast<std::int64_t>(change.hlc.physical_ms() - ms_));
    stamps_(change.hlc.logical());
    ms_ = change.hlc.physical_ms();
    shapes_(std::uint64_t{change.records.size()});
    for (const RecordWrite& record : change.records) Add(record);
  }

  [[nodiscard]] Bytes Take(std::size_t changes) {
    CompactOutputArchive all;
    all.writer().Raw(dossier_.view());
    all(std::uint64_t{replicas_.size()});
    for (const ReplicaId& replica : replicas_) all.writer().Raw(replica.view());
    all(std::uint64_t{changes});
    for (CompactOutputArchive* column : {&dots_, &stamps_, &shapes_, &records_, &ids_, &fields_,
                                         &overwritten_, &elements_, &values_})
      all.writer().Raw(column->writer().bytes());
    return std::move(all.writer()).Take();
  }

 private:
  std::uint64_t PlaceOf(const ReplicaId& replica) {
    const std::size_t place = PlaceIn(replicas_, replica);
    if (place == replicas_.size()) replicas_.push_back(replica);
    return place;
  }

  void AddDot(const Dot& dot) {
    const std::uint64_t place = PlaceOf(dot.replica);
    const bool moves = place != place_;
    dots_(std::uint64_t{moves});
    if (moves) dots_(place);
    dots_.writer().SignedVarint(static_cast<std::int64_t>(dot.counter - counter_));
    place_ = place;
    counter_ = dot.counter;
  }

  void Add(const RecordWrite& record) {
    shapes_(std::uint64_t{record.writes.size()});
    const NamedRecord named(record.record, record.kind);
    const std::size_t place = PlaceIn(table_, named);
    records_(std::uint64_t{place});
    if (place == table_.size()) Name(named);
    for (const FieldWrite& write : record.writes) Add(write);
  }

  void Name(const NamedRecord& named) {
    table_.push_back(named);
    const bool is_root = named.first == dossier_;
    records_(std::uint64_t{!is_root}, static_cast<std::uint32_t>(named.second));
    if (!is_root) ids_.writer().Raw(named.first.view());
  }

  void Add(const FieldWrite& write) {
    fields_(static_cast<std::uint32_t>(write.field));
    overwritten_(std::uint64_t{write.overwritten.size()});
    for (const Dot& dot : write.overwritten) overwritten_(PlaceOf(dot.replica), dot.counter);
    elements_.writer().Sized(write.element);
    WriteValue(values_.writer(), write.value);
  }

  RecordId dossier_;
  std::vector<ReplicaId> replicas_;
  std::vector<NamedRecord> table_;
  std::uint64_t place_ = 0;
  std::uint64_t counter_ = 0;
  std::uint64_t ms_ = 0;
  CompactOutputArchive dots_;
  CompactOutputArchive stamps_;
  CompactOutputArchive shapes_;
  CompactOutputArchive records_;
  CompactOutputArchive ids_;
  CompactOutputArchive fields_;
  CompactOutputArchive overwritten_;
  CompactOutputArchive elements_;
  CompactOutputArchive values_;
};

// Reads one column after the other; each says how many entries the next ones have.
class ColumnReader {
 public:
  ColumnReader(ByteView plain, const DeviceId& author) : in_(plain), author_(author) {}

  std::vector<Change> Read() {
    dossier_ = RecordId::FromArray(in_.reader().Array<16>());
    const std::size_t replicas = in_.reader().Count(kBundleReplicasMax, ReplicaId::kSize);
    for (std::size_t i = 0; i < replicas; ++i)
      replicas_.push_back(ReplicaId::FromArray(in_.reader().Array<16>()));
    changes_.resize(in_.reader().Count(kBundleChangesMax));
    in_.Require(!changes_.empty());
    ReadDots();
    ReadStamps();
    ReadShapes();
    ReadRecords();
    ReadWrites();
    in_.Require(in_.reader().remaining() == 0);
    return std::move(changes_);
  }

 private:
  std::uint64_t Next() {
    std::uint64_t value = 0;
    in_(value);
    return value;
  }
  // What the rest cannot hold is refused before anything is allocated for it; `bytes_min`: what
  // each takes of the rest at least.
  std::size_t NextCount(std::size_t count_max, std::size_t bytes_min) {
    const std::size_t count = in_.reader().Count(count_max);
    announced_ += count * bytes_min;
    in_.Require(count > 0 && announced_ <= in_.reader().remaining());
    return count;
  }
  std::uint64_t NextAfter(std::uint64_t value) {
    value += static_cast<std::uint64_t>(in_.reader().SignedVarint());
    in_.Require(true);
    return value;
  }

  const ReplicaId& ReplicaAt(std::uint64_t place) {
    in_.Require(place < replicas_.size());
    return replicas_[place];
  }
  std::uint64_t Counter(std::uint64_t counter) const {
    in_.Require(counter > 0 && counter <= kDotCounterMax);
    return counter;
  }

  void ReadDots() {
    std::uint64_t place = 0;
    std::uint64_t counter = 0;
    for (Change& change : changes_) {
      change.author = author_;
      change.dossier = dossier_;
      const std::uint64_t moves = Next();
      in_.Require(moves <= 1);
      const std::uint64_t before = place;
      if (moves == 1) place = Next();
      in_.Require((moves == 1) == (place != before));
      counter = Counter(NextAfter(counter));
      change.dot = Dot{ReplicaAt(place), counter};
    }
  }

  void ReadStamps() {
    std::uint64_t ms = 0;
    for (Change& change : changes_) {
      ms = NextAfter(ms);
      std::uint16_t counter = 0;
      in_(counter);
      in_.Require(ms <= Hlc::kPhysicalMsMax);
      change.hlc = Hlc::Of(ms, counter);
    }
  }

  void ReadShapes() {
    for (Change& change : changes_) {
      change.records.resize(NextCount(kChangeRecordsMax, kRecordBytesMin));
      for (RecordWrite& record : change.records)
        record.writes.resize(NextCount(kRecordWritesMax, kWriteBytesMin));
    }
  }

  void ReadRecords() {
    std::vector<NamedRecord> table;
    std::vector<std::size_t> others;  // places whose ids follow
    std::vector<std::size_t> places;
    for (const Change& change : changes_)
      for (std::size_t i = 0; i < change.records.size(); ++i) {
        places.push_back(static_cast<std::size_t>(Next()));
        in_.Require(places.back() <= table.size());
        if (places.back() == table.size()) Name(table, others);
      }
    for (const std::size_t other : others) {
      table[other].first = RecordId::FromArray(in_.reader().Array<16>());
      in_.Require(table[other].first != dossier_);
    }
    // One name for one record.
    std::vector<NamedRecord> sorted = table;
    std::ranges::sort(sorted);
    in_.Require(std::ranges::adjacent_find(sorted) == sorted.end());
    auto place = places.begin();
    for (Change& change : changes_)
      for (RecordWrite& record : change.records)
        std::tie(record.record, record.kind) = table[*place++];
  }

  void Name(std::vector<NamedRecord>& table, std::vector<std::size_t>& others) {
    const std::uint64_t is_other = Next();
    in_.Require(is_other <= 1);
    if (is_other == 1) others.push_back(table.size());
    std::uint32_t kind = 0;
    in_(kind);
    table.emplace_back(dossier_, KindId(kind));
  }

  template <class Read>
  void ForEachWrite(Read&& read) {
    for (Change& change : changes_)
      for (RecordWrite& record : change.records)
        for (FieldWrite& write : record.writes) read(write);
  }

  void ReadWrites() {
    ForEachWrite([&](FieldWrite& write) {
      std::uint32_t field = 0;
      in_(field);
      write.field = FieldId(field);
    });
    ForEachWrite([&](FieldWrite& write) {
      const std::size_t count = in_.reader().Count(kOverwrittenMax, 2);
      in_.Require(true);
      for (std::size_t i = 0; i < count; ++i) {
        const ReplicaId& replica = ReplicaAt(Next());
        write.overwritten.push_back(Dot{replica, Counter(Next())});
      }
    });
    ForEachWrite([&](FieldWrite& write) {
      write.element = CopyOf(in_.reader().Sized(kElementBytesMax));
      in_.Require(true);
    });
    ForEachWrite([&](FieldWrite& write) {
      write.value = ReadValue(in_.reader());
      in_.Require(true);
    });
  }

  CompactInputArchive in_;
  DeviceId author_;
  RecordId dossier_;
  std::vector<ReplicaId> replicas_;
  std::vector<Change> changes_;
  std::size_t announced_ = 0;  // bytes that records and writes take at least
};

}  // namespace

Bytes EncodeColumns(const std::vector<Change>& changes) {
  ColumnWriter writer(changes.front().dossier);
  for (const Change& change : changes) {
    SACOCHE_CHECK(change.dossier == changes.front().dossier &&
                  change.author == changes.front().author);
    writer.Add(change);
  }
  return writer.Take(changes.size());
}

std::vector<Change> DecodeColumns(ByteView plain, const DeviceId& author) {
  return ColumnReader(plain, author).Read();
}

}  // namespace sacoche
