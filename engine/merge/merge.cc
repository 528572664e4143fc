#include "engine/merge/merge.h"

namespace sacoche {
namespace {

template <class Items, class Item>
void InsertSorted(Items& items, Item item) {
  items.insert(std::ranges::upper_bound(items, item), std::move(item));
}

bool EraseSibling(Register& reg, const Dot& dot) {
  return std::erase_if(reg.siblings, [&](const Sibling& s) { return s.dot == dot; }) > 0;
}

}  // namespace

Status ApplyWrite(Register& reg, const Change& change, const FieldWrite& write,
                  const SeenDot& seen) {
  for (const Dot& dot : write.overwritten) {
    if (EraseSibling(reg, dot) || std::ranges::count(reg.awaited, dot) > 0) continue;
    // Not here: either another write overwrote it already, or it is still on its way.
    SACOCHE_ASSIGN(const bool arrived, seen(dot));
    if (!arrived) InsertSorted(reg.awaited, dot);
  }
  const auto overwritten_already = std::ranges::find(reg.awaited, change.dot);
  if (overwritten_already != reg.awaited.end()) {
    reg.awaited.erase(overwritten_already);
    return {};
  }
  const auto at = std::ranges::upper_bound(reg.siblings, change.dot, {}, &Sibling::dot);
  reg.siblings.insert(at, Sibling{change.dot, change.hlc, change.author, write.value});
  return {};
}

}  // namespace sacoche
