#pragma once

#include <vector>

#include "engine/engine.h"
#include "samples/cli/output.h"

namespace sacoche {

// How far what this laptop wrote to these records has come, of all of them together; nothing if it
// wrote nothing to any, or in a damaged store that cannot tell.
[[nodiscard]] std::optional<Delivery> DeliveryOfAll(Engine& engine,
                                                    const std::vector<RecordView>& views);

// One line; empty if there is nothing to say.
[[nodiscard]] std::string DeliveryText(const Engine& engine,
                                       const std::optional<Delivery>& delivery);
// {"stage": "left" | "refused" | "here" | "sealed" | "stored", "stored_at": time or null,
// "received_by": [device ids]}, or null.
[[nodiscard]] Json DeliveryToJson(const std::optional<Delivery>& delivery);

}  // namespace sacoche
