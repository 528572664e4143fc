#include "engine/membership/directory_copy.h"

#include "tests/support/results.h"
#include "tests/support/sample_statements.h"

namespace sacoche {
namespace {

TEST(DirectoryCopyFormat, WhatIsWrittenIsRead) {
  const DirectoryCopy copy = SampleDirectoryCopy();
  const auto read = DecodeDirectoryCopy(EncodeDirectoryCopy(copy));
  ASSERT_THAT(read, Succeeds());
  EXPECT_EQ(*read, copy);
  EXPECT_EQ(*DecodeDirectoryCopy(EncodeDirectoryCopy({})), DirectoryCopy{});
}

TEST(DirectoryCopyFormat, NoPartOfItAndNothingAlteredIsRead) {
  const Bytes whole = EncodeDirectoryCopy(SampleDirectoryCopy());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(DecodeDirectoryCopy(ByteView(whole).first(size))) << size;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes altered = whole;
    altered[at] ^= 1;
    EXPECT_FALSE(DecodeDirectoryCopy(altered)) << at;
  }
}

TEST(DirectoryCopyFormat, ANewerFormatIsNamed) {
  Bytes newer = EncodeDirectoryCopy({});
  newer[16] = 2;
  EXPECT_THAT(DecodeDirectoryCopy(newer), FailsWith(ErrorCode::kNewerFormat));
}

}  // namespace
}  // namespace sacoche
