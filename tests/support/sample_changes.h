#pragma once

#include "engine/change/change.h"
#include "tests/support/test_schema.h"

namespace sacoche {

// Changes of one dossier and author that use every part of the format.
inline std::vector<Change> SampleChanges() {
  const RecordId dossier = RecordId::FromArray({0xd0});
  const DeviceId author = DeviceId::FromArray({0xa0});
  const ReplicaId mine = ReplicaId::FromArray({0x10});
  const ReplicaId other = ReplicaId::FromArray({0x20});
  Change first{{mine, 1}, Hlc::Of(1'750'000'000'000, 3), author, dossier, {}};
  first.records = {{dossier,
                    kFile,
                    {{kName, {}, Value::Text("Hélène"), {}},
                     {kSince, {}, Value::OfDate(*ParseDate("2019-automne")), {}},
                     {kTags, {4, 3, 'R', 'E', 'D'}, Value::Flag(true), {{other, 7}}}}},
                   {RecordId::FromArray({0xc1}), kPage, {{kTitle, {}, Value::Nothing(), {}}}}};
  Change second{{mine, 2}, Hlc::Of(1'750'000'000'001, 0), author, dossier, {}};
  // A kind and a field that no schema of this release has.
  second.records = {{RecordId::FromArray({0xc2}),
                     KindId{4242},
                     {{FieldId{77}, Bytes(16, 5), Value::Integer(-3), {{mine, 1}, {other, 9}}}}}};
  return {first, second};
}

}  // namespace sacoche
