#pragma once

#include <optional>
#include <string>

#include "engine/record/readers.h"
#include "engine/record/space_kind.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace sacoche {

// What the directory says of a space, sealed under its key: the server learns nothing of it.
//
//   label = name, or 01 kind (1) post (16) name, or 02 grounds (1) role (1) dossier (16) name
//
// The first is of a space that was made before kinds were, the last of a shared dossier. A decoder
// MUST take a kind that it does not know for a space that it has no use for, not for one without a
// kind.
struct SharedDossier {
  // What the guest is told: whatever may be shared with the role at all, or whatever it may have on
  // request, for a reason and for a time.
  enum class Grounds : std::uint8_t { kShared = 1, kOnRequest = 2 };
  RecordId dossier{};  // in the space of whoever shares it
  ReaderRole role = ReaderRole::kServerAdmin;
  Grounds grounds = Grounds::kShared;

  bool operator==(const SharedDossier&) const = default;
};

struct SpaceLabel {
  std::string name;                       // of up to kSpaceNameBytesMax bytes, UTF-8
  std::optional<SpaceKind> kind{};        // nothing: whatever its members write
  RecordId post{};                        // whose records it holds; zero: the whole organisation's
  std::optional<SharedDossier> shared{};  // of kShared

  bool operator==(const SpaceLabel&) const = default;
};

inline constexpr std::size_t kSpaceNameBytesMax = 120;

// kInvalidInput: no name, too long a name, or one that begins with a control character.
[[nodiscard]] Result<std::string> EncodeSpaceLabel(const SpaceLabel& label);
[[nodiscard]] SpaceLabel DecodeSpaceLabel(std::string_view bytes);

}  // namespace sacoche
