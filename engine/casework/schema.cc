#include "engine/casework/schema.h"

#include "engine/casework/kinds.h"

namespace sacoche::casework {
namespace {

template <class Item>
std::vector<Item> Joined(std::initializer_list<std::vector<Item>> parts) {
  std::vector<Item> all;
  for (const std::vector<Item>& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// Number 31 is kept for the social picture of a minor (photographie sociale), which is still to
// come.
std::vector<KindDef> Kinds() {
  auto kinds = Joined({SituationKinds(), FollowUpKinds(), SealedKinds(), PostKinds(),
                       DirectoryKinds(), DerivedKinds()});
  std::ranges::sort(kinds, {}, &KindDef::id);
  return kinds;
}

}  // namespace

const Schema& CaseworkSchema() {
  static const Schema schema(Kinds(), Joined({CaseLists(), FollowUpLists(), PostLists()}));
  return schema;
}

}  // namespace sacoche::casework
