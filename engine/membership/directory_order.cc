#include "engine/membership/directory_order.h"

namespace sacoche {

void DirectoryOrder::Append(const Hash256& statement) {
  hash_ = HashFor("sacoche.order", {hash_, statement});
  ByteArray<8> tag;
  std::copy_n(hash_.begin(), tag.size(), tag.begin());
  tags_.push_back(tag);
}

std::optional<ByteArray<8>> DirectoryOrder::TagAt(std::uint64_t count) const {
  if (count == 0) return ByteArray<8>{};
  if (count > tags_.size()) return std::nullopt;
  return tags_[count - 1];
}

}  // namespace sacoche
