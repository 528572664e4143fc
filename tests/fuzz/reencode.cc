#include "tests/fuzz/reencode.h"

#include <sodium.h>

#include "engine/membership/enrolment_request.h"
#include "engine/membership/statement.h"
#include "engine/sign/http_signature.h"
#include "engine/wire/carried_file.h"
#include "engine/wire/envelope.h"
#include "engine/wire/wire_codec.h"
#include "tests/support/keys.h"

namespace sacoche {
namespace {

constexpr std::size_t kSignatureBytes = Signature{}.size();

// `bytes` end with a signature that nobody here can make again: it is taken from `original`.
Bytes WithSignatureOf(ByteView original, Bytes bytes) {
  std::ranges::copy(original.last(kSignatureBytes), bytes.end() - kSignatureBytes);
  return bytes;
}

template <class Frame>
Result<Bytes> ReencodeStream(ByteView bytes,
                             Result<Frame> (*decode)(const FrameSplitter::RawFrame&)) {
  FrameSplitter splitter;
  splitter.Feed(bytes);
  Bytes out;
  while (true) {
    SACOCHE_ASSIGN(const auto raw, splitter.Next());
    if (!raw) break;
    SACOCHE_ASSIGN(const Frame frame, decode(*raw));
    AppendFrame(out, frame);
  }
  if (!splitter.empty()) return Fail(ErrorCode::kCorrupt, "the stream is cut");
  return out;
}

std::string ToBase64(ByteView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

}  // namespace

Result<Bytes> ReencodeEnvelope(ByteView bytes) {
  SACOCHE_ASSIGN(const Envelope envelope, DecodeEnvelope(bytes));
  return EncodeEnvelope(envelope);
}

Result<Bytes> ReencodePushStream(ByteView bytes) { return ReencodeStream(bytes, DecodePushFrame); }
Result<Bytes> ReencodePullStream(ByteView bytes) { return ReencodeStream(bytes, DecodePullFrame); }

Result<Bytes> ReencodeCarriedFile(ByteView bytes) {
  SACOCHE_ASSIGN(auto reader, CarriedFileReader::Open(bytes));
  Bytes again = BeginCarriedFile();
  while (true) {
    SACOCHE_ASSIGN(const auto frame, reader.Next());
    if (!frame) return again;
    AppendFrame(again, *frame);
  }
}

Result<Bytes> ReencodeStatement(ByteView bytes) {
  SACOCHE_ASSIGN(const SignedStatement decoded, DecodeStatement(bytes));
  return WithSignatureOf(bytes, SignStatement(decoded.statement, KeyNumber(1)).bytes);
}

Result<Bytes> ReencodeEnrolmentRequest(ByteView bytes) {
  SACOCHE_ASSIGN(const EnrolmentRequest request, DecodeEnrolmentRequest(bytes));
  return WithSignatureOf(bytes, SignEnrolmentRequest(request, KeyNumber(1)));
}

Result<Bytes> ReencodeSignatureHeaders(ByteView bytes) {
  const std::string_view text = TextOf(bytes);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string_view rest = text.substr(line_end);
  SACOCHE_ASSIGN(
      const PresentedSignature presented,
      ParseRequestSignature(text.substr(0, line_end), rest.empty() ? rest : rest.substr(1)));
  const RequestSigner& signer = presented.signer;
  std::string out = presented.covers_content_digest
                        ? R"(sig=("@method" "@authority" "@path" "content-digest"))"
                        : R"(sig=("@method" "@authority" "@path"))";
  out += ";created=" + std::to_string(presented.created_s) + ";nonce=\"" + presented.nonce;
  out += "\";keyid=\"";
  out += signer.kind == RequestSigner::Kind::kDevice ? "device:" + signer.device.ToHex()
                                                     : "organisation:" + ToHex(signer.organisation);
  out += "\";alg=\"ed25519\"\nsig=:" + ToBase64(presented.signature) + ":";
  return CopyOf(ViewOf(out));
}

Result<Bytes> ReencodeProblem(ByteView bytes) {
  const auto problem = ParseProblem(TextOf(bytes));
  if (!problem) return Fail(ErrorCode::kCorrupt, "not a problem of the list");
  return CopyOf(ViewOf(ProblemToJson(*problem)));
}

}  // namespace sacoche
