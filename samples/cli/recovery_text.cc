#include "samples/cli/recovery_text.h"

namespace sacoche {
namespace {

std::string_view WordOf(RecoveryStatus::Code code) {
  switch (code) {
    case RecoveryStatus::Code::kNone:
      return "none";
    case RecoveryStatus::Code::kWaiting:
      return "waiting";
    case RecoveryStatus::Code::kInForce:
      return "in_force";
  }
  return "none";
}

std::string_view SentenceOf(RecoveryStatus::Code code) {
  switch (code) {
    case RecoveryStatus::Code::kNone:
      return "none; make one with `sacoche recovery-code`";
    case RecoveryStatus::Code::kWaiting:
      return "made, and in force after a synchronisation";
    case RecoveryStatus::Code::kInForce:
      return "in force";
  }
  return "";
}

std::string NoticeText(const Engine& engine, const RecoveryNotice& notice) {
  return "RECOVERY, heard of " + LocalTime(ShownTime{notice.heard_ms, false}) + ": " +
         (notice.by_organisation ? "with the organisation's recovery key, "
                                 : "with a recovery code on paper, ") +
         "the laptop " + LaptopName(engine, notice.device) + "\n  was given the keys of " +
         SpaceNames(engine, notice.spaces) +
         ". If that person knows nothing of it, call your administrator\n  at once. "
         "`sacoche recovery-seen` takes this notice away.\n";
}

}  // namespace

std::string LaptopName(const Engine& engine, const DeviceId& device) {
  const Profile profile = engine.ProfileOf(device);
  return OnOneLine(profile.person) +
         (profile.device_label.empty() ? "" : " (" + OnOneLine(profile.device_label) + ")");
}

std::string SpaceNames(const Engine& engine, const std::vector<SpaceId>& spaces) {
  std::string text;
  for (const SpaceId& space : spaces)
    text += (text.empty() ? "" : ", ") + OnOneLine(engine.SpaceNameOf(space));
  return text;
}

Json SpacesToJson(const Engine& engine, const std::vector<SpaceId>& spaces) {
  Json json = Json::array();
  for (const SpaceId& space : spaces)
    json.push_back({{"id", space.ToUuid()}, {"name", engine.SpaceNameOf(space)}});
  return json;
}

std::string RecoveryText(const Engine& engine, const RecoveryStatus& recovery) {
  std::string text =
      "Recovery code: " + std::string(SentenceOf(recovery.code)) +
      "\nRecovery by the organisation: " + (recovery.organisation ? "set up" : "not set up") + "\n";
  if (recovery.code_was_typed)
    text += "The recovery code of a lost laptop was typed: synchronise to use it.\n";
  for (const RecoveryNotice& notice : recovery.notices) text += NoticeText(engine, notice);
  return text;
}

Json RecoveryToJson(const Engine& engine, const RecoveryStatus& recovery) {
  Json json = {{"code", WordOf(recovery.code)},
               {"organisation", recovery.organisation},
               {"code_typed", recovery.code_was_typed},
               {"notices", Json::array()}};
  for (const RecoveryNotice& notice : recovery.notices) {
    const Profile profile = engine.ProfileOf(notice.device);
    json["notices"].push_back({{"by", notice.by_organisation ? "organisation" : "code"},
                               {"person", profile.person},
                               {"device", profile.device_label},
                               {"device_id", notice.device.ToHex()},
                               {"spaces", SpacesToJson(engine, notice.spaces)},
                               {"heard", UtcTime(Hlc::Of(notice.heard_ms, 0))}});
  }
  return json;
}

}  // namespace sacoche
