#pragma once

#include <string>

#include "engine/membership/organisation_facts.h"
#include "engine/seal/invitation_ticket.h"

namespace sacoche {

// An invitation that is short enough to be read aloud, typed or scanned:
//
//   SACOCHE1/HOST[:PORT]/K7QMX-2BD9R-...
//
// Behind the second slash stand 14 groups of five letters (platform/base/paper_groups.h) of
//
//   fingerprint (16) ticket (16) address check (3)                                         35 bytes
//
// where the check is the first bytes of BLAKE2b-256, personal `sacoche.address`, of the address in
// small letters. Printed in capitals, which a QR code holds in its alphanumeric mode; read in any
// letters, with or without white space and dashes. A reader MUST refuse another beginning, a number
// behind SACOCHE other than 1 (as newer), and whatever the groups or the check contradict.
struct InvitationText {
  std::string server_url;  // https://host[:port]
  InvitationFingerprint fingerprint{};
  InvitationTicket ticket;

  bool operator==(const InvitationText&) const = default;
};

inline constexpr std::size_t kInvitationTextBytesMax = 1024;

// kInvalidInput if the server's address is none.
[[nodiscard]] Result<std::string> PrintInvitationText(const InvitationText& invitation);

// kInvalidInput says what is mistyped: the beginning, the address, or which groups.
[[nodiscard]] Result<InvitationText> ParseInvitationText(std::string_view typed);

}  // namespace sacoche
