#pragma once

#include "tests/engine/sync/two_laptops.h"

namespace sacoche {

// Two laptops that exchange files.
class CarryingLaptops : public TwoLaptops {
 protected:
  static CarriedOut Out(TestDeviceEngine& from, const std::set<DeviceId>& readers = {}) {
    auto out = from->CarryOut(readers);
    EXPECT_THAT(out, Succeeds());
    return std::move(*out);
  }
  static CarriedIn In(TestDeviceEngine& to, ByteView file) {
    CarriedIn report;
    EXPECT_THAT(to->CarryIn(file, report), Succeeds());
    return report;
  }
  static CarriedIn Carried(TestDeviceEngine& from, TestDeviceEngine& to) {
    return In(to, Out(from).file);
  }
  // Nobody is accused, nothing waits, all show the same.
  void ExpectAllIsWell(const std::vector<TestDeviceEngine*>& devices) {
    for (TestDeviceEngine* device : devices) {
      device->ExpectWhole();
      EXPECT_EQ(device->Digest(), a->Digest());
      EXPECT_EQ(device->Status().suspicions, 0U);
    }
  }
};

}  // namespace sacoche
