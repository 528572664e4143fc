#include "samples/cli/invitation.h"

#include "samples/cli/output.h"

namespace sacoche {
namespace {

constexpr std::string_view kVersionMember = "sacoche_invitation";

tl::unexpected<Error> Damaged(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the invitation is damaged: " + what,
              "Ask your administrator for a fresh copy of the file.");
}

Status CheckVersion(const Json& json) {
  const auto version = json.find(kVersionMember);
  if (version == json.end() || !version->is_number_unsigned())
    return Fail(ErrorCode::kCorrupt, "this file is not an invitation",
                "Choose the invitation file that your administrator made.");
  const auto number = version->get<std::uint64_t>();
  if (number == kInvitationVersion) return {};
  if (number < kInvitationVersion) return Damaged("its version is impossible");
  return Fail(ErrorCode::kNewerFormat, "the invitation was made by a newer release of Sacoche",
              "Update Sacoche on this laptop, then use the same invitation.");
}

Result<std::string> TextMember(const Json& json, const char* name) {
  const auto member = json.find(name);
  if (member == json.end() || !member->is_string())
    return Damaged(std::string("\"") + name + "\" is missing");
  return member->get<std::string>();
}

template <std::size_t N>
Result<ByteArray<N>> KeyMember(const Json& json, const char* name) {
  SACOCHE_ASSIGN(const std::string hex, TextMember(json, name));
  const auto bytes = FromHex(hex);
  ByteArray<N> key{};
  if (!bytes || bytes->size() != key.size())
    return Damaged(std::string("\"") + name + "\" is not a key");
  std::ranges::copy(*bytes, key.begin());
  return key;
}

}  // namespace

Status CheckServerUrl(std::string_view url) {
  const bool plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
  if (url.starts_with("https://") && url.size() <= kServerUrlBytesMax && plain) return {};
  return Fail(ErrorCode::kInvalidInput, "the server's address is not of the form https://host:port",
              "Check the address.");
}

Status CheckCaPem(std::string_view pem) {
  if (pem.size() <= kCaPemBytesMax && pem.find("-----BEGIN CERTIFICATE-----") != pem.npos)
    return {};
  return Fail(ErrorCode::kInvalidInput,
              "the file of the certificate authority holds no PEM certificate",
              "Choose the file that begins with -----BEGIN CERTIFICATE-----.");
}

std::string EncodeInvitation(const Invitation& invitation) {
  Json json = {{kVersionMember, kInvitationVersion},
               {"server", invitation.server_url},
               {"ca_pem", invitation.ca_pem},
               {"organisation", ToHex(invitation.organisation)},
               {"organisation_box", ToHex(invitation.organisation_box)}};
  if (invitation.ticket) json["ticket"] = ToHex(EncodeInvitationTicket(*invitation.ticket));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Invitation> DecodeInvitation(std::string_view text) {
  if (text.size() > kInvitationBytesMax) return Damaged("it is too large");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return Fail(ErrorCode::kCorrupt, "this file is not an invitation",
                "Choose the invitation file that your administrator made.");
  SACOCHE_TRY(CheckVersion(json));
  Invitation invitation;
  SACOCHE_ASSIGN(invitation.server_url, TextMember(json, "server"));
  SACOCHE_ASSIGN(invitation.ca_pem, TextMember(json, "ca_pem"));
  SACOCHE_ASSIGN(invitation.organisation, KeyMember<32>(json, "organisation"));
  SACOCHE_ASSIGN(invitation.organisation_box, KeyMember<32>(json, "organisation_box"));
  if (json.contains("ticket")) {
    SACOCHE_ASSIGN(const auto ticket, KeyMember<kInvitationTicketBytes>(json, "ticket"));
    invitation.ticket = DecodeInvitationTicket(ticket);
  }
  if (!CheckServerUrl(invitation.server_url)) return Damaged("\"server\" is not an https address");
  if (!CheckCaPem(invitation.ca_pem)) return Damaged("\"ca_pem\" is not a certificate");
  return invitation;
}

}  // namespace sacoche
