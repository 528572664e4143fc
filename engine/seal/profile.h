#pragma once

#include <optional>
#include <string>

#include "engine/seal/invitation_ticket.h"

namespace sacoche {

// How people recognise a device: whose it is, and which; and with which invitation it came. Only
// ever stored sealed.
//
//   profile = person (sized) device_label (sized) [mark (1, always 1) ticket (16)]
//
// Without a ticket it ends after the label, as every profile of earlier builds does. A decoder MUST
// refuse another mark (as newer), and bytes after the ticket.
struct Profile {
  std::string person;
  std::string device_label;
  std::optional<InvitationTicket> ticket = {};

  bool operator==(const Profile&) const = default;
};

// So that a sealed profile fits into a statement.
inline constexpr std::size_t kPersonBytesMax = 160;
inline constexpr std::size_t kDeviceLabelBytesMax = 80;

[[nodiscard]] Result<std::string> EncodeProfile(const Profile& profile);
[[nodiscard]] Result<Profile> DecodeProfile(std::string_view bytes);

}  // namespace sacoche
