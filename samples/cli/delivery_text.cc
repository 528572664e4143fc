#include "samples/cli/delivery_text.h"

#include <algorithm>

namespace sacoche {
namespace {

// As far as the worst of them.
void Join(Delivery& all, const Delivery& one) {
  all.stage = std::min(all.stage, one.stage);
  all.stored_s = all.stored_s && one.stored_s ? std::max(all.stored_s, one.stored_s) : std::nullopt;
  std::erase_if(all.received_by,
                [&](const DeviceId& device) { return !one.received_by.contains(device); });
}

std::string_view NameOf(Delivery::Stage stage) {
  switch (stage) {
    case Delivery::Stage::kLeft:
      return "left";
    case Delivery::Stage::kRefused:
      return "refused";
    case Delivery::Stage::kHere:
      return "here";
    case Delivery::Stage::kSealed:
      return "sealed";
    case Delivery::Stage::kStored:
      return "stored";
  }
  return "";
}

std::string StageText(const Delivery& delivery) {
  switch (delivery.stage) {
    case Delivery::Stage::kLeft:
      return "on this laptop only, which does not belong to the space any more: nobody receives "
             "it. "
             "Tell your\nadministrator";
    case Delivery::Stage::kRefused:
      return "kept here: the server refused it. Tell your administrator";
    case Delivery::Stage::kHere:
      return "on this laptop only; the next synchronisation sends it";
    case Delivery::Stage::kSealed:
      return "sealed, and not acknowledged by the server; the next synchronisation sends it";
    case Delivery::Stage::kStored:
      return delivery.stored_s
                 ? "stored by the server, " + LocalTime(Hlc::Of(*delivery.stored_s * 1000, 0))
                 : "stored by the server";
  }
  return "";
}

}  // namespace

std::optional<Delivery> DeliveryOfAll(Engine& engine, const std::vector<RecordView>& views) {
  std::optional<Delivery> all;
  for (const RecordView& view : views) {
    const auto one = engine.DeliveryOf(view.head.id);
    // What can be read is shown all the same.
    if (!one) return std::nullopt;
    if (!*one) continue;
    if (all)
      Join(*all, **one);
    else
      all = *one;
  }
  return all;
}

std::string DeliveryText(const Engine& engine, const std::optional<Delivery>& delivery) {
  if (!delivery) return "";
  std::string text = "What you wrote here is " + StageText(*delivery);
  std::string receivers;
  for (const DeviceId& device : delivery->received_by) {
    const Profile profile = engine.ProfileOf(device);
    receivers += (receivers.empty() ? "" : ", ") + OnOneLine(profile.person) + " (" +
                 OnOneLine(profile.device_label) + ")";
  }
  return text + (receivers.empty() ? "" : "; received by " + receivers) + ".\n";
}

Json DeliveryToJson(const std::optional<Delivery>& delivery) {
  if (!delivery) return nullptr;
  Json json = {
      {"stage", NameOf(delivery->stage)},
      {"stored_at",
       delivery->stored_s ? Json(UtcTime(Hlc::Of(*delivery->stored_s * 1000, 0))) : Json(nullptr)},
      {"received_by", Json::array()}};
  for (const DeviceId& device : delivery->received_by)
    json["received_by"].push_back(device.ToHex());
  return json;
}

}  // namespace sacoche
