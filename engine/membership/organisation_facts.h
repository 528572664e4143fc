#pragma once

#include <string>

#include "engine/membership/statement.h"

namespace sacoche {

// The answer to GET /v1/organisation: whose server this is, for a laptop that has nothing yet but
// the text of an invitation.
//
//   facts = version (1) root_signing_key (32) root_box_key (32) time_s (varint) ca_pem (sized)
//
// Nothing vouches for it but the fingerprint in the text: keys and certificate authority are
// believed if, and only if, they have that fingerprint. The time is believed for a kind word only.
// A decoder MUST refuse another version (a greater one as newer), and more than the limit.
struct OrganisationFacts {
  SigningPublicKey root_signing_key{};
  BoxPublicKey root_box_key{};
  std::uint64_t time_s = 0;  // at the server, since 1970
  std::string ca_pem;        // empty: the server was not told its authority
};

inline constexpr std::string_view kOrganisationPath = "/v1/organisation";
inline constexpr std::string_view kOrganisationContentType = "application/vnd.sacoche.organisation";
inline constexpr std::uint8_t kOrganisationFactsVersion = 1;
inline constexpr std::size_t kPublishedCaBytesMax = 32 * 1024;
inline constexpr std::size_t kOrganisationFactsBytesMax = kPublishedCaBytesMax + 128;

[[nodiscard]] Bytes EncodeOrganisationFacts(const OrganisationFacts& facts);
[[nodiscard]] Result<OrganisationFacts> DecodeOrganisationFacts(ByteView bytes);

// The first bytes of BLAKE2b-256, personal `sacoche.invite`, of both keys and the certificates,
// whose white space does not count.
using InvitationFingerprint = ByteArray<16>;
[[nodiscard]] InvitationFingerprint InvitationFingerprintOf(const OrganisationFacts& facts);

// The PEM certificates of a file and nothing else of it, above all no key that lies beside them.
[[nodiscard]] std::string CertificatesIn(std::string_view pem);

}  // namespace sacoche
