#include "sync-server/request_auth.h"
#include "tests/fuzz/fuzz_target.h"

// The headers that decide who a stranger is, one a line: method, authority, path, Content-Digest,
// Signature-Input, Signature. Whatever they say, only the root of the directory is ever verified,
// and no body passes for one whose digest is the body's own text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  static const SigningPublicKey root = SigningKey::FromSeed(Bytes(32, 7))->public_key();
  static const Directory directory(root);
  std::array<std::string, 6> parts;
  const std::string_view text = TextOf({data, size});
  std::size_t begin = 0;
  for (std::string& part : parts) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    part = text.substr(begin, end - begin);
    begin = std::min(end + 1, text.size());
  }
  RequestAuth auth;
  const RequestHead head{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]};
  const auto verified = auth.Verify(head, directory, 1'750'000'000);
  SACOCHE_CHECK(!verified || verified->signer == RequestSigner::Organisation(root));
  if (verified) SACOCHE_CHECK(!auth.Verify(head, directory, 1'750'000'000));
  BodyDigest digest(head.content_digest);
  digest.Add({data, size});
  SACOCHE_CHECK(!digest.Finish());
  return 0;
}
