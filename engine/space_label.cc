#include "engine/space_label.h"

#include <algorithm>

namespace sacoche {
namespace {

constexpr char kLabelled = 1;
constexpr char kSharedDossier = 2;
constexpr std::size_t kNameAt = 2 + RecordId::kSize;
constexpr std::size_t kNameOfSharedAt = 3 + RecordId::kSize;

RecordId IdAt(std::string_view bytes, std::size_t at) {
  RecordId id;
  std::ranges::copy(ViewOf(bytes.substr(at, RecordId::kSize)), id.bytes.begin());
  return id;
}

}  // namespace

Result<std::string> EncodeSpaceLabel(const SpaceLabel& label) {
  if (label.name.empty() || label.name.size() > kSpaceNameBytesMax ||
      static_cast<unsigned char>(label.name.front()) < 0x20)
    return Fail(ErrorCode::kInvalidInput, "the space's name is missing or too long",
                "Give a short name, for instance the post's.");
  if (label.shared) {
    std::string bytes{kSharedDossier, static_cast<char>(label.shared->grounds),
                      static_cast<char>(label.shared->role)};
    bytes += TextOf(label.shared->dossier.view());
    return bytes + label.name;
  }
  if (!label.kind) return label.name;
  std::string bytes{kLabelled, static_cast<char>(*label.kind)};
  bytes += TextOf(label.post.view());
  return bytes + label.name;
}

SpaceLabel DecodeSpaceLabel(std::string_view bytes) {
  SpaceLabel label;
  if (bytes.size() > kNameAt && bytes.front() == kLabelled) {
    label.name = bytes.substr(kNameAt);
    label.kind = SpaceKind(static_cast<std::uint8_t>(bytes[1]));
    label.post = IdAt(bytes, 2);
  } else if (bytes.size() > kNameOfSharedAt && bytes.front() == kSharedDossier) {
    label.name = bytes.substr(kNameOfSharedAt);
    label.kind = SpaceKind::kShared;
    label.shared = SharedDossier{IdAt(bytes, 3), ReaderRole(static_cast<std::uint8_t>(bytes[2])),
                                 SharedDossier::Grounds(static_cast<std::uint8_t>(bytes[1]))};
  } else {
    label.name = bytes;
  }
  return label;
}

}  // namespace sacoche
