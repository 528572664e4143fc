#pragma once

#include "engine/seal/key_wrap.h"

namespace sacoche {

// What makes an invitation good once, and until a day:
//
//   ticket = id (6) last_day (2, days since 1970, most significant byte first) tag (8)     16 bytes
//
//   tag  the first bytes of BLAKE2b-256 of id and last_day under the ticket key, which is
//        crypto_kdf, context `SacInvit`, number 1, of the organisation's X25519 secret
//
// Nobody has to keep a list of tickets that were given out: whoever can read a request can tell by
// the tag that the organisation made its ticket. That it was used stands in the directory, in the
// sealed profile of whoever was admitted with it. A decoder MUST refuse another length.
struct InvitationTicket {
  ByteArray<6> id{};           // random
  std::uint16_t last_day = 0;  // the last on which it is good, in UTC
  ByteArray<8> tag{};

  bool operator==(const InvitationTicket&) const = default;
};

inline constexpr std::size_t kInvitationTicketBytes = 16;
inline constexpr std::uint64_t kSecondsPerDay = 86'400;

[[nodiscard]] InvitationTicket MakeInvitationTicket(const BoxKey& organisation,
                                                    std::uint16_t last_day);
[[nodiscard]] InvitationTicket MakeInvitationTicket(const BoxKey& organisation,
                                                    std::uint16_t last_day, const ByteArray<6>& id);
// Whether the organisation made it, in constant time.
[[nodiscard]] bool IsTicketOf(const BoxKey& organisation, const InvitationTicket& ticket);
[[nodiscard]] bool IsPast(const InvitationTicket& ticket, std::uint64_t now_s);

[[nodiscard]] ByteArray<kInvitationTicketBytes> EncodeInvitationTicket(
    const InvitationTicket& ticket);
[[nodiscard]] InvitationTicket DecodeInvitationTicket(
    const ByteArray<kInvitationTicketBytes>& bytes);

}  // namespace sacoche
