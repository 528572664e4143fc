#include "engine/seal/invitation_ticket.h"

#include <sodium.h>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "SacInvit";
constexpr std::uint64_t kTicketKeyNumber = 1;

ByteArray<8> TagOf(const BoxKey& organisation, const InvitationTicket& ticket) {
  SACOCHE_CHECK(organisation.secret().size() == crypto_kdf_KEYBYTES);
  SecretBytes key(crypto_generichash_KEYBYTES);
  crypto_kdf_derive_from_key(key.span().data(), key.size(), kTicketKeyNumber, kContext,
                             organisation.secret().data());
  const auto message = EncodeInvitationTicket({ticket.id, ticket.last_day, {}});
  ByteArray<32> hash{};
  crypto_generichash(hash.data(), hash.size(), message.data(), message.size() - ticket.tag.size(),
                     key.view().data(), key.size());
  ByteArray<8> tag{};
  std::copy_n(hash.begin(), tag.size(), tag.begin());
  return tag;
}

}  // namespace

InvitationTicket MakeInvitationTicket(const BoxKey& organisation, std::uint16_t last_day) {
  ByteArray<6> id{};
  randombytes_buf(id.data(), id.size());
  return MakeInvitationTicket(organisation, last_day, id);
}

InvitationTicket MakeInvitationTicket(const BoxKey& organisation, std::uint16_t last_day,
                                      const ByteArray<6>& id) {
  InvitationTicket ticket{id, last_day, {}};
  ticket.tag = TagOf(organisation, ticket);
  return ticket;
}

bool IsTicketOf(const BoxKey& organisation, const InvitationTicket& ticket) {
  const ByteArray<8> tag = TagOf(organisation, ticket);
  return sodium_memcmp(tag.data(), ticket.tag.data(), tag.size()) == 0;
}

bool IsPast(const InvitationTicket& ticket, std::uint64_t now_s) {
  return now_s / kSecondsPerDay > ticket.last_day;
}

ByteArray<kInvitationTicketBytes> EncodeInvitationTicket(const InvitationTicket& ticket) {
  ByteArray<kInvitationTicketBytes> bytes{};
  auto end = std::ranges::copy(ticket.id, bytes.begin()).out;
  *end++ = static_cast<std::uint8_t>(ticket.last_day >> 8);
  *end++ = static_cast<std::uint8_t>(ticket.last_day & 0xff);
  std::ranges::copy(ticket.tag, end);
  return bytes;
}

InvitationTicket DecodeInvitationTicket(const ByteArray<kInvitationTicketBytes>& bytes) {
  ByteReader in(bytes);
  InvitationTicket ticket;
  ticket.id = in.Array<6>();
  ticket.last_day = static_cast<std::uint16_t>(in.Byte() << 8);
  ticket.last_day = static_cast<std::uint16_t>(ticket.last_day | in.Byte());
  ticket.tag = in.Array<8>();
  return ticket;
}

}  // namespace sacoche
