#pragma once

#include <map>

#include "engine/membership/directory.h"
#include "engine/membership/enrolment_request.h"
#include "engine/sign/http_signature.h"
#include "engine/sign/manifest.h"
#include "engine/wire/envelope.h"
#include "engine/wire/wire_codec.h"
#include "platform/base/check.h"

namespace sacoche {

// Small ids that read well in a failure.
template <class Id>
Id IdNumber(std::uint8_t number) {
  Id id;
  id.bytes.back() = number;
  return id;
}

inline SigningKey TestKey(std::uint8_t number) {
  auto key = SigningKey::FromSeed(Bytes(32, number));
  SACOCHE_CHECK(key.has_value());
  return std::move(*key);
}

// Signs what stands in the envelope; gives its manifest hash.
inline Hash256 SignEnvelope(Envelope& envelope, const SigningKey& key) {
  std::vector<Hash256> items;
  for (const EnvelopeItem& item : envelope.items)
    items.push_back(ItemHash(item.handle, item.bytes));
  const Hash256 hash = ManifestHash(EncodeHeader(envelope.header), items);
  envelope.signature = SignManifest(key, hash);
  return hash;
}

// A device that makes envelopes as the server sees them: the ciphertext may be anything.
class TestDevice {
 public:
  explicit TestDevice(std::uint8_t number)
      : key_(TestKey(number)), id_(DeviceIdOf(key_.public_key())), number_(number) {}

  [[nodiscard]] const SigningKey& key() const { return key_; }
  [[nodiscard]] const DeviceId& id() const { return id_; }
  [[nodiscard]] RequestSigner signer() const { return RequestSigner::Device(id_); }

  // The next one of this device's chain in the space.
  Envelope NextEnvelope(const SpaceId& space, std::size_t ciphertext_bytes = 40) {
    Chain& chain = chains_[space];
    Envelope envelope;
    envelope.header.space = space;
    envelope.header.epoch = 1;
    envelope.header.device = id_;
    envelope.header.id = NextId();
    envelope.header.counter = ++chain.counter;
    envelope.header.previous = chain.hash;
    envelope.items.push_back({{}, false, Bytes(ciphertext_bytes, 0xc5)});
    chain.hash = SignEnvelope(envelope, key_);
    return envelope;
  }

  Bytes NextEnvelopeBytes(const SpaceId& space, std::size_t ciphertext_bytes = 40) {
    return EncodeEnvelope(NextEnvelope(space, ciphertext_bytes));
  }

  [[nodiscard]] EnrolmentRequest enrolment() const {
    return {key_.public_key(), BoxPublicKey{}, Bytes(20, number_)};
  }
  [[nodiscard]] Bytes EnrolmentBytes() const { return SignEnrolmentRequest(enrolment(), key_); }

 private:
  struct Chain {
    std::uint64_t counter = 0;
    Hash256 hash{};
  };

  EnvelopeId NextId() {
    EnvelopeId id = IdNumber<EnvelopeId>(number_);
    ++made_;
    for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(made_ >> (8 * i));
    return id;
  }

  SigningKey key_;
  DeviceId id_;
  std::uint8_t number_;
  std::uint64_t made_ = 0;
  std::map<SpaceId, Chain> chains_;
};

// An organisation's root, and the statements that it and its devices make.
class TestOrganisation {
 public:
  explicit TestOrganisation(std::uint8_t number = 100) : root_(TestKey(number)) {}

  [[nodiscard]] const SigningKey& root() const { return root_; }
  [[nodiscard]] RequestSigner signer() const {
    return RequestSigner::Organisation(root_.public_key());
  }

  Bytes Found() { return ByRoot(OrganisationStatement{root_.public_key(), {}}); }
  Bytes MakeSpace(const SpaceId& space) { return ByRoot(SpaceStatement{space, Bytes(8, 1)}); }
  Bytes Admit(const TestDevice& device, std::vector<SpaceId> spaces) {
    AdmissionStatement admission;
    admission.signing_key = device.key().public_key();
    admission.spaces = std::move(spaces);
    return ByRoot(std::move(admission));
  }
  Bytes OpenEpoch(const TestDevice& device, const SpaceId& space, std::uint64_t epoch = 1) {
    return By(device.key(), device.id(), EpochStatement{space, epoch, {}});
  }

