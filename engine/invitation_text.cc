#include "engine/invitation_text.h"

#include <algorithm>

#include "engine/sign/hash.h"
#include "platform/base/byte_codec.h"
#include "platform/base/paper_groups.h"

namespace sacoche {
namespace {

constexpr std::string_view kBeginning = "SACOCHE";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kScheme = "https://";
constexpr std::size_t kAddressBytesMax = 256;
constexpr PaperForm kForm{.name = "code of the invitation", .groups = 14};
using AddressCheck = ByteArray<3>;
static_assert(kForm.bytes() ==
              sizeof(InvitationFingerprint) + kInvitationTicketBytes + sizeof(AddressCheck));

char Small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char Capital(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Without the white space that a line break or a careful typist put there.
std::string Letters(std::string_view typed, char (*to_case)(char)) {
  std::string letters;
  for (const char c : typed)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') letters += to_case(c);
  return letters;
}

bool IsAddress(std::string_view address) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '/'; };
  return !address.empty() && address.size() <= kAddressBytesMax &&
         std::ranges::all_of(address, plain);
}

AddressCheck CheckOf(std::string_view address) {
  const Hash256 hash = HashFor("sacoche.address", {ViewOf(address)});
  AddressCheck check{};
  std::copy_n(hash.begin(), check.size(), check.begin());
  return check;
}

tl::unexpected<Error> NoInvitation() {
  return Fail(
      ErrorCode::kInvalidInput, "this text is not an invitation",
      "Copy all of it, from SACOCHE1 on: SACOCHE1/ADDRESS/ and the groups of five letters.");
}

Status CheckBeginning(std::string_view typed) {
  const std::string beginning = Letters(typed, Capital);
  if (!beginning.starts_with(kBeginning)) return NoInvitation();
  const std::string_view number = std::string_view(beginning).substr(kBeginning.size());
  if (number == kVersion) return {};
  const bool is_number =
      !number.empty() && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || number.starts_with('0')) return NoInvitation();
  return Fail(ErrorCode::kNewerFormat, "the invitation was made by a newer release of Sacoche",
              "Update Sacoche on this laptop, then use the same invitation.");
}

}  // namespace

Result<std::string> PrintInvitationText(const InvitationText& invitation) {
  std::string address = Letters(invitation.server_url, Small);
  if (address.starts_with(kScheme)) address.erase(0, kScheme.size());
  while (address.ends_with('/')) address.pop_back();
  if (!IsAddress(address))
    return Fail(ErrorCode::kInvalidInput,
                "the server's address is not of the form https://host:port", "Check the address.");
  ByteWriter out;
  out.Raw(invitation.fingerprint);
  out.Raw(EncodeInvitationTicket(invitation.ticket));
  out.Raw(CheckOf(address));
  const SecretBytes groups = WritePaperGroups(kForm, out.bytes());
  return std::string(kBeginning) + std::string(kVersion) + "/" + Letters(address, Capital) + "/" +
         std::string(TextOf(groups.view()));
}

Result<InvitationText> ParseInvitationText(std::string_view typed) {
  if (typed.size() > kInvitationTextBytesMax) return NoInvitation();
  const std::size_t first = typed.find('/');
  const std::size_t second = first == typed.npos ? first : typed.find('/', first + 1);
  SACOCHE_TRY(CheckBeginning(typed.substr(0, first)));
  if (second == typed.npos) return NoInvitation();
  const std::string address = Letters(typed.substr(first + 1, second - first - 1), Small);
  SACOCHE_ASSIGN(const SecretBytes bytes, ReadPaperGroups(kForm, ViewOf(typed.substr(second + 1))));
  ByteReader in(bytes.view());
  InvitationText invitation;
  invitation.server_url = std::string(kScheme) + address;
  invitation.fingerprint = in.Array<sizeof(InvitationFingerprint)>();
  invitation.ticket = DecodeInvitationTicket(in.Array<kInvitationTicketBytes>());
  if (IsAddress(address) && in.Array<sizeof(AddressCheck)>() == CheckOf(address)) return invitation;
  return Fail(ErrorCode::kInvalidInput, "the address in the invitation is mistyped",
              "Compare what stands between the two slashes with the paper, letter by letter.");
}

}  // namespace sacoche
