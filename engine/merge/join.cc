#include "engine/merge/join.h"

namespace sacoche {
namespace {

const Sibling* FindSibling(const Register& reg, const Dot& dot) {
  const auto at = std::ranges::lower_bound(reg.siblings, dot, {}, &Sibling::dot);
  return at != reg.siblings.end() && at->dot == dot ? &*at : nullptr;
}

// Of a sibling of one side: whether the other side knows of no write that overwrites it.
bool Stands(const Dot& dot, const HeldRegister& other) {
  if (other.known.Contains(dot)) return FindSibling(other.reg, dot) != nullptr;
  return !std::ranges::binary_search(other.reg.awaited, dot);
}

}  // namespace

Register JoinRegisters(const HeldRegister& a, const HeldRegister& b) {
  Register joined;
  for (const Sibling& sibling : a.reg.siblings)
    if (Stands(sibling.dot, b)) joined.siblings.push_back(sibling);
  for (const Sibling& sibling : b.reg.siblings)
    if (FindSibling(a.reg, sibling.dot) == nullptr && Stands(sibling.dot, a))
      joined.siblings.push_back(sibling);
  std::ranges::sort(joined.siblings, {}, &Sibling::dot);

  std::ranges::set_union(a.reg.awaited, b.reg.awaited, std::back_inserter(joined.awaited));
  std::erase_if(joined.awaited,
                [&](const Dot& dot) { return a.known.Contains(dot) || b.known.Contains(dot); });
  return joined;
}

bool IsPossible(const HeldRegister& held) {
  return std::ranges::all_of(held.reg.siblings,
                             [&](const Sibling& s) { return held.known.Contains(s.dot); }) &&
         std::ranges::none_of(held.reg.awaited,
                              [&](const Dot& dot) { return held.known.Contains(dot); });
}

bool Contradict(const Register& a, const Register& b) {
  return std::ranges::any_of(a.siblings, [&](const Sibling& sibling) {
    const Sibling* other = FindSibling(b, sibling.dot);
    return other != nullptr && *other != sibling;
  });
}

}  // namespace sacoche
