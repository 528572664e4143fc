#pragma once

#include "engine/membership/directory.h"
#include "tests/support/keys.h"
#include "tests/support/samples.h"

namespace sacoche {

// Somebody who makes statements: numbers and chains them as a well-behaved signer does.
class Signer {
 public:
  static Signer Root() { return Signer(1, DeviceId{}); }
  static Signer Device(std::uint8_t key_number) {
    return Signer(key_number, DeviceIdOf(KeyNumber(key_number).public_key()));
  }

  SignedStatement Say(StatementPayload payload) {
    SignedStatement statement =
        SignStatement({id_, ++counter_, previous_, std::move(payload)}, *key_);
    previous_ = statement.hash;
    return statement;
  }

  [[nodiscard]] const DeviceId& id() const { return id_; }
  [[nodiscard]] const SigningKey& key() const { return *key_; }

 private:
  Signer(std::uint8_t key_number, const DeviceId& id)
      : key_(std::make_shared<SigningKey>(KeyNumber(key_number))), id_(id) {}

  // Shared, so that a copy can try a statement without advancing the original's chain.
  std::shared_ptr<const SigningKey> key_;
  DeviceId id_;
  std::uint64_t counter_ = 0;
  Hash256 previous_{};
};

inline OrganisationStatement OrganisationOf(const Signer& root) {
  return {root.key().public_key(), CountingFrom<BoxPublicKey>(0x50)};
}

inline AdmissionStatement AdmissionOf(const Signer& device, std::vector<SpaceId> spaces) {
  return {device.key().public_key(),
          CountingFrom<BoxPublicKey>(0x60),
          Role::kIntervenant,
          std::move(spaces),
          CountingFrom<SealedKey>(0x70),
          CopyOf(ViewOf("sealed profile")),
          {}};
}

}  // namespace sacoche
