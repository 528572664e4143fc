#include "engine/membership/organisation_facts.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  const auto facts = DecodeOrganisationFacts(bytes);
  if (!facts) return 0;
  SACOCHE_CHECK(Equal(EncodeOrganisationFacts(*facts), bytes));
  // Whatever a server says, its certificates are the same ones when they are looked for again.
  const std::string certificates = CertificatesIn(facts->ca_pem);
  SACOCHE_CHECK(CertificatesIn(certificates) == certificates);
  SACOCHE_CHECK(
      InvitationFingerprintOf(*facts) ==
      InvitationFingerprintOf({facts->root_signing_key, facts->root_box_key, 0, certificates}));
  return 0;
}
