#include "engine/seal/profile.h"

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::uint8_t kTicketMark = 1;

}  // namespace

Result<std::string> EncodeProfile(const Profile& profile) {
  if (profile.person.empty() || profile.person.size() > kPersonBytesMax ||
      profile.device_label.size() > kDeviceLabelBytesMax)
    return Fail(ErrorCode::kInvalidInput, "the name is missing or too long",
                "Give first and last name, and a short name for the laptop.");
  ByteWriter out;
  out.Sized(ViewOf(profile.person));
  out.Sized(ViewOf(profile.device_label));
  if (profile.ticket) {
    out.Byte(kTicketMark);
    out.Raw(EncodeInvitationTicket(*profile.ticket));
  }
  return std::string(TextOf(out.bytes()));
}

Result<Profile> DecodeProfile(std::string_view bytes) {
  ByteReader in(ViewOf(bytes));
  Profile profile;
  profile.person = TextOf(in.Sized(kPersonBytesMax));
  profile.device_label = TextOf(in.Sized(kDeviceLabelBytesMax));
  if (in.ok() && in.remaining() > 0) {
    if (in.Byte() != kTicketMark)
      return Fail(ErrorCode::kNewerFormat, "a profile was made by a newer release",
                  "Update Sacoche.");
    profile.ticket = DecodeInvitationTicket(in.Array<kInvitationTicketBytes>());
  }
  SACOCHE_TRY(in.Finish("a profile"));
  return profile;
}

}  // namespace sacoche
