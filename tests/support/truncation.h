#pragma once

#include <gtest/gtest.h>

#include "platform/base/bytes.h"

namespace sacoche {

// A whole encoding is accepted, everything shorter or longer is refused.
template <class Decode>
void ExpectOnlyTheWholeDecodes(const Bytes& whole, const Decode& decode) {
  ASSERT_TRUE(decode(ByteView(whole)).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode(ByteView(whole).first(size)).has_value()) << "cut after " << size;
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(decode(ByteView(longer)).has_value()) << "with a byte after its end";
}

}  // namespace sacoche
