#pragma once

#include <map>

#include "engine/membership/directory.h"
#include "engine/membership/enrolment_request.h"
#include "engine/sign/http_signature.h"
#include "engine/sign/manifest.h"
#include "engine/wire/envelope.h"
#include "engine/wire/sealed_snapshot.h"
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

// A snapshot as the server sees one: its parts may be anything.
struct TestSnapshot {
  SealedSnapshotHead head;
  std::vector<Bytes> parts;

  static TestSnapshot Of(const TestDevice& device, const SnapshotIdentity& identity,
                         std::size_t parts, std::uint8_t filling = 0x5a) {
    TestSnapshot snapshot{{identity, {}, {}}, {}};
    snapshot.head.identity.device = device.id();
    for (std::size_t i = 0; i < parts; ++i) {
      snapshot.parts.emplace_back(100 + i, filling);
      snapshot.head.part_hashes.push_back(PartHash(snapshot.parts.back()));
    }
    snapshot.head.signature =
        device.key().Sign(SigningPurpose::kSnapshot, EncodeUnsignedHead(snapshot.head));
    return snapshot;
  }

  // The head, and parts from `first` to before `last`.
  [[nodiscard]] std::vector<PushFrame> Frames(std::size_t first, std::size_t last) const {
    std::vector<PushFrame> frames{SnapshotHeadFrame{EncodeSnapshotHead(head)}};
    for (std::size_t i = first; i < last; ++i) frames.push_back(SnapshotPartFrame{i, parts[i]});
    return frames;
  }
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
  Bytes Appoint(const TestDevice& officer, OfficerStatement::Rank rank,
                std::vector<SpaceId> spaces = {}) {
    return ByRoot(OfficerStatement{officer.key().public_key(), rank, std::move(spaces)});
  }
  Bytes Revoke(const TestDevice& device) { return ByRoot(RevocationStatement{device.id()}); }
  Bytes OpenEpoch(const TestDevice& device, const SpaceId& space) {
    return By(device.key(), device.id(), EpochStatement{space, 1, {}, {}, {}});
  }

  Bytes OpenNextEpoch(const TestDevice& device, const SpaceId& space,
                      std::vector<LeaverEnd> leavers) {
    return By(device.key(), device.id(),
              EpochStatement{space, 2, {}, EpochStatement::Succession{{}, std::move(leavers)}, {}});
  }

  Bytes Grant(const TestDevice& device, const GrantStatement& grant) {
    return By(device.key(), device.id(), grant);
  }

  Bytes SayLostKey(const TestDevice& device, const LostKeyStatement& lost) {
    return By(device.key(), device.id(), lost);
  }

  // Everything that two members of one space need before they can push.
  std::vector<Bytes> Start(const SpaceId& space, const TestDevice& first,
                           const TestDevice& second) {
    std::vector<Bytes> statements{Found(), MakeSpace(space)};
    statements.push_back(Admit(first, {space}));
    statements.push_back(Admit(second, {space}));
    statements.push_back(OpenEpoch(first, space));
    statements.push_back(Grant(first, {space, 1, second.id(), {}}));
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
  std::vector<KnownHistoryFrame> known_histories = {};  // after the last cursor
  std::vector<Bytes> envelopes = {};
  std::vector<PushFrame> more = {};  // behind all others
  std::optional<KnownDirectoryFrame> known_directory = {};

  [[nodiscard]] Bytes Encode() const {
    Bytes bytes = EncodeWithoutEnd();
    AppendFrame(bytes, PushFrame(PushEndFrame{}));
    return bytes;
  }
  [[nodiscard]] Bytes EncodeWithoutEnd() const {
    Bytes bytes;
    AppendFrame(bytes, PushFrame(HelloFrame{directory_cursor}));
    if (known_directory) AppendFrame(bytes, PushFrame(*known_directory));
    for (const Bytes& statement : statements)
      AppendFrame(bytes, PushFrame(StatementFrame{statement}));
    for (const CursorFrame& cursor : cursors) AppendFrame(bytes, PushFrame(cursor));
    for (const KnownHistoryFrame& known : known_histories) AppendFrame(bytes, PushFrame(known));
    for (const Bytes& envelope : envelopes) AppendFrame(bytes, PushFrame(EnvelopeFrame{envelope}));
    for (const PushFrame& frame : more) AppendFrame(bytes, frame);
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
  std::vector<HistoryFrame> histories;
  std::vector<AnotherHistoryFrame> other_histories;
  std::vector<ReceiptFrame> receipts;
  std::vector<OwnChainFrame> own_chains;
  std::vector<ChainFrame> chains;
  std::optional<ServerTimeFrame> time;
  std::optional<ServerKeyFrame> server_key;
  std::vector<SpaceRefusedFrame> refused_spaces;
  std::vector<SnapshotOutcomeFrame> snapshot_outcomes;
  std::vector<StoredSnapshotFrame> snapshots;
  std::vector<StoredSnapshotPartFrame> snapshot_parts;
  std::vector<SnapshotCoverFrame> covers;
  bool another_directory = false;
  std::optional<BeginsLateFrame> begins_late;
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
  void Add(const OwnChainFrame& frame) { own_chains.push_back(frame); }
  void Add(const ChainFrame& frame) { chains.push_back(frame); }
  void Add(const ReceiptFrame& frame) { receipts.push_back(frame); }
  void Add(const ServerTimeFrame& frame) { time = frame; }
  void Add(const ServerKeyFrame& frame) { server_key = frame; }
  void Add(const HistoryFrame& frame) { histories.push_back(frame); }
  void Add(const AnotherHistoryFrame& frame) { other_histories.push_back(frame); }
  void Add(const SpaceRefusedFrame& frame) { refused_spaces.push_back(frame); }
  void Add(const SnapshotOutcomeFrame& frame) { snapshot_outcomes.push_back(frame); }
  void Add(const StoredSnapshotFrame& frame) { snapshots.push_back(frame); }
  void Add(const StoredSnapshotPartFrame& frame) { snapshot_parts.push_back(frame); }
  void Add(const SnapshotCoverFrame& frame) { covers.push_back(frame); }
  void Add(const AnotherDirectoryFrame&) { another_directory = true; }
  void Add(const BeginsLateFrame& frame) { begins_late = frame; }
  void Add(const PullEndFrame& frame) { end = frame; }
};

}  // namespace sacoche
