#include "engine/invitation_text.h"
#include "tests/fuzz/fuzz_target.h"

// What somebody typed has many spellings: an invitation that is understood is printed in ours,
// which is understood as the same one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sacoche;
  const auto invitation = ParseInvitationText(TextOf({data, size}));
  if (!invitation) return 0;
  const auto printed = PrintInvitationText(*invitation);
  SACOCHE_CHECK(printed.has_value());
  const auto again = ParseInvitationText(*printed);
  SACOCHE_CHECK(again.has_value() && *again == *invitation);
  return 0;
}
