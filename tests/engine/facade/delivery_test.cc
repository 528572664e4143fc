// How far what was written here has come.

#include "tests/engine/sync/carrying_laptops.h"

namespace sacoche {
namespace {

using Stage = Delivery::Stage;

class DeliveryTest : public CarryingLaptops {
 protected:
  Delivery Of(TestDeviceEngine& device) {
    const auto delivery = device->DeliveryOf(record);
    EXPECT_THAT(delivery, Succeeds());
    EXPECT_TRUE(delivery->has_value());
    return delivery->value_or(Delivery());
  }
};

TEST_F(DeliveryTest, GoesFromTheLaptopToTheServerToTheColleague) {
  a->Set(record, kTitle, Value::Text("Un"));
  EXPECT_EQ(Of(*a).stage, Stage::kHere);
  EXPECT_FALSE(Of(*a).stored_s.has_value());

  team.http.CutAfter(100);
  SyncReport report;
  EXPECT_THAT((*a)->Sync(team.http, report), FailsWith(ErrorCode::kNetwork));
  EXPECT_EQ(Of(*a).stage, Stage::kSealed);
  EXPECT_FALSE(Of(*a).stored_s.has_value());

  team.http.Mend();
  team.Sync(*a);
  EXPECT_EQ(Of(*a).stage, Stage::kStored);
  EXPECT_EQ(Of(*a).stored_s, team.server_clock.NowMs() / 1000);
  EXPECT_TRUE(Of(*a).received_by.empty());

  // Whoever only reads says nothing of it.
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_TRUE(Of(*a).received_by.empty());
  b->Set(record, kCount, Value::Integer(1));
  team.Sync(*b);
  team.Sync(*a);
  EXPECT_EQ(Of(*a).received_by, (std::set<DeviceId>{(*b)->device()}));
}

TEST_F(DeliveryTest, WhatIsWrittenAfterwardsBeginsAnew) {
  b->Set(record, kCount, Value::Integer(1));
  SyncBoth();
  team.Sync(*b);
  team.Sync(*a);
  a->Set(record, kTitle, Value::Text("Un"));
  EXPECT_EQ(Of(*a).stage, Stage::kHere);
  EXPECT_TRUE(Of(*a).received_by.empty());
  // The colleague writes without having seen it.
  b->Set(record, kCount, Value::Integer(2));
  team.Sync(*a);
  EXPECT_EQ(Of(*a).stage, Stage::kStored);
  team.Sync(*b);  // sent what it had sealed before it read
  team.Sync(*a);
  EXPECT_TRUE(Of(*a).received_by.empty());
}

// A sequence is one of a history.
TEST_F(DeliveryTest, AfterTheServerWasPutBackNobodyIsSaidToHaveWhatHeDidNotSee) {
  const MemoryEnvelopeStore backup = team.server->store;
  for (int i = 0; i < 20; ++i) {
    b->Set(record, kCount, Value::Integer(i));
    team.Sync(*b);
  }
  team.Sync(*b);
  b->Set(record, kCount, Value::Integer(100));
  team.Sync(*b);  // says how far it had read
  team.Sync(*a);
  team.RestoreServer(backup);
  a->Set(record, kTitle, Value::Text("Un"));
  team.Sync(*a);
  team.Sync(*a);
  EXPECT_EQ(Of(*a).stage, Stage::kStored);
  EXPECT_TRUE(Of(*a).received_by.empty());
}

TEST_F(DeliveryTest, NothingIsSaidOfWhatOthersWroteOrOfWhatIsNotThere) {
  EXPECT_FALSE((*b)->DeliveryOf(record)->has_value());
  EXPECT_FALSE((*a)->DeliveryOf((*a)->NewRecordId())->has_value());
}

TEST_F(DeliveryTest, WhatCannotLeaveAnyMoreIsSaidToStay) {
  const SpaceId other = *team.organisation.AddSpace("other");
  a->Set(record, kLevel, Value::OfCode("GRAVE"));
  EXPECT_TRUE(*(*a)->HasProtectionWaiting());
  ASSERT_THAT(team.organisation.Move((*a)->device(), Role::kIntervenant, {other}), Succeeds());
  team.Sync(*a);
  EXPECT_EQ(Of(*a).stage, Stage::kLeft);
  EXPECT_FALSE(Of(*a).stored_s.has_value());
  EXPECT_FALSE(*(*a)->HasProtectionWaiting()) << "no synchronisation sends it";
}

TEST_F(DeliveryTest, AColleaguesFileTellsWhatItHolds) {
  a->Set(record, kTitle, Value::Text("Un"));
  Carried(*a, *b);
  EXPECT_EQ(Of(*a).stage, Stage::kSealed);
  EXPECT_TRUE(Of(*a).received_by.empty());
  Carried(*b, *a);
  EXPECT_EQ(Of(*a).stage, Stage::kSealed) << "the server has not got it";
  EXPECT_EQ(Of(*a).received_by, (std::set<DeviceId>{(*b)->device()}));
}

}  // namespace
}  // namespace sacoche
