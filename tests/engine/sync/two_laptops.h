#pragma once

#include <gtest/gtest.h>

#include "tests/support/test_team.h"

namespace sacoche {

// Two laptops of one space, with one record that both hold.
class TwoLaptops : public ::testing::Test {
 protected:
  void SetUp() override {
    a = team.NewMember("A");
    b = team.NewMember("B");
    team.Sync(*a);  // grants the key
    team.Sync(*b);
    record = (*a)->NewRecordId();
    a->Set(record, kName, Value::Text("Anne"));
    SyncBoth();
  }

  void SyncBoth() {
    team.Sync(*a);
    team.Sync(*b);
    team.Sync(*a);
  }

  TestTeam team;
  std::unique_ptr<TestDeviceEngine> a;
  std::unique_ptr<TestDeviceEngine> b;
  RecordId record;
};

}  // namespace sacoche
