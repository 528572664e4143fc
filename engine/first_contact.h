#pragma once

#include "engine/engine.h"
#include "engine/invitation_text.h"

namespace sacoche {

// What the text stands for, as the server completes it. `http` must reach the text's server and
// need not have verified it: nothing secret is sent, and what comes back is believed only because
// it has the fingerprint of the text. kNetwork: the server is away; kUntrusted: it is another
// organisation's, or not what the text vouches for; kNotFound: it serves nobody, or does not say
// its certificate authority; kInvalidInput: by the server's clock, the invitation has expired.
[[nodiscard]] Result<Invitation> CompleteInvitation(HttpClient& http, const InvitationText& text);

[[nodiscard]] InvitationFingerprint InvitationFingerprintOf(const Invitation& invitation);

// "2026-03-02".
[[nodiscard]] std::string DateOfDay(std::uint16_t days_since_1970);

}  // namespace sacoche
