#include "engine/sync/new_dot.h"

#include <algorithm>

#include "engine/sign/hash.h"
#include "platform/base/byte_codec.h"

namespace sacoche {

Dot NewDotOf(const Change& change) {
  ByteWriter named;
  named.Raw(change.dot.replica.view());
  named.Varint(change.dot.counter);
  named.Varint(change.hlc.bits);
  named.Raw(change.author.view());
  const Hash256 hash = HashFor("sacoche.new-dot", {named.bytes()});
  Dot dot{{}, 1};
  std::copy_n(hash.begin(), ReplicaId::kSize, dot.replica.bytes.begin());
  return dot;
}

}  // namespace sacoche
