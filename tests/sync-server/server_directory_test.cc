#include "sync-server/server_directory.h"

#include "tests/sync-server/sync_fixture.h"

namespace sacoche {
namespace {

class ServerDirectoryTest : public SyncFixture {};

TEST_F(ServerDirectoryTest, IsTheSameAfterARestart) {
  const auto again = ServerDirectory::Load(store_, std::nullopt);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ((*again)->directory().statement_count(), 6U);
  EXPECT_TRUE((*again)->directory().IsMember(b_.id(), space_));
  EXPECT_EQ((*again)->directory().root(), organisation_.root().public_key());
}

TEST_F(ServerDirectoryTest, ReadsALogOfManyPages) {
  for (std::uint8_t i = 0; i < 200; ++i) {
    std::vector<Bytes> statements;
    for (std::uint8_t j = 0; j < 5; ++j) {
      SpaceId space = IdNumber<SpaceId>(i);
      space.bytes[0] = static_cast<std::uint8_t>(j + 1);
      statements.push_back(organisation_.MakeSpace(space));
    }
    ASSERT_TRUE(directory_->Append(statements).has_value());
  }
  const auto again = ServerDirectory::Load(store_, std::nullopt);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ((*again)->directory().spaces().size(), 1001U);
}

TEST_F(ServerDirectoryTest, RefusesTheStoreOfAnotherOrganisationThanTheConfigured) {
  const TestOrganisation other(101);
  const auto refused = ServerDirectory::Load(store_, other.root().public_key());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUntrusted);
  EXPECT_TRUE(ServerDirectory::Load(store_, organisation_.root().public_key()).has_value());
}

TEST_F(ServerDirectoryTest, RefusesAStoreWhoseStatementsWereChanged) {
  const std::vector<NewStatement> garbage{{organisation_.MakeSpace(other_space_), {}}};
  NewStatement changed = garbage.front();
  changed.bytes[changed.bytes.size() - 1] ^= 1;
  ASSERT_TRUE(store_.AppendStatements({&changed, 1}).has_value());
  EXPECT_FALSE(ServerDirectory::Load(store_, std::nullopt).has_value());
}

}  // namespace
}  // namespace sacoche
