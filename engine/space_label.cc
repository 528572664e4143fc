#include "engine/space_label.h"

#include <algorithm>

namespace sacoche {
namespace {

constexpr char kLabelled = 1;
constexpr std::size_t kNameAt = 2 + RecordId::kSize;

}  // namespace

Result<std::string> EncodeSpaceLabel(const SpaceLabel& label) {
  if (label.name.empty() || label.name.size() > kSpaceNameBytesMax ||
      static_cast<unsigned char>(label.name.front()) < 0x20)
    return Fail(ErrorCode::kInvalidInput, "the space's name is missing or too long",
                "Give a short name, for instance the post's.");
  if (!label.kind) return label.name;
  std::string bytes{kLabelled, static_cast<char>(*label.kind)};
  bytes += TextOf(label.post.view());
  return bytes + label.name;
}

SpaceLabel DecodeSpaceLabel(std::string_view bytes) {
  if (bytes.size() <= kNameAt || bytes.front() != kLabelled) return {std::string(bytes), {}, {}};
  SpaceLabel label{
      std::string(bytes.substr(kNameAt)), SpaceKind(static_cast<std::uint8_t>(bytes[1])), {}};
  std::ranges::copy(ViewOf(bytes.substr(2, RecordId::kSize)), label.post.bytes.begin());
  return label;
}

}  // namespace sacoche
