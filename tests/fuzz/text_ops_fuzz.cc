#include "engine/text/text_codec.h"
#include "tests/fuzz/fuzz_target.h"

// The bytes as one edit and as a history. What decodes is applied, shown and written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  if (const auto ops = DecodeTextOps(bytes)) {
    CheckCanonical(EncodeTextOps(*ops), bytes);
    TextDocument document;
    const auto status = document.Apply(*ops);
    SACOCHE_CHECK(!status || document.waiting() == 1 || document.Known().size() == 1);
  }
  if (const auto document = DecodeTextDocument(bytes)) {
    const auto again = EncodeTextDocument(*document);
    SACOCHE_CHECK(again.has_value());
    const auto reopened = DecodeTextDocument(*again);
    SACOCHE_CHECK(reopened.has_value() && *reopened == *document);
    SACOCHE_CHECK(reopened->Text() == document->Text());
    SACOCHE_CHECK(reopened->Contested() == document->Contested());
  }
  return 0;
}
