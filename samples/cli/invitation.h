#pragma once

#include <string>
#include <string_view>

#include "engine/engine.h"

namespace sacoche {

// The file that the administrator hands to a laptop. All of it is public; whoever alters it can
// only make the laptop ask a server that no organisation stands behind.
//
//   {"sacoche_invitation":1, "server":"https://host[:port]", "ca_pem":"-----BEGIN CERTIFICATE…",
//    "organisation":64 hex digits, "organisation_box":64 hex digits,
//    "ticket":32 hex digits}
//
// The ticket (engine/seal/invitation_ticket.h) may be missing: then the laptop is only admitted by
// an administrator who knows of it.
//
// A decoder MUST refuse more than kInvitationBytesMax, another version (a greater one as newer),
// and another member that is missing, of another type or beyond its limit. Unknown members are
// ignored.
inline constexpr std::uint64_t kInvitationVersion = 1;
inline constexpr std::size_t kInvitationBytesMax = 64 * 1024;
inline constexpr std::size_t kServerUrlBytesMax = 256;
inline constexpr std::size_t kCaPemBytesMax = 32 * 1024;

[[nodiscard]] std::string EncodeInvitation(const Invitation& invitation);
[[nodiscard]] Result<Invitation> DecodeInvitation(std::string_view text);

// What both sides of the file rely on; also for an address and a certificate that were typed.
[[nodiscard]] Status CheckServerUrl(std::string_view url);
[[nodiscard]] Status CheckCaPem(std::string_view pem);

}  // namespace sacoche
