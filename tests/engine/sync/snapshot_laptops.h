#pragma once

#include <gtest/gtest.h>

#include "tests/support/test_team.h"

namespace sacoche {

inline constexpr std::uint64_t kSnapshotAfter = 5;  // envelopes

// Two laptops of one space; the first makes snapshots.
class SnapshotLaptops : public ::testing::Test {
 protected:
  using Device = std::unique_ptr<TestDeviceEngine>;

  void SetUp() override {
    a = Member("A", kSnapshotAfter);
    b = Member("B", sync_limits::kSnapshotAfterEnvelopes);
    team.Sync(*a);  // grants the key
    team.Sync(*b);
    record = (*a)->NewRecordId();
    a->Set(record, kName, Value::Text("Anne"));
  }

  Device Member(const std::string& name, std::uint64_t after_envelopes) {
    Device device = team.NewMember(name);
    device->snapshot_after_envelopes = after_envelopes;
    device->Reopen();
    return device;
  }

  // A's work of some days: one envelope each, and a snapshot when one is due.
  void Work(int envelopes, const std::string& what = "day") {
    for (int i = 0; i < envelopes; ++i) {
      a->Set((*a)->NewRecordId(), kTitle, Value::Text(what + " " + std::to_string(i)));
      a->Set(record, kTitle, Value::Text(what + " " + std::to_string(++day_)));
      made += team.Sync(*a).snapshots_out;
    }
  }

  void Compact() {
    ASSERT_THAT(team.server->store.DropCovered(team.space, {UINT64_MAX}), Succeeds());
  }
  std::uint64_t Dropped() { return *team.server->store.DroppedUpTo(team.space); }

  void ExpectWholeAndEqual(const std::vector<TestDeviceEngine*>& devices) {
    for (TestDeviceEngine* device : devices) {
      EXPECT_EQ(device->Digest(), a->Digest());
      EXPECT_EQ(device->Conflicts(), a->Conflicts());
      device->ExpectWhole();
    }
  }

  TestTeam team;
  Device a;
  Device b;
  RecordId record;
  std::uint64_t made = 0;
  int day_ = 0;
};

}  // namespace sacoche
