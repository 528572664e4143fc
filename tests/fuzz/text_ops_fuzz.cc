#include "engine/text/text_codec.h"
#include "engine/text/unit_moves.h"
#include "tests/fuzz/fuzz_target.h"

namespace sacoche {
namespace {

// Under units of its own the edit does as much, and is an edit that every decoder takes.
void CheckMove(const TextOps& ops) {
  UnitMoves moves;
  moves.Keep(ops);
  const TextOps moved = moves.Move(ops, ReplicaId::FromArray({0xf0, 0x0d}));
  SACOCHE_CHECK(moved.first == 1 && moved.units() == ops.units());
  if (const auto bytes = EncodeTextOps(moved)) SACOCHE_CHECK(*DecodeTextOps(*bytes) == moved);
}

}  // namespace
}  // namespace sacoche

// The bytes as one edit and as a history. What decodes is applied, shown, moved and written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const ByteView bytes(data, size);
  if (const auto ops = DecodeTextOps(bytes)) {
    CheckCanonical(EncodeTextOps(*ops), bytes);
    CheckMove(*ops);
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
    SACOCHE_CHECK(document->AsOf(document->Known()).Text() == document->Text());
  }
  return 0;
}
