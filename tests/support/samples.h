#pragma once

#include "engine/wire/envelope.h"

namespace sacoche {

// An id or array whose bytes count up from `first`.
template <class Array>
Array CountingFrom(std::uint8_t first) {
  Array array{};
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = static_cast<std::uint8_t>(first + i);
  return array;
}

template <class Id>
Id IdFrom(std::uint8_t first) {
  return Id::FromArray(CountingFrom<ByteArray<Id::kSize>>(first));
}

// An envelope with one ciphertext item and one erased item; its signature is made up.
inline Envelope SampleEnvelope() {
  Envelope envelope;
  envelope.header = {.space = IdFrom<SpaceId>(0x10),
                     .epoch = 2,
                     .device = IdFrom<DeviceId>(0x20),
                     .id = IdFrom<EnvelopeId>(0x30),
                     .counter = 300,
                     .previous = CountingFrom<ByteArray<32>>(0x40),
                     .seen_head = 70'000,
                     .view = {}};
  envelope.items.push_back({CountingFrom<DossierHandle>(0x60), false, {1, 2, 3}});
  envelope.items.push_back({CountingFrom<DossierHandle>(0x70), true, Bytes(32, 0xee)});
  envelope.signature = CountingFrom<ByteArray<64>>(0x80);
  return envelope;
}

// The same, by a device that says what the server had shown it.
inline Envelope SampleEnvelopeWithView() {
  Envelope envelope = SampleEnvelope();
  envelope.header.view =
      ServerView{CountingFrom<ByteArray<8>>(0x90), 300, CountingFrom<ByteArray<8>>(0xa0)};
  return envelope;
}

}  // namespace sacoche
