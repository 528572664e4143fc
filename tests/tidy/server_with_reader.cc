// The server's signature checks and, against the rule, one primitive that opens sealed bytes: what
// server_links_no_reader.sh must refuse.
#include <sodium.h>

#include "engine/sign/http_signature.h"
#include "engine/sign/manifest.h"

int main(int argc, char** argv) {
  using namespace sacoche;
  const ByteView bytes(reinterpret_cast<const std::uint8_t*>(argv[0]),
                       static_cast<std::size_t>(argc));
  const bool verified = VerifyManifest({}, ItemHash(bytes, bytes), {}) || VerifyRequest({}, {}, {});
  ByteArray<64> out{};
  return verified || crypto_secretbox_open_easy(out.data(), bytes.data(), bytes.size(), out.data(),
                                                out.data()) == 0;
}
