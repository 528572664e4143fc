#include "sync-server/envelope_manifest.h"

#include <algorithm>

namespace sacoche {

Hash256 ManifestHashOf(const Envelope& envelope) {
  std::vector<Hash256> items;
  items.reserve(envelope.items.size());
  for (const EnvelopeItem& item : envelope.items) {
    if (item.erased) {
      Hash256 hash{};
      std::copy_n(item.bytes.begin(), hash.size(), hash.begin());
      items.push_back(hash);
    } else {
      items.push_back(ItemHash(item.handle, item.bytes));
    }
  }
  return ManifestHash(EncodeHeader(envelope.header), items);
}

}  // namespace sacoche