  // Everything that two members of one space need before they can push.
  std::vector<Bytes> Start(const SpaceId& space, const TestDevice& first,
                           const TestDevice& second) {
    std::vector<Bytes> statements{Found(), MakeSpace(space)};
    statements.push_back(Admit(first, {space}));
    statements.push_back(Admit(second, {space}));
    statements.push_back(OpenEpoch(first, space));
    return statements;
  }

 private:
  struct Chain {
    std::uint64_t counter = 0;
    Hash256 hash{};
  };

  Bytes ByRoot(StatementPayload payload) { return By(root_, DeviceId{}, std::move(payload)); }
  Bytes By(const SigningKey& key, const DeviceId& signer, StatementPayload payload) {
    Chain& chain = chains_[signer];
    Statement statement{signer, ++chain.counter, chain.hash, std::move(payload)};
    const SignedStatement made = SignStatement(std::move(statement), key);
    chain.hash = made.hash;
    return made.bytes;
  }

  SigningKey root_;
  std::map<DeviceId, Chain> chains_;
};

// The push that holds these, with its hello and its end.
struct TestPush {
  std::uint64_t directory_cursor = 0;
  std::vector<Bytes> statements = {};
  std::vector<CursorFrame> cursors = {};
  std::vector<Bytes> envelopes = {};

  [[nodiscard]] Bytes Encode() const {
    Bytes bytes = EncodeWithoutEnd();
    AppendFrame(bytes, PushFrame(PushEndFrame{}));
    return bytes;
  }
  [[nodiscard]] Bytes EncodeWithoutEnd() const {
    Bytes bytes;
    AppendFrame(bytes, PushFrame(HelloFrame{directory_cursor}));
    for (const Bytes& statement : statements)
      AppendFrame(bytes, PushFrame(StatementFrame{statement}));
    for (const CursorFrame& cursor : cursors) AppendFrame(bytes, PushFrame(cursor));
    for (const Bytes& envelope : envelopes) AppendFrame(bytes, PushFrame(EnvelopeFrame{envelope}));
    return bytes;
  }
};

// A pull, sorted by kind of frame.
struct TestPull {
  std::vector<DirectoryFrame> directory;
  std::vector<AcknowledgementFrame> acknowledgements;
  std::vector<RefusalFrame> refusals;
  std::vector<StatementOutcomeFrame> outcomes;
  std::vector<StoredEnvelopeFrame> envelopes;
  std::vector<HeadFrame> heads;
  std::vector<SpaceRefusedFrame> refused_spaces;
  std::optional<PullEndFrame> end;

  // Whole frames only; a malformed one stops the test program.
  static TestPull Decode(ByteView bytes) {
    TestPull pull;
    FrameSplitter splitter;
    splitter.Feed(bytes);
    while (true) {
      const auto raw = splitter.Next();
      SACOCHE_CHECK(raw.has_value());
      if (!*raw) return pull;
      const auto frame = DecodePullFrame(**raw);
      SACOCHE_CHECK(frame.has_value());
      std::visit([&](const auto& known) { pull.Add(known); }, *frame);
    }
  }

 private:
  void Add(const DirectoryFrame& frame) { directory.push_back(frame); }
  void Add(const AcknowledgementFrame& frame) { acknowledgements.push_back(frame); }
  void Add(const RefusalFrame& frame) { refusals.push_back(frame); }
  void Add(const StatementOutcomeFrame& frame) { outcomes.push_back(frame); }
  void Add(const StoredEnvelopeFrame& frame) { envelopes.push_back(frame); }
  void Add(const HeadFrame& frame) { heads.push_back(frame); }
  void Add(const SpaceRefusedFrame& frame) { refused_spaces.push_back(frame); }
  void Add(const PullEndFrame& frame) { end = frame; }
};

}  // namespace sacoche
