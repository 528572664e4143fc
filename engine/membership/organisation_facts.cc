#include "engine/membership/organisation_facts.h"

#include "engine/sign/hash.h"
#include "platform/base/byte_codec.h"

namespace sacoche {

Bytes EncodeOrganisationFacts(const OrganisationFacts& facts) {
  ByteWriter out;
  out.Byte(kOrganisationFactsVersion);
  out.Raw(facts.root_signing_key);
  out.Raw(facts.root_box_key);
  out.Varint(facts.time_s);
  out.Sized(ViewOf(facts.ca_pem));
  return std::move(out).Take();
}

Result<OrganisationFacts> DecodeOrganisationFacts(ByteView bytes) {
  if (bytes.size() > kOrganisationFactsBytesMax)
    return Fail(ErrorCode::kLimit, "the server says more of its organisation than is allowed");
  ByteReader in(bytes);
  if (in.Byte() != kOrganisationFactsVersion && in.ok())
    return Fail(ErrorCode::kNewerFormat, "the server speaks of its organisation in a newer way",
                "Update Sacoche on this laptop, then use the same invitation.");
  OrganisationFacts facts;
  facts.root_signing_key = in.Array<32>();
  facts.root_box_key = in.Array<32>();
  facts.time_s = in.Varint();
  facts.ca_pem = TextOf(in.Sized(kPublishedCaBytesMax));
  SACOCHE_TRY(in.Finish("what the server says of its organisation"));
  return facts;
}

InvitationFingerprint InvitationFingerprintOf(const OrganisationFacts& facts) {
  std::string certificates = CertificatesIn(facts.ca_pem);
  std::erase_if(certificates, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  const Hash256 hash =
      HashFor("sacoche.invite", {facts.root_signing_key, facts.root_box_key, ViewOf(certificates)});
  InvitationFingerprint fingerprint{};
  std::copy_n(hash.begin(), fingerprint.size(), fingerprint.begin());
  return fingerprint;
}

std::string CertificatesIn(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  std::string certificates;
  while (true) {
    const std::size_t begin = pem.find(kBegin);
    const std::size_t end = pem.find(kEnd, begin == pem.npos ? pem.size() : begin);
    if (end == pem.npos) return certificates;
    certificates += std::string(pem.substr(begin, end + kEnd.size() - begin)) + "\n";
    pem.remove_prefix(end + kEnd.size());
  }
}

}  // namespace sacoche
