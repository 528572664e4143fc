#pragma once

#include <string>

#include "platform/base/result.h"

namespace sacoche {

// How people recognise a device: whose it is, and which. Only ever stored sealed.
struct Profile {
  std::string person;
  std::string device_label;

  bool operator==(const Profile&) const = default;
};

// So that a sealed profile fits into a statement.
inline constexpr std::size_t kPersonBytesMax = 160;
inline constexpr std::size_t kDeviceLabelBytesMax = 80;

[[nodiscard]] Result<std::string> EncodeProfile(const Profile& profile);
[[nodiscard]] Result<Profile> DecodeProfile(std::string_view bytes);

}  // namespace sacoche
