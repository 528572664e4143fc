#pragma once

#include "engine/snapshot/snapshot.h"
#include "tests/support/samples.h"
#include "tests/support/test_schema.h"

namespace sacoche {

// Records that use every part of the format: two devices, a conflict, an awaited dot, elements, a
// child, a dossier without its root, a kind that no schema of this release has.
inline std::vector<SnapshotRecord> SampleSnapshotRecords() {
  const ReplicaId mine = ReplicaId::FromArray({0x10});
  const ReplicaId other = ReplicaId::FromArray({0x20});
  const DeviceId me = DeviceId::FromArray({0xa0});
  const DeviceId colleague = DeviceId::FromArray({0xb0});
  const Hlc dawn = Hlc::Of(1'750'000'000'000, 3);
  const Hlc noon = Hlc::Of(1'750'000'014'000, 0);
  SnapshotRecord root{RecordId::FromArray({1}), kFile, RecordId::FromArray({1}), dawn, noon, {}};
  root.registers[{kName, {}}] = {{{{mine, 1}, dawn, me, Value::Text("Hélène")},
                                  {{other, 7}, noon, colleague, Value::Text("Helen")}},
                                 {}};
  root.registers[{kTags, {4, 3, 'R', 'E', 'D'}}] = {
      {{{other, 7}, noon, colleague, Value::Flag(true)}}, {}};
  root.registers[{kSince, {}}] = {
      {{{mine, 2}, Hlc{dawn.bits - 5}, me, Value::OfDate(*ParseDate("2019-automne"))}},
      {{other, 12}}};
  SnapshotRecord child = root;
  child.id = RecordId::FromArray({2});
  child.kind = kPage;
  child.created = noon;
  child.registers = {{{kTitle, {}}, {{{{mine, 3}, noon, me, Value::Nothing()}}, {}}}};
  SnapshotRecord lone{
      RecordId::FromArray({3}), KindId{4242}, RecordId::FromArray({9}), dawn, dawn, {}};
  lone.registers[{FieldId{77}, Bytes(16, 5)}] = {{{{mine, 4}, dawn, me, Value::Integer(-3)}}, {}};
  return {root, child, lone};
}

inline SnapshotSummary SampleSnapshotSummary() {
  SnapshotSummary summary;
  summary.space = IdFrom<SpaceId>(0x10);
  summary.server_seq = 300;
  summary.known.AddUpTo(ReplicaId::FromArray({0x10}), 9);
  summary.known.AddUpTo(ReplicaId::FromArray({0x20}), 7);
  summary.known.Add({ReplicaId::FromArray({0x20}), 9});
  summary.known.Add({ReplicaId::FromArray({0x20}), 300});
  summary.known.Add({ReplicaId::FromArray({0x30}), 2});
  summary.chains[DeviceId::FromArray({0xa0})] = {70, CountingFrom<ByteArray<32>>(0x40)};
  summary.chains[DeviceId::FromArray({0xb0})] = {1, CountingFrom<ByteArray<32>>(0x60)};
  summary.records = 3;
  return summary;
}

}  // namespace sacoche
