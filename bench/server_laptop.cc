#include "bench/server_laptop.h"

#include "engine/sign/manifest.h"
#include "engine/wire/wire_codec.h"

namespace sacoche::bench {

ServerLaptop::ServerLaptop(std::uint8_t number)
    : key_(std::move(*SigningKey::FromSeed(Bytes(32, number)))),
      id_(DeviceIdOf(key_.public_key())) {}

ServerLaptop::Made ServerLaptop::Next(const SpaceId& space, std::uint64_t number,
                                      std::size_t item_bytes) {
  Envelope envelope;
  envelope.header = {.space = space,
                     .epoch = 1,
                     .device = id_,
                     .id = Numbered<EnvelopeId>(1, number),
                     .counter = ++counter_,
                     .previous = last_,
                     .view = {}};
  envelope.items.push_back({{}, false, Bytes(item_bytes, 0xc5)});
  const Hash256 item = ItemHash(envelope.items[0].handle, envelope.items[0].bytes);
  last_ = ManifestHash(EncodeHeader(envelope.header), {&item, 1});
  envelope.signature = SignManifest(key_, last_);
  return {envelope.header, last_, EncodeEnvelope(envelope)};
}

Bytes ServerLaptop::Say(StatementPayload payload) {
  const SignedStatement said = SignStatement({id_, ++said_, said_last_, std::move(payload)}, key_);
  said_last_ = said.hash;
  return said.bytes;
}

const SigningKey& BenchRoot() {
  static const SigningKey root = std::move(*SigningKey::FromSeed(Bytes(32, 0xee)));
  return root;
}

std::vector<Bytes> FoundOrganisation(const std::vector<ServerSpace>& spaces) {
  std::vector<Bytes> statements;
  Statement next{DeviceId{}, 0, {}, OrganisationStatement{BenchRoot().public_key(), {}}};
  const auto say = [&](StatementPayload payload) {
    next.payload = std::move(payload);
    ++next.counter;
    const SignedStatement said = SignStatement(next, BenchRoot());
    next.previous = said.hash;
    statements.push_back(said.bytes);
  };
  say(OrganisationStatement{BenchRoot().public_key(), {}});
  for (const ServerSpace& space : spaces) {
    say(SpaceStatement{space.id, Bytes(8, 1)});
    for (const ServerLaptop* laptop : space.laptops) {
      AdmissionStatement admission;
      admission.signing_key = laptop->key().public_key();
      admission.spaces = {space.id};
      say(std::move(admission));
    }
  }
  for (const ServerSpace& space : spaces)
    statements.push_back(space.laptops.front()->Say(EpochStatement{space.id, 1, {}, {}, {}}));
  return statements;
}

}  // namespace sacoche::bench
