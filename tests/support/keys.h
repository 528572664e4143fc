#pragma once

#include "engine/sign/device_signature.h"
#include "platform/base/check.h"

namespace sacoche {

// The same key pair in every run; different numbers give different keys.
inline SigningKey KeyNumber(std::uint8_t number) {
  auto key = SigningKey::FromSeed(Bytes(32, number));
  SACOCHE_CHECK(key.has_value());
  return std::move(*key);
}

}  // namespace sacoche
