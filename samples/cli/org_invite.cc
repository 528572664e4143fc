#include <unistd.h>

#include "engine/first_contact.h"
#include "samples/cli/invitation.h"
#include "samples/cli/org_commands.h"
#include "samples/cli/qr_code.h"

// Invitations, and what becomes of their tickets.
namespace sacoche {
namespace {

constexpr std::uint16_t kInvitationDaysMax = 90;
constexpr const char* kAdmitAnyway =
    " If you know of this laptop, and its owner has read you the six words, add "
    "--without-invitation.";

// Two lines that fit a terminal and a narrow sheet, as they may be typed again.
std::string OnLines(const std::string& text) {
  const std::size_t groups = text.rfind('/') + 1;
  constexpr std::size_t kHalf = 7 * 6;
  return "    " + text.substr(0, groups) + "\n    " + text.substr(groups, kHalf) + "\n    " +
         text.substr(groups + kHalf) + "\n";
}

}  // namespace

void OrgCommands::AddInvite(CLI::App& org) {
  CLI::App* invite = AddCommand(org, "invite",
                                "Print an invitation for one laptop, as a text and a QR code; "
                                "needs no network");
  invite->add_option("--invitation", invitation_file_,
                     "An invitation file, instead of --server and --ca");
  invite->add_option("--person", name_, "For whom it is, to stand above it");
  invite->add_option("--days", days_, "How many days after today it is good (7)")
      ->check(CLI::Range(std::uint16_t{0}, kInvitationDaysMax));
  invite->add_option("--out", out_file_, "Where to write it as a file, too");
  context_.On(invite, [this] { return Invite(); });
}

std::string OrgCommands::TryInvitation(HttpClient& http, const InvitationText& text) {
  const auto completed = CompleteInvitation(http, text);
  if (completed) return "";
  if (completed.error().code == ErrorCode::kNetwork)
    return "The server cannot be reached from here, so it was not tried whether it answers to "
           "the text.\n";
  return "WITH THE TEXT NO LAPTOP CAN ENROL: " + completed.error().message + ". " +
         completed.error().advice + "\n";
}

Status OrgCommands::Invite() {
  if (!name_.empty()) SACOCHE_TRY(CheckTyped("the person's name", name_, kPersonBytesMax));
  SACOCHE_ASSIGN(const Office office, OpenOffice());
  Invitation invitation = office.invitation;
  invitation.ticket = office.organisation->MakeTicket(days_);
  const InvitationText text{invitation.server_url, InvitationFingerprintOf(invitation),
                            *invitation.ticket};
  SACOCHE_ASSIGN(const std::string printed, PrintInvitationText(text));
  SACOCHE_ASSIGN(
      const std::string drawn,
      QrCodeText(printed, isatty(STDOUT_FILENO) == 1 ? QrInk::kColoured : QrInk::kWhiteOnBlack));
  if (!out_file_.empty())
    SACOCHE_TRY(
        context_.files().WriteFileAtomically(out_file_, ViewOf(EncodeInvitation(invitation))));
  const std::string good_until = DateOfDay(invitation.ticket->last_day);
  const std::string warning = TryInvitation(*office.http, text);
  context_.Print(
      "Invitation" + (name_.empty() ? "" : " for " + OnOneLine(name_)) +
          ": one laptop, once, until " + good_until + ".\n\n" + OnLines(printed) + "\n" + drawn +
          "\nOn the laptop: sacoche enrol --invitation-text 'SACOCHE1/...' --person NAME --device "
          "NAME\nIt shows six words: admit it when its owner has read them to you.\n" +
          warning,
      {{"text", printed},
       {"good_until", good_until},
       {"person", name_.empty() ? Json(nullptr) : Json(name_)},
       {"warning", warning.empty() ? Json(nullptr) : Json(warning)},
       {"written", !out_file_.empty()}});
  return {};
}

std::string_view OrgCommands::InvitationWord(InvitationCheck::Outcome outcome) {
  switch (outcome) {
    case InvitationCheck::Outcome::kGood:
      return "good";
    case InvitationCheck::Outcome::kNone:
      return "none";
    case InvitationCheck::Outcome::kForged:
      return "forged";
    case InvitationCheck::Outcome::kExpired:
      return "expired";
    case InvitationCheck::Outcome::kUsed:
      return "used";
  }
  return "?";
}

Status OrgCommands::CheckInvited(Organisation& organisation, const PendingDevice& device) {
  SACOCHE_TRY(organisation.Refresh());
  const InvitationCheck check = organisation.CheckInvitation(device);
  switch (check.outcome) {
    case InvitationCheck::Outcome::kGood:
      return {};
    case InvitationCheck::Outcome::kNone:
      return Fail(
          ErrorCode::kInvalidInput, "the laptop asks without an invitation of its own",
          std::string("Make one with `sacoche org invite` and have it enrolled with that.") +
              kAdmitAnyway);
    case InvitationCheck::Outcome::kForged:
      return Fail(ErrorCode::kUntrusted,
                  "the laptop's invitation was not made with this organisation's key",
                  std::string("Ask its owner where it came from before you go on; somebody may "
                              "hand out invitations in your name. Then make one with `sacoche org "
                              "invite`.") +
                      kAdmitAnyway);
    case InvitationCheck::Outcome::kExpired:
      return Fail(
          ErrorCode::kInvalidInput,
          "the laptop's invitation has expired: it was good until " + DateOfDay(check.last_day),
          std::string("If this machine's date is right, make a new one with `sacoche org "
                      "invite` and have the laptop enrolled with it.") +
              kAdmitAnyway);
    case InvitationCheck::Outcome::kUsed:
      return Fail(ErrorCode::kInvalidInput,
                  "the laptop's invitation was used already, by the laptop " +
                      check.used_by.value_or(DeviceId{}).ToHex().substr(0, 8),
                  std::string("See `sacoche org show` for whose that is: if its owner does not "
                              "know of this one, somebody else has the invitation. Make a new one "
                              "with `sacoche org invite`.") +
                      kAdmitAnyway);
  }
  return {};
}

}  // namespace sacoche
