#include "engine/change/rename_dots.h"

#include <algorithm>

#include "engine/record/sight.h"

namespace sacoche {
namespace {

Dot Renamed(const std::map<Dot, Dot>& moved, const Dot& dot) {
  const auto found = moved.find(dot);
  return found == moved.end() ? dot : found->second;
}

// The old dots mean something else now, which was not seen. Behind those that moved stands what
// this device wrote since then; a vector that claims more than it can have is cut, and so flags
// more.
VersionVector Renamed(const std::map<Dot, Dot>& moved, const VersionVector& seen) {
  VersionVector renamed;
  for (const auto& [replica, last] : seen.contiguous()) {
    const auto first = moved.lower_bound(Dot{replica, 0});
    const auto end = moved.upper_bound(Dot{replica, last});
    if (first == end) {
      renamed.AddUpTo(replica, last);
      continue;
    }
    renamed.AddUpTo(replica, first->first.counter - 1);
    const std::uint64_t end_counter =
        std::min(last, std::prev(end)->first.counter + kSightBeyondMax);
    for (std::uint64_t counter = first->first.counter; counter <= end_counter; ++counter)
      renamed.Add(Renamed(moved, Dot{replica, counter}));
  }
  for (const Dot& dot : seen.beyond()) renamed.Add(Renamed(moved, dot));
  return renamed;
}

void RenameSight(const std::map<Dot, Dot>& moved, Value& value) {
  const auto* bytes = value.As<Bytes>();
  const auto sight = bytes == nullptr ? Result<Sight>(Sight{}) : DecodeSight(*bytes);
  if (!sight) return;
  Sight renamed;
  renamed.looked = sight->looked;
  for (const auto& [closing, seen] : sight->of)
    renamed.of[Renamed(moved, closing)] = Renamed(moved, seen);
  value = Value::Opaque(EncodeSightOrLess(renamed));
}

}  // namespace

void RenameDots(const std::map<Dot, Dot>& moved, Change& change) {
  if (moved.empty()) return;
  for (RecordWrite& record : change.records)
    for (FieldWrite& write : record.writes) {
      for (Dot& dot : write.overwritten) dot = Renamed(moved, dot);
      if (write.element == SightElement()) RenameSight(moved, write.value);
    }
}

}  // namespace sacoche
