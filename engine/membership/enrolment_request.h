#pragma once

#include "engine/membership/statement.h"

namespace sacoche {

// What a new device asks with, before anybody knows it:
//
//   request = version (1) signing_key (32) box_key (32) sealed_profile (sized) signature (64)
//
// It is signed with the key that it presents, so nobody can ask in another device's name. The
// profile (person, device label) is sealed to the organisation's root: the server cannot read it.
struct EnrolmentRequest {
  SigningPublicKey signing_key{};
  BoxPublicKey box_key{};
  Bytes sealed_profile;

  [[nodiscard]] DeviceId device() const { return DeviceIdOf(signing_key); }
  bool operator==(const EnrolmentRequest&) const = default;
};

inline constexpr std::uint8_t kEnrolmentVersion = 1;
inline constexpr std::size_t kEnrolmentRequestBytesMax = 1024;

[[nodiscard]] Bytes SignEnrolmentRequest(const EnrolmentRequest& request, const SigningKey& key);

// kUntrusted if the signature is not by the presented key.
[[nodiscard]] Result<EnrolmentRequest> DecodeEnrolmentRequest(ByteView bytes);

}  // namespace sacoche
