#pragma once

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace sacoche {

// Each decodes bytes that anyone may have made and encodes again what it understood. Our formats
// are canonical: either the decoder refuses, or the result is the input. Fuzz targets and golden
// vectors check the same property through these.

Result<Bytes> ReencodeEnvelope(ByteView bytes);

// A whole stream up to its last frame; a cut one is refused.
Result<Bytes> ReencodePushStream(ByteView bytes);
Result<Bytes> ReencodePullStream(ByteView bytes);

// A file from laptop to laptop, up to its end.
Result<Bytes> ReencodeCarriedFile(ByteView bytes);

Result<Bytes> ReencodeStatement(ByteView bytes);
Result<Bytes> ReencodeEnrolmentRequest(ByteView bytes);

// The values of Signature-Input and of Signature, with a line feed between them.
Result<Bytes> ReencodeSignatureHeaders(ByteView bytes);

// JSON has many spellings: this gives ours, which is its own re-encoding.
Result<Bytes> ReencodeProblem(ByteView bytes);

}  // namespace sacoche
