#pragma once

#include <optional>
#include <string>

#include "engine/record/space_kind.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace sacoche {

// What the directory says of a space, sealed under its key: the server learns nothing of it.
//
//   label = name, or 01 kind (1) post (16) name
//
// The first is of a space that was made before kinds were. A decoder MUST take a kind that it does
// not know for a space that it has no use for, not for one without a kind.
struct SpaceLabel {
  std::string name;                 // of up to kSpaceNameBytesMax bytes, UTF-8
  std::optional<SpaceKind> kind{};  // nothing: whatever its members write
  RecordId post{};                  // whose records it holds; zero: the whole organisation's

  bool operator==(const SpaceLabel&) const = default;
};

inline constexpr std::size_t kSpaceNameBytesMax = 120;

// kInvalidInput: no name, too long a name, or one that begins with a control character.
[[nodiscard]] Result<std::string> EncodeSpaceLabel(const SpaceLabel& label);
[[nodiscard]] SpaceLabel DecodeSpaceLabel(std::string_view bytes);

}  // namespace sacoche
