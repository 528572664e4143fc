#include "samples/cli/carry_commands.h"

#include "samples/cli/people.h"

namespace sacoche {
namespace {

std::string OutText(const CarriedOut& out, const std::string& file) {
  std::string text = "Written into " + OnOneLine(file) + ": " + Counted(out.envelopes, "envelope") +
                     " (" + std::to_string(out.file.size()) +
                     " bytes), sealed as they travel over the network.\nYour colleague reads it "
                     "with `sacoche carry in`. It is still sent with the next sync.\n";
  if (out.more)
    text +=
        "There is more than goes into one file: take in your colleague's answer, then write the "
        "next (`--for` that colleague).\n";
  if (out.spaces_left_out > 0)
    text += "Of " + Counted(out.spaces_left_out, "space") +
            " your own work is not in it: synchronise first.\n";
  return text;
}

std::string InText(const Engine& engine, const CarriedIn& in) {
  std::string text = "Taken in";
  if (!in.from.is_zero()) {
    const Profile profile = engine.ProfileOf(in.from);
    text += " from " + OnOneLine(profile.person + " (" + profile.device_label + ")");
  }
  text += ": " + Counted(in.changes, "change") + " in " + Counted(in.envelopes, "envelope") +
          "; known already: " + Counted(in.envelopes_known, "envelope") + ".\n";
  if (in.envelopes_waiting > 0)
    text += Counted(in.envelopes_waiting, "envelope") +
            " could not be read yet: they come with the next sync, or with another file.\n";
  if (in.envelopes_forked > 0)
    text += Counted(in.envelopes_forked, "envelope") +
            " of a laptop that goes on otherwise than this one knows it: synchronise both.\n";
  if (in.envelopes_after_leaving > 0)
    text += Counted(in.envelopes_after_leaving, "envelope") +
            " of a laptop that was withdrawn, not taken in.\n";
  if (in.envelopes_contradicting > 0)
    text += Counted(in.envelopes_contradicting, "envelope") +
            " contradict what is here, and were left out: synchronise, and tell your "
            "administrator.\n";
  if (in.envelopes_unreadable > 0)
    text += Counted(in.envelopes_unreadable, "envelope") +
            " made by a newer release: update Sacoche.\n";
  if (in.from.is_zero())
    text +=
        "Whose file it is, nothing vouches for; each piece that was taken in is signed by its "
        "author.\n";
  return text;
}

Json InJson(const CarriedIn& in, bool complete) {
  return {{"complete", complete},
          {"from", in.from.is_zero() ? Json(nullptr) : Json(in.from.ToHex())},
          {"changes_in", in.changes},
          {"envelopes_in", in.envelopes},
          {"envelopes_known", in.envelopes_known},
          {"envelopes_of_other_spaces", in.envelopes_of_other_spaces},
          {"envelopes_waiting", in.envelopes_waiting},
          {"envelopes_unreadable", in.envelopes_unreadable},
          {"envelopes_forked", in.envelopes_forked},
          {"envelopes_after_leaving", in.envelopes_after_leaving},
          {"envelopes_contradicting", in.envelopes_contradicting}};
}

}  // namespace

CarryCommands::CarryCommands(CLI::App& app, CommandContext& context) : context_(context) {
  CLI::App* carry = app.add_subcommand(
      "carry", "Exchange with a colleague's laptop where there is no network, by files on a stick");
  carry->require_subcommand(1);
  CLI::App* out = carry->add_subcommand("out", "Write what colleagues may lack into a file");
  out->add_option("FILE", file_, "Where; a file that is there is replaced")->required();
  out->add_option("--for", people_,
                  "Only what this person's laptops may lack: a name, or a laptop's id, from "
                  "`colleagues`; may be repeated");
  context_.On(out, [this] { return Out(); });
  CLI::App* in = carry->add_subcommand("in", "Take in what a colleague's file brings");
  in->add_option("FILE", file_, "The file")->required();
  context_.On(in, [this] { return In(); });
}

Status CarryCommands::Out() {
  SACOCHE_ASSIGN(const auto engine, context_.OpenStore());
  std::set<DeviceId> readers;
  for (const std::string& person : people_) {
    SACOCHE_ASSIGN(const auto laptops, FindPerson(*engine, person));
    for (const Member& laptop : laptops) readers.insert(laptop.device);
  }
  SACOCHE_ASSIGN(const CarriedOut out, engine->CarryOut(readers));
  SACOCHE_TRY(context_.files().WriteFileAtomically(file_, out.file));
  context_.Print(OutText(out, file_), {{"file", file_},
                                       {"envelopes_out", out.envelopes},
                                       {"bytes", out.file.size()},
                                       {"more", out.more},
                                       {"spaces_left_out", out.spaces_left_out}});
  return {};
}

Status CarryCommands::In() {
  SACOCHE_ASSIGN(const auto engine, context_.OpenStore());
  SACOCHE_ASSIGN(const Bytes file,
                 context_.files().ReadFile(file_, sync_limits::kCarriedFileBytesMax));
  CarriedIn report;
  const Status status = engine->CarryIn(file, report);
  if (status || report.envelopes > 0)
    context_.Print(InText(*engine, report), InJson(report, status.has_value()));
  return status;
}

}  // namespace sacoche
