#pragma once

#include <vector>

#include "engine/membership/statement.h"
#include "engine/sign/device_signature.h"
#include "engine/wire/envelope.h"

namespace sacoche::bench {

// As random ids do, they fall anywhere in an index.
template <class Id>
Id Numbered(std::uint8_t kind, std::uint64_t number) {
  ByteArray<Id::kSize> bytes{};
  std::uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15ULL;
  mixed ^= mixed >> 29;
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(mixed >> (8 * i));
  for (std::size_t i = 0; i < 7; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  bytes[8] = kind;
  return Id::FromArray(bytes);
}

// A laptop as the server sees it: what it seals may be anything.
class ServerLaptop {
 public:
  struct Made {
    EnvelopeHeader header;
    Hash256 manifest_hash{};
    Bytes bytes;
  };

  explicit ServerLaptop(std::uint8_t number);

  [[nodiscard]] const SigningKey& key() const { return key_; }
  [[nodiscard]] const DeviceId& id() const { return id_; }

  // The next envelope, of one item of so many bytes. `number`: another for each.
  Made Next(const SpaceId& space, std::uint64_t number, std::size_t item_bytes);
  Bytes Say(StatementPayload payload);

 private:
  SigningKey key_;
  DeviceId id_;
  std::uint64_t counter_ = 0;
  Hash256 last_{};
  std::uint64_t said_ = 0;
  Hash256 said_last_{};
};

// A space and who belongs to it; the first opens its key.
struct ServerSpace {
  SpaceId id;
  std::vector<ServerLaptop*> laptops;
};

// What the bench's organisation signs.
[[nodiscard]] const SigningKey& BenchRoot();
// The statements that make an organisation of these spaces. A laptop belongs to one.
[[nodiscard]] std::vector<Bytes> FoundOrganisation(const std::vector<ServerSpace>& spaces);

}  // namespace sacoche::bench
