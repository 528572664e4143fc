#include "engine/bundle/change_codec.h"

namespace sacoche {
namespace {

template <class Id>
void SaveId(CompactOutputArchive& archive, const Id& id) {
  archive.writer().Raw(id.view());
}

template <class Id>
Id LoadId(CompactInputArchive& archive) {
  const Id id = Id::FromArray(archive.reader().template Array<Id::kSize>());
  archive.Require(true);
  return id;
}

std::size_t LoadCount(CompactInputArchive& archive, std::size_t count_max) {
  const std::size_t count = archive.reader().Count(count_max);
  archive.Require(true);
  return count;
}

void SaveDot(CompactOutputArchive& archive, const Dot& dot, ChangeContext& context) {
  archive(context.PlaceOf(dot.replica), dot.counter);
}

Dot LoadDot(CompactInputArchive& archive, const ChangeContext& context) {
  std::uint64_t place = 0;
  Dot dot;
  archive(place, dot.counter);
  archive.Require(place < context.replicas.size() && dot.counter > 0 &&
                  dot.counter <= kDotCounterMax);
  dot.replica = context.replicas[place];
  return dot;
}

void SaveWrite(CompactOutputArchive& archive, const FieldWrite& write, ChangeContext& context) {
  archive(static_cast<std::uint32_t>(write.field));
  archive.writer().Sized(write.element);
  WriteValue(archive.writer(), write.value);
  archive(std::uint64_t{write.overwritten.size()});
  for (const Dot& dot : write.overwritten) SaveDot(archive, dot, context);
}

FieldWrite LoadWrite(CompactInputArchive& archive, const ChangeContext& context) {
  FieldWrite write;
  std::uint32_t field = 0;
  archive(field);
  write.field = FieldId(field);
  write.element = CopyOf(archive.reader().Sized(kElementBytesMax));
  write.value = ReadValue(archive.reader());
  const std::size_t count = LoadCount(archive, kOverwrittenMax);
  for (std::size_t i = 0; i < count; ++i) write.overwritten.push_back(LoadDot(archive, context));
  return write;
}

void SaveRecord(CompactOutputArchive& archive, const RecordWrite& record, ChangeContext& context) {
  // The dossier's root is the most frequent record: one byte instead of sixteen.
  const bool is_root = record.record == context.dossier;
  archive.writer().Byte(is_root ? 0 : 1);
  if (!is_root) SaveId(archive, record.record);
  archive(static_cast<std::uint32_t>(record.kind), std::uint64_t{record.writes.size()});
  for (const FieldWrite& write : record.writes) SaveWrite(archive, write, context);
}

RecordWrite LoadRecord(CompactInputArchive& archive, const ChangeContext& context) {
  RecordWrite record;
  const std::uint8_t other = archive.reader().Byte();
  archive.Require(other <= 1);
  record.record = other == 0 ? context.dossier : LoadId<RecordId>(archive);
  archive.Require(other == 0 || record.record != context.dossier);
  std::uint32_t kind = 0;
  archive(kind);
  record.kind = KindId(kind);
  const std::size_t count = LoadCount(archive, kRecordWritesMax);
  archive.Require(count > 0);
  for (std::size_t i = 0; i < count; ++i) record.writes.push_back(LoadWrite(archive, context));
  return record;
}

}  // namespace

void CEREAL_SAVE_FUNCTION_NAME(CompactOutputArchive& archive, const InContext<const Change>& in) {
  SaveDot(archive, in.value.dot, in.context);
  archive(in.value.hlc.bits, std::uint64_t{in.value.records.size()});
  for (const RecordWrite& record : in.value.records) SaveRecord(archive, record, in.context);
}

void CEREAL_LOAD_FUNCTION_NAME(CompactInputArchive& archive, InContext<Change>& in) {
  in.value.dot = LoadDot(archive, in.context);
  in.value.author = in.context.author;
  in.value.dossier = in.context.dossier;
  archive(in.value.hlc.bits);
  archive.Require(in.value.hlc.physical_ms() <= Hlc::kPhysicalMsMax);
  const std::size_t count = LoadCount(archive, kChangeRecordsMax);
  archive.Require(count > 0);
  for (std::size_t i = 0; i < count; ++i)
    in.value.records.push_back(LoadRecord(archive, in.context));
}

}  // namespace sacoche
