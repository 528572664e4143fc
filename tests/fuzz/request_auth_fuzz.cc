#include "sync-server/request_auth.h"

// The headers that decide who a stranger is: whatever they say, the answer is a refusal or a key's
// true signature, and nothing is ever verified for a signer that is not the root.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  constexpr std::size_t kParts = 6;
  std::string parts[kParts];
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t begin = 0;
  for (std::string& part : parts) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    part = text.substr(begin, end - begin);
    begin = std::min(end + 1, text.size());
  }
  static const Directory directory(SigningPublicKey{1});
  RequestAuth auth;
  const RequestHead head{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]};
  const auto verified = auth.Verify(head, directory, 1'750'000'000);
  if (verified && verified->signer != RequestSigner::Organisation({1})) __builtin_trap();
  BodyDigest digest(head.content_digest);
  digest.Add(ViewOf(text));
  if (digest.Finish()) __builtin_trap();
  return 0;
}
