#include "engine/membership/enrolment_request.h"

#include "platform/base/byte_codec.h"

namespace sacoche {

Bytes SignEnrolmentRequest(const EnrolmentRequest& request, const SigningKey& key) {
  ByteWriter out;
  out.Byte(kEnrolmentVersion);
  out.Raw(request.signing_key);
  out.Raw(request.box_key);
  out.Sized(request.sealed_profile);
  out.Raw(key.Sign(SigningPurpose::kEnrolment, out.bytes()));
  return std::move(out).Take();
}

Result<EnrolmentRequest> DecodeEnrolmentRequest(ByteView bytes) {
  if (bytes.size() > kEnrolmentRequestBytesMax)
    return Fail(ErrorCode::kLimit, "an enrolment request is longer than allowed");
  ByteReader in(bytes);
  if (in.Byte() != kEnrolmentVersion && in.ok())
    return Fail(ErrorCode::kNewerFormat, "an enrolment request has an unknown version",
                "Update Sacoche.");
  EnrolmentRequest request;
  request.signing_key = in.Array<32>();
  request.box_key = in.Array<32>();
  request.sealed_profile = CopyOf(in.Sized(kSealedTextBytesMax));
  const std::size_t signed_size = bytes.size() - in.remaining();
  const auto signature = in.Array<64>();
  SACOCHE_TRY(in.Finish("an enrolment request"));
  if (!Verify(SigningPurpose::kEnrolment, bytes.first(signed_size), signature, request.signing_key))
    return Fail(ErrorCode::kUntrusted, "an enrolment request has a wrong signature");
  return request;
}

}  // namespace sacoche
