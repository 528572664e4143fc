#include "engine/sync/sharing_wishes.h"

#include <algorithm>

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kWishes = "sharing.wishes";

Status Save(Store& store, const std::vector<SharingStatement>& wishes) {
  ByteWriter out;
  out.Varint(wishes.size());
  for (const SharingStatement& wish : wishes) out.Sized(EncodeSharing(wish));
  return store.keys().Write(kWishes, out.bytes());
}

}  // namespace

Result<std::vector<SharingStatement>> SharingWishes(Store& store) {
  std::vector<SharingStatement> wishes;
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(kWishes));
  if (bytes.empty()) return wishes;
  ByteReader in(bytes.view());
  for (std::size_t left = in.Count(SIZE_MAX >> 1, 1); left > 0; --left) {
    SACOCHE_ASSIGN(SharingStatement wish, DecodeSharing(in.Sized(kStatementBytesMax)));
    wishes.push_back(std::move(wish));
  }
  SACOCHE_TRY(in.Finish("the sharings that wait"));
  return wishes;
}

Status WishSharing(Store& store, const SharingStatement& wish) {
  SACOCHE_ASSIGN(auto wishes, SharingWishes(store));
  std::erase_if(wishes, [&](const SharingStatement& other) { return other.space == wish.space; });
  wishes.push_back(wish);
  return Save(store, wishes);
}

bool IsOpenWish(const Directory& directory, const DeviceId& self, const SharingStatement& wish) {
  if (!directory.IsMember(self, wish.parent)) return false;
  const SharingStatement* said = directory.FindSharing(wish.space);
  if (said == nullptr) return !wish.guests.empty();
  const bool is_said = said->guests == wish.guests && said->until_s == wish.until_s;
  return !said->guests.empty() && !is_said;
}

Status DropSaidWishes(Store& store, const Directory& directory, const DeviceId& self) {
  SACOCHE_ASSIGN(auto wishes, SharingWishes(store));
  const auto dropped = std::erase_if(
      wishes, [&](const SharingStatement& wish) { return !IsOpenWish(directory, self, wish); });
  return dropped == 0 ? Status() : Save(store, wishes);
}

}  // namespace sacoche
