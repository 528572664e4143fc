#pragma once

#include "engine/seal/envelope_seal.h"
#include "engine/store/store.h"
#include "engine/sync/device_identity.h"
#include "tests/support/test_team.h"

namespace sacoche {

// A laptop in the hands of somebody who has a program of his own: with its keys he says to the
// server what he likes. Its engine is closed.
class LyingLaptop {
 public:
  LyingLaptop(TestTeam& team, TestDeviceEngine& laptop) : team_(team), keys_(KeysOf(laptop)) {}

  [[nodiscard]] DeviceId device() const { return keys_.device(); }

  // Whether the server took it.
  bool Say(StatementPayload payload) {
    const Directory& directory = team_.server->directory->directory();
    const DeviceId self = device();
    const Bytes said = SignStatement({self, directory.NextCounter(self), directory.LastHash(self),
                                      std::move(payload)},
                                     keys_.signing_key)
                           .bytes;
    const auto outcomes = team_.server->directory->Append({&said, 1});
    return outcomes && !outcomes->front().problem;
  }

  // Its first envelope, which no key opens.
  void WriteWhatNobodyCanOpen(std::uint64_t epoch, const RecordId& record) {
    ASSERT_EQ(team_.server->store.ChainCounter(team_.space, device()).value(), 0U);
    const EnvelopeHeader header{team_.space, epoch, device(), EnvelopeId::FromArray({7}),
                                1,           {},    0,        {}};
    const auto sealed =
        SealEnvelope(header, {{record, Bytes(50, 1)}}, EpochKey::Generate(), keys_.signing_key);
    const NewEnvelope stored{header, sealed->manifest_hash, sealed->bytes, 1};
    ASSERT_THAT(team_.server->store.AppendEnvelopes({&stored, 1}), Succeeds());
  }

 private:
  static DeviceIdentity KeysOf(TestDeviceEngine& laptop) {
    laptop.Close();
    const auto store = Store::Open(laptop.path());
    return std::move(**DeviceIdentity::Load(**store));
  }

  TestTeam& team_;
  DeviceIdentity keys_;
};

}  // namespace sacoche
