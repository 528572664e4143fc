#include "samples/cli/warnings.h"

#include "samples/cli/recovery_text.h"

namespace sacoche {

Warning WarningOf(Suspicion suspicion) {
  switch (suspicion) {
    case Suspicion::kForgedStatement:
      return {
          "The server showed an entry of the organisation's directory that nobody may have "
          "made",
          "Nothing of it was taken. Tell your administrator."};
    case Suspicion::kStatementOutOfPlace:
      return {
          "The server showed the organisation's directory with entries left out, repeated or "
          "from another history",
          "Nothing of it was taken. Tell your administrator."};
    case Suspicion::kDirectoryWithheld:
      return {
          "The server hides a part of the organisation's directory from this laptop: perhaps "
          "that a laptop was withdrawn",
          "What you write waits on this laptop until it is shown. If that lasts for days, tell "
          "your administrator."};
    case Suspicion::kForgedEnvelope:
      return {"The server sent changes that no member of the space signed",
              "Nothing of them was taken. Tell your administrator."};
    case Suspicion::kEnvelopeOutOfPlace:
      return {"The server sent changes of another space, or in a wrong order",
              "Nothing of them was taken. Tell your administrator."};
    case Suspicion::kEnvelopeLeftOut:
      return {"The server left out changes that were made",
              "This laptop asks for them at each synchronisation; colleagues' laptops that still "
              "hold them give them back. Tell your administrator."};
    case Suspicion::kTwoHistories:
      return {
          "One laptop shows two different histories, or the server gives its changes out in "
          "two versions",
          "The first version stays here; nothing was lost. Tell your administrator which "
          "laptop it is."};
    case Suspicion::kServerForgot:
      return {
          "The server no longer had what it had stored: it was restored from an older backup, "
          "or it hides it",
          "This laptop gave it back; nothing was lost. Ask your administrator whether the "
          "server was restored."};
    case Suspicion::kShownDifferently:
      return {
          "The server showed a colleague something else than this laptop: it was restored from "
          "an older backup, or it shows different people different things",
          "Your work is safe. Ask your administrator which."};
    case Suspicion::kForgedSnapshot:
      return {"The server sent a state of a space that no member made, or that was altered",
              "Nothing of it was taken. Tell your administrator."};
    case Suspicion::kForgedTime:
      return {"Somebody else than the server told the time",
              "It was not believed. Tell your administrator."};
    case Suspicion::kBrokenAnswer:
      return {"The server's answer was not one to what this laptop had asked",
              "What had arrived before is kept. Synchronise again; if it happens again, tell your "
              "administrator."};
    case Suspicion::kAfterLeaving:
      return {"A laptop that was withdrawn, or left the space, goes on writing there",
              "Nothing of it was taken. Tell your administrator which laptop it is."};
    case Suspicion::kContradictoryChange:
      return {
          "Two laptops say different things of one change, or a state of the space claims one "
          "that was not made yet",
          "What came first stays, the other is kept aside. Tell your administrator."};
    case Suspicion::kStoreCopied:
      return {
          "Another copy of this laptop's store was at work: it was put back from a copy, or "
          "somebody uses one",
          "Nothing was lost. If nobody put a copy back, have this laptop withdrawn: call your "
          "administrator at once."};
    case Suspicion::kAnotherServer:
      return {
          "Another server than the organisation's answered: the login page of a network, or "
          "somebody on the line",
          "Nothing was sent to it. Log in to the network if it asks for that; else use another "
          "one, and tell your administrator."};
  }
  return {"Something was found by a later release of Sacoche", "Update Sacoche to read what."};
}

std::string WarningLines(const std::set<Suspicion>& suspicions) {
  std::string text;
  for (const Suspicion suspicion : suspicions)
    text += "WARNING: " + std::string(WarningOf(suspicion).what) + ".\n";
  if (!suspicions.empty())
    text += "What to do: see `sacoche warnings`. Your work on this laptop is safe.\n";
  return text;
}

std::string WarningText(const Engine& engine, const Suspicions::Entry& entry) {
  const auto& [what, space, device] = entry.subject;
  const Warning warning = WarningOf(what);
  std::string text = std::string(entry.acknowledged ? "read: " : "NEW:  ") +
                     std::string(warning.what) + ".\n      " + std::string(warning.advice) +
                     "\n      " + LocalTime(ShownTime{entry.last_ms, false});
  if (entry.times > 1)
    text += ", in " + Counted(entry.times, "synchronisation") + " since " +
            LocalTime(ShownTime{entry.first_ms, false});
  if (!space.is_zero()) text += "; space " + OnOneLine(engine.SpaceNameOf(space));
  if (!device.is_zero()) text += "; laptop " + LaptopName(engine, device);
  return text + " [" + std::string(NameOf(what)) + "]\n";
}

Json WarningToJson(const Engine& engine, const Suspicions::Entry& entry) {
  const auto& [what, space, device] = entry.subject;
  const Warning warning = WarningOf(what);
  return {{"kind", NameOf(what)},
          {"what", warning.what},
          {"advice", warning.advice},
          {"space_id", space.is_zero() ? Json(nullptr) : Json(space.ToUuid())},
          {"space", space.is_zero() ? Json(nullptr) : Json(engine.SpaceNameOf(space))},
          {"device_id", device.is_zero() ? Json(nullptr) : Json(device.ToHex())},
          {"device", device.is_zero() ? Json(nullptr) : Json(LaptopName(engine, device))},
          {"times", entry.times},
          {"first_ms", entry.first_ms},
          {"last_ms", entry.last_ms},
          {"acknowledged", entry.acknowledged}};
}

}  // namespace sacoche
