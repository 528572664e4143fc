#pragma once

#include <optional>

#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace sacoche {

// Ciphertext, as it travels and as it is stored. docs: PROTOCOL.md, "Envelope".
//
//   envelope = header item-count item* signature (64)
//   header   = format (1) space (16) epoch device (16) id (16) counter previous (32) seen-head
//              [history (8) directory directory-tag (8)], in format 3
//   item     = handle (8) kind-and-length bytes
//
// kind-and-length is a varint: length × 2 for ciphertext, 1 for an erased item, of which 32 bytes
// of hash remain. The signature covers the header and the hashes of the items (sign/manifest.h).

inline constexpr std::uint8_t kEnvelopeFormat = 1;
inline constexpr std::uint8_t kEnvelopeFormatWithView = 3;  // 2 is unknown in the vectors

using DossierHandle = ByteArray<8>;  // opaque to the server; the same for one dossier in all epochs

// What the server had shown the device when it made the envelope: two devices that are shown
// different things find out.
struct ServerView {
  ByteArray<8> history{};       // tag of the space up to seen_head; zeros: not known
  std::uint64_t directory = 0;  // statements
  ByteArray<8> directory_tag{};

  bool operator==(const ServerView&) const = default;
};

struct EnvelopeHeader {
  SpaceId space;
  std::uint64_t epoch = 0;
  DeviceId device;
  EnvelopeId id;
  std::uint64_t counter = 0;    // of this device in this space, from 1
  ByteArray<32> previous{};     // manifest hash of this device's previous envelope in the space
  std::uint64_t seen_head = 0;  // last server sequence of the space that the device had committed
  std::optional<ServerView> view;  // of format 3

  bool operator==(const EnvelopeHeader&) const = default;
};

struct EnvelopeItem {
  DossierHandle handle{};
  bool erased = false;
  Bytes bytes;  // ciphertext, or the 32-byte item hash of what was erased

  bool operator==(const EnvelopeItem&) const = default;
};

struct Envelope {
  EnvelopeHeader header;
  std::vector<EnvelopeItem> items;
  ByteArray<64> signature{};

  bool operator==(const Envelope&) const = default;
};

[[nodiscard]] Bytes EncodeHeader(const EnvelopeHeader& header);
[[nodiscard]] Bytes EncodeEnvelope(const Envelope& envelope);

// kCorrupt or kLimit; kNewerFormat for another format number. Checks structure, not signatures.
[[nodiscard]] Result<Envelope> DecodeEnvelope(ByteView bytes);

}  // namespace sacoche
