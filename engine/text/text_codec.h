#pragma once

#include "engine/text/text_document.h"
#include "platform/base/bytes.h"

namespace sacoche {

// The encoding of edits of a text, one or a whole history; TEXT_FORMAT.md. It is meant to be
// compressed by whoever stores or sends it. One value has one encoding.

// kLimit if it takes more than kTextOpsBytesMax; kCorrupt if CheckShape says so.
[[nodiscard]] Result<Bytes> EncodeTextOps(const TextOps& ops);
[[nodiscard]] Result<TextOps> DecodeTextOps(ByteView bytes);

// Everything that the document holds, edits that wait too.
[[nodiscard]] Result<Bytes> EncodeTextDocument(const TextDocument& document);
[[nodiscard]] Result<TextDocument> DecodeTextDocument(ByteView bytes);

// Both decoders: kNewerFormat for another version, kCorrupt for what the format page refuses,
// kLimit beyond text_limits.h.

}  // namespace sacoche
