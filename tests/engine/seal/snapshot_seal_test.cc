#include "engine/seal/snapshot_seal.h"

#include <gtest/gtest.h>

#include "tests/support/keys.h"
#include "tests/support/results.h"
#include "tests/support/samples.h"

namespace sacoche {
namespace {

SnapshotIdentity SampleIdentity() {
  return {.space = IdFrom<SpaceId>(0x10),
          .epoch = 2,
          .device = IdFrom<DeviceId>(0x20),
          .id = IdFrom<SnapshotId>(0x30),
          .sequence = 300,
          .history = {1, 2, 3}};
}

const EpochKey& Key() {
  static const EpochKey key = *EpochKey::FromBytes(Bytes(32, 7));
  return key;
}

TEST(SnapshotSeal, APartOpensAsItself) {
  const SnapshotSealer sealer(SampleIdentity(), Key());
  const Bytes plain{1, 2, 3};
  const auto opened = sealer.Open(5, sealer.Seal(5, plain));
  ASSERT_THAT(opened, Succeeds());
  EXPECT_EQ(*opened, plain);
}

TEST(SnapshotSeal, APartDoesNotOpenInAnotherPlace) {
  const Bytes part = SnapshotSealer(SampleIdentity(), Key()).Seal(5, Bytes{1, 2, 3});
  EXPECT_THAT(SnapshotSealer(SampleIdentity(), Key()).Open(4, part),
              FailsWith(ErrorCode::kCorrupt));
  const auto refused_with = [&](const std::function<void(SnapshotIdentity&)>& change) {
    SnapshotIdentity other = SampleIdentity();
    change(other);
    return !SnapshotSealer(other, Key()).Open(5, part).has_value();
  };
  EXPECT_TRUE(refused_with([](auto& other) { other.space.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused_with([](auto& other) { ++other.epoch; }));
  EXPECT_TRUE(refused_with([](auto& other) { other.device.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused_with([](auto& other) { other.id.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused_with([](auto& other) { ++other.sequence; }));
  EXPECT_TRUE(refused_with([](auto& other) { other.history[0] ^= 1; }));
  EXPECT_FALSE(refused_with([](auto&) {}));
}

TEST(SnapshotSeal, NoByteOfAPartCanBeChanged) {
  const SnapshotSealer sealer(SampleIdentity(), Key());
  const Bytes part = sealer.Seal(0, Bytes(20, 9));
  for (std::size_t at = 0; at < part.size(); ++at) {
    Bytes changed = part;
    changed[at] ^= 1;
    EXPECT_THAT(sealer.Open(0, changed), FailsWith(ErrorCode::kCorrupt)) << at;
  }
  EXPECT_THAT(sealer.Open(0, Bytes(15, 0)), FailsWith(ErrorCode::kCorrupt));
}

TEST(SnapshotSeal, ASnapshotHasAKeyOfItsOwn) {
  const SnapshotIdentity identity = SampleIdentity();
  const SecretBytes one = Key().SnapshotKey(identity.space, identity.id);
  const SecretBytes other = Key().SnapshotKey(identity.space, IdFrom<SnapshotId>(0x31));
  const SecretBytes dossier = Key().DossierKey(identity.space, {});
  EXPECT_FALSE(Equal(one.view(), other.view()));
  EXPECT_FALSE(Equal(one.view(), dossier.view()));
}

TEST(SnapshotSeal, TheSignatureCoversIdentityAndEveryPart) {
  SealedSnapshotHead head{SampleIdentity(), {PartHash(Bytes{1}), PartHash(Bytes{2})}, {}};
  SignSnapshot(head, KeyNumber(1));
  EXPECT_TRUE(VerifySnapshot(head, KeyNumber(1).public_key()));
  EXPECT_FALSE(VerifySnapshot(head, KeyNumber(2).public_key()));
  SealedSnapshotHead changed = head;
  std::swap(changed.part_hashes[0], changed.part_hashes[1]);
  EXPECT_FALSE(VerifySnapshot(changed, KeyNumber(1).public_key()));
  changed = head;
  changed.part_hashes.pop_back();
  EXPECT_FALSE(VerifySnapshot(changed, KeyNumber(1).public_key()));
  changed = head;
  ++changed.identity.sequence;
  EXPECT_FALSE(VerifySnapshot(changed, KeyNumber(1).public_key()));
}

}  // namespace
}  // namespace sacoche
