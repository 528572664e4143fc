#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/base/bytes.h"
#include "platform/base/check.h"
#include "platform/base/result.h"

// What libFuzzer, or replay_main.cc in its place, calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace sacoche {

// A decoder of a canonical format refuses, or gives back the very bytes.
inline void CheckCanonical(const Result<Bytes>& reencoded, ByteView bytes) {
  SACOCHE_CHECK(!reencoded.has_value() || Equal(*reencoded, bytes));
}

}  // namespace sacoche
