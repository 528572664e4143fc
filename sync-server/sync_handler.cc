#include "sync-server/sync_handler.h"

#include "engine/sign/manifest.h"
#include "sync-server/envelope_manifest.h"
#include "sync-server/server_limits.h"

namespace sacoche {
namespace {

tl::unexpected<Refusal> Malformed(std::string title) {
  return Refuse(ProblemType::kMalformed, std::move(title));
}

tl::unexpected<Refusal> TooMany(const char* what) {
  return Refuse(ProblemType::kTooLarge, std::string("A push may not hold so many ") + what + ".");
}

// The store's own words name the disk; the peer only needs to know that it may try again.
tl::unexpected<Refusal> StorageProblem() {
  return Refuse(ProblemType::kStorage, "The server could not store this; try again later.");
}

}  // namespace

OrProblem<void> SyncHandler::Feed(ByteView piece) {
  request_hash_.Add(piece);
  splitter_.Feed(piece);
  auto taken = TakeFrames();
  // Statements wait for nothing: the next request may build on them.
  auto committed = taken ? CommitStatements() : CommitAll();
  if (!taken) return taken;
  return committed;
}

OrProblem<void> SyncHandler::TakeFrames() {
  while (true) {
    auto raw = splitter_.Next();
    if (!raw) return Refuse(raw.error());
    if (!*raw) return {};
    auto frame = DecodePushFrame(**raw);
    if (!frame) return Refuse(frame.error());
    if (auto taken = Take(std::move(*frame)); !taken) return taken;
  }
}

OrProblem<void> SyncHandler::Take(PushFrame frame) {
  const auto* hello = std::get_if<HelloFrame>(&frame);
  if ((hello != nullptr) != (push_state_ == PushState::kStart))
    return Malformed("A push begins with one hello frame.");
  if (push_state_ == PushState::kEnded) return Malformed("A frame follows the end frame.");
  if (hello != nullptr) return TakeHello(*hello);
  if (auto* statement = std::get_if<StatementFrame>(&frame))
    return TakeStatement(std::move(*statement));
  if (const auto* cursor = std::get_if<CursorFrame>(&frame)) return TakeCursor(*cursor);
  if (const auto* known = std::get_if<KnownHistoryFrame>(&frame)) return TakeKnownHistory(*known);
  if (const auto* known = std::get_if<KnownDirectoryFrame>(&frame)) {
    knows_another_directory_ = rooms_.directory.order().TagAt(known->statements) != known->tag;
    return {};
  }
  if (const auto* known = std::get_if<KnownSnapshotFrame>(&frame)) return TakeKnownSnapshot(*known);
  if (const auto* head = std::get_if<SnapshotHeadFrame>(&frame)) return TakeSnapshotHead(*head);
  if (const auto* part = std::get_if<SnapshotPartFrame>(&frame)) return TakeSnapshotPart(*part);
  if (auto* envelope = std::get_if<EnvelopeFrame>(&frame))
    return TakeEnvelope(std::move(*envelope));
  push_state_ = PushState::kEnded;
  return {};
}

OrProblem<void> SyncHandler::TakeHello(const HelloFrame& hello) {
  push_state_ = PushState::kOpen;
  directory_cursor_ = hello.directory_cursor;
  knows_less_ = directory_cursor_ < rooms_.directory.directory().statement_count();
  return {};
}

OrProblem<void> SyncHandler::TakeStatement(StatementFrame frame) {
  if (statement_count_ == limits::kRequestStatementsMax) return TooMany("statements");
  if (statement_count_ == 0)
    if (auto claim = CheckClaim(frame.statement); !claim) return claim;
  ++statement_count_;
  statements_.push_back(std::move(frame.statement));
  return {};
}

OrProblem<void> SyncHandler::CheckClaim(ByteView first_statement) const {
  if (rooms_.directory.directory().has_organisation()) return {};
  const auto decoded = DecodeStatement(first_statement);
  const auto* organisation =
      decoded ? std::get_if<OrganisationStatement>(&decoded->statement.payload) : nullptr;
  if (organisation != nullptr && signer_.kind == RequestSigner::Kind::kOrganisation &&
      organisation->root_signing_key == signer_.organisation)
    return {};
  return Refuse(ProblemType::kWrongOrganisation,
                "This server serves no organisation yet; send the organisation's statement first.");
}

OrProblem<void> SyncHandler::TakeCursor(const CursorFrame& cursor) {
  if (cursors_.size() == limits::kRequestSpacesMax) return TooMany("cursors");
  cursors_.push_back(cursor);
  return {};
}

OrProblem<void> SyncHandler::TakeKnownHistory(const KnownHistoryFrame& known) {
  if (cursors_.empty() || !known_histories_.try_emplace(cursors_.size() - 1, known).second)
    return Malformed("A known history follows one cursor.");
  return {};
}

OrProblem<void> SyncHandler::TakeEnvelope(EnvelopeFrame frame) {
  if (envelope_count_ == limits::kRequestEnvelopesMax) return TooMany("envelopes");
  ++envelope_count_;
  // The envelope may rest on a statement of this very push.
  if (auto committed = CommitStatements(); !committed) return committed;
  const auto envelope = DecodeEnvelope(frame.envelope);
  if (!envelope) return Refuse(envelope.error());
  const Hash256 manifest_hash = ManifestHashOf(*envelope);
  if (const auto problem = Judge(*envelope, manifest_hash)) {
    RefuseEnvelope(envelope->header.id, *problem);
    return {};
  }
  const auto has_room = HasRoomFor(envelope->header, frame.envelope.size());
  if (!has_room) return Refuse(has_room.error());
  if (!*has_room) {
    RefuseEnvelope(envelope->header.id, ProblemType::kStorage);
    return {};
  }
  if (rooms_.usage != nullptr) rooms_.usage->Add(envelope->header.space, frame.envelope.size());
  envelope_bytes_ += frame.envelope.size();
  envelopes_.push_back(
      {envelope->header, manifest_hash, std::move(frame.envelope), rooms_.clock.NowMs() / 1000});
  if (envelope_bytes_ < kCommitBytesTarget && envelopes_.size() < kCommitEnvelopesMax) return {};
  return CommitEnvelopes();
}

OrProblem<bool> SyncHandler::HasRoom(const SpaceId& space, std::uint64_t bytes) {
  if (rooms_.usage == nullptr) return true;
  const auto has_room = rooms_.usage->HasRoom(space, bytes);
  if (!has_room) return StorageProblem();
  if (!*has_room && rooms_.metrics != nullptr) rooms_.metrics->Refuse(LimitName::kSpaceBytes);
  return *has_room;
}

// Of a full space, what is stored already is acknowledged as ever. Behind one that was refused, the
// next would have no place in its chain, and its device would look for a fork that there is not.
OrProblem<bool> SyncHandler::HasRoomFor(const EnvelopeHeader& header, std::uint64_t bytes) {
  const auto has_room =
      full_spaces_.contains(header.space) ? OrProblem<bool>(false) : HasRoom(header.space, bytes);
  if (!has_room || *has_room) return has_room;
  const auto known = rooms_.store.Knows(header.space, header.id);
  if (!known) return StorageProblem();
  if (!*known) full_spaces_.insert(header.space);
  return *known;
}

std::optional<ProblemType> SyncHandler::Judge(const Envelope& envelope,
                                              const Hash256& manifest_hash) const {
  const EnvelopeHeader& header = envelope.header;
  const Directory& directory = rooms_.directory.directory();
  if (signer_.kind == RequestSigner::Kind::kOrganisation) return ProblemType::kNotMember;
  // Whoever is in the space may bring what a colleague made and this server forgot.
  if (const auto problem = WhyNotMember(signer_.device, header.space)) return problem;
  if (!directory.WasEverMember(header.device, header.space)) return ProblemType::kBadSignature;
  const LeaverEnd* end = directory.FindEnd(header.space, header.device);
  if (end != nullptr && header.counter > end->counter) return ProblemType::kRevoked;
  const EpochKey epoch{header.space, header.epoch};
  // Sealed under a key that lost the race for its epoch, or may have: nobody could open it.
  if (knows_another_directory_ || lost_epochs_.contains(epoch)) return ProblemType::kConflict;
  const bool is_said = !directory.FindLostKeys(header.space, header.epoch).empty();
  if (directory.FindEpoch(header.space, header.epoch) == nullptr && !is_said)
    return ProblemType::kConflict;
  const SigningPublicKey& key = directory.FindMember(header.device)->admission.signing_key;
  if (!VerifyManifest(key, manifest_hash, envelope.signature)) return ProblemType::kBadSignature;
  if (header.device == signer_.device && !is_said && IsKeyOfItsMaker(header))
    return ProblemType::kConflict;
  return std::nullopt;
}

// A key that nobody else holds may be lost with its maker. Whoever knows the directory says or
// grants it first, unless that was refused in this push.
bool SyncHandler::IsKeyOfItsMaker(const EnvelopeHeader& header) const {
  const Directory& directory = rooms_.directory.directory();
  if (!directory.IsKeyHeld(header.space, header.epoch)) return true;
  if (directory.NewestHeldBesides(header.space, header.device) >= header.epoch) return false;
  const bool is_alone = directory.MembersOf(header.space).size() == 1 &&
                        directory.RecoveryKeysOf(header.space).empty();
  return !is_alone && (ungranted_.contains(header.space) || knows_less_);
}

std::optional<ProblemType> SyncHandler::WhyNotMember(const DeviceId& device,
                                                     const SpaceId& space) const {
  const Directory& directory = rooms_.directory.directory();
  if (directory.IsMember(device, space)) return std::nullopt;
  if (directory.FindMember(device) == nullptr) return ProblemType::kUnknownDevice;
  return directory.IsRevoked(device) ? ProblemType::kRevoked : ProblemType::kNotMember;
}

void SyncHandler::RefuseEnvelope(const EnvelopeId& id, ProblemType problem) {
  ++counts_.envelopes_refused;
  if (rooms_.metrics != nullptr) ++rooms_.metrics->envelopes_refused[problem];
  Answer(RefusalFrame{id, problem});
}

OrProblem<void> SyncHandler::CommitStatements() {
  if (statements_.empty()) return {};
  const std::uint64_t first = statement_count_ - statements_.size();
  const auto outcomes = rooms_.directory.Append(statements_, refused_);
  statements_.clear();
  if (!outcomes) return StorageProblem();
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    const ServerDirectory::Outcome& outcome = (*outcomes)[i];
    Answer(StatementOutcomeFrame{first + i, outcome.problem});
    if (!outcome.problem) ++counts_.statements;
    if (!outcome.problem || !outcome.statement) continue;
    const StatementPayload& said = outcome.statement->statement.payload;
    if (const auto* epoch = std::get_if<EpochStatement>(&said))
      lost_epochs_.insert({epoch->space, epoch->epoch});
    if (const auto* lost = std::get_if<LostKeyStatement>(&said))
      lost_epochs_.insert({lost->space, lost->epoch});
    if (const auto* grant = std::get_if<GrantStatement>(&said)) ungranted_.insert(grant->space);
  }
  return {};
}

OrProblem<void> SyncHandler::CommitEnvelopes() {
  if (envelopes_.empty()) return {};
  const std::vector<NewEnvelope> batch = TakeUncommitted();
  const auto began = std::chrono::steady_clock::now();
  const auto outcomes = rooms_.store.AppendEnvelopes(batch);
  if (rooms_.metrics != nullptr)
    rooms_.metrics->commits.Add(std::chrono::steady_clock::now() - began);
  return Committed(batch, outcomes);
}

std::vector<NewEnvelope> SyncHandler::TakeUncommitted() {
  envelope_bytes_ = 0;
  return std::exchange(envelopes_, {});
}

OrProblem<void> SyncHandler::Committed(std::span<const NewEnvelope> batch,
                                       const Result<std::vector<AppendOutcome>>& outcomes) {
  if (!outcomes) {
    for (const NewEnvelope& envelope : batch) GiveBackRoom(envelope);
    return StorageProblem();
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const EnvelopeId& id = batch[i].header.id;
    const AppendOutcome& outcome = (*outcomes)[i];
    if (outcome.kind != AppendOutcome::Kind::kStored) GiveBackRoom(batch[i]);
    if (outcome.kind == AppendOutcome::Kind::kForked) {
      RefuseEnvelope(id, ProblemType::kForkedChain);
      continue;
    }
    ++(outcome.kind == AppendOutcome::Kind::kStored ? counts_.envelopes_stored
                                                    : counts_.envelopes_repeated);
    AddReceipt(outcomes_, outcome.received_s);
    Answer(AcknowledgementFrame{id, outcome.sequence});
  }
  return {};
}

void SyncHandler::GiveBackRoom(const NewEnvelope& envelope) {
  if (rooms_.usage != nullptr) rooms_.usage->Release(envelope.header.space, envelope.bytes.size());
}

OrProblem<void> SyncHandler::CommitAll() {
  if (auto committed = CommitStatements(); !committed) return committed;
  return CommitEnvelopes();
}

OrProblem<void> SyncHandler::FinishPush() {
  if (auto committed = CommitAll(); !committed) return committed;
  EndSnapshot();
  if (push_state_ != PushState::kEnded || !splitter_.empty())
    return Malformed("The push was cut: it does not end with its end frame.");
  // A root that claimed nothing has nothing to read here.
  if (!rooms_.directory.directory().has_organisation())
    return Refuse(ProblemType::kWrongOrganisation, "This server serves no organisation yet.");
  if (signer_.kind == RequestSigner::Kind::kOrganisation &&
      rooms_.directory.directory().root() != signer_.organisation)
    return Refuse(ProblemType::kWrongOrganisation, "This server serves another organisation.");
  return {};
}

void SyncHandler::Cut() {
  // Nobody is left to tell; the device sends again what was not acknowledged.
  if (auto committed = CommitAll(); !committed) return;
}

OrProblem<Bytes> SyncHandler::NextChunk() {
  Bytes chunk;
  while (chunk.empty() && pull_state_ != PullState::kDone) {
    OrProblem<void> added;
    switch (pull_state_) {
      case PullState::kDirectory:
        added = AddDirectory(chunk);
        break;
      case PullState::kTime:
        AddTime(chunk);
        break;
      case PullState::kOutcomes:
        chunk = std::exchange(outcomes_, {});
        pull_state_ = PullState::kSpaces;
        break;
      case PullState::kSpaces:
        added = AddSpace(chunk);
        break;
      default:
        AddEnd(chunk);
    }
    if (!added) return Refuse(std::move(added).error());
  }
  bytes_sent_ += chunk.size();
  return chunk;
}

// A device that was withdrawn is told so, in the words of whoever did it, and nothing that was said
// afterwards.
OrProblem<void> SyncHandler::AddDirectory(Bytes& chunk) {
  if (std::exchange(knows_another_directory_, false)) {
    AppendFrame(chunk, PullFrame(AnotherDirectoryFrame{}));
    directory_cursor_ = 0;
  }
  const Member* self = rooms_.directory.directory().FindMember(signer_.device);
  const std::uint64_t last = self != nullptr && self->revoked ? self->revoked_by : UINT64_MAX;
  const auto page = rooms_.store.ReadStatements(directory_cursor_,
                                                {kAnswerChunkBytesTarget, kAnswerChunkRowsMax});
  if (!page) return StorageProblem();
  for (const Bytes& statement : *page)
    if (directory_cursor_ < last)
      AppendFrame(chunk, PullFrame(DirectoryFrame{++directory_cursor_, statement}));
  if (page->empty() || directory_cursor_ >= last) pull_state_ = PullState::kTime;
  return {};
}

// After the directory, which names the key.
void SyncHandler::AddTime(Bytes& chunk) {
  pull_state_ = PullState::kOutcomes;
  if (rooms_.time_key == nullptr) return;
  if (signer_.kind == RequestSigner::Kind::kOrganisation)
    AppendFrame(chunk, PullFrame(ServerKeyFrame{rooms_.time_key->public_key()}));
  const std::uint64_t now_ms = rooms_.clock.NowMs();
  const Signature signature = SignServerTime(*rooms_.time_key, request_hash_.Finish(), now_ms);
  AppendFrame(chunk, PullFrame(ServerTimeFrame{now_ms, signature}));
}

void SyncHandler::AddReceipt(Bytes& frames, std::uint64_t received_s) {
  if (std::exchange(last_receipt_s_, received_s) == received_s) return;
  AppendFrame(frames, PullFrame(ReceiptFrame{received_s}));
}

OrProblem<void> SyncHandler::AddSpace(Bytes& chunk) {
  if (next_space_ == cursors_.size()) {
    pull_state_ = PullState::kEnd;
    return {};
  }
  const SpaceId& space = cursors_[next_space_].space;
  if (!MayRead(space)) {
    EndOfSpace();
    const bool is_root = signer_.kind == RequestSigner::Kind::kOrganisation;
    const auto why = is_root ? std::nullopt : WhyNotMember(signer_.device, space);
    AppendFrame(chunk, PullFrame(SpaceRefusedFrame{space, why.value_or(ProblemType::kNotMember)}));
    return {};
  }
  if (!std::exchange(space_begun_, true)) return BeginSpace(chunk);
  if (IsLongEnough()) return EndSpace(chunk);
  return giving_ ? AddSnapshotPart(chunk) : AddEnvelopes(chunk);
}

// Asked once for each space: before its first envelope.
OrProblem<bool> SyncHandler::KnowsAnotherHistory() {
  const auto known = known_histories_.extract(next_space_);
  if (known.empty()) return false;
  const auto ours = rooms_.store.HistoryAt(cursors_[next_space_].space, known.mapped().sequence);
  if (!ours) return StorageProblem();
  return *ours != known.mapped().tag;
}

OrProblem<void> SyncHandler::AddHistory(Bytes& chunk, const SpaceId& space,
                                        std::uint64_t sequence) {
  const auto tag = rooms_.store.HistoryAt(space, sequence);
  if (!tag) return StorageProblem();
  if (*tag != HistoryTag{}) AppendFrame(chunk, PullFrame(HistoryFrame{*tag}));
  return {};
}

OrProblem<void> SyncHandler::AddChains(Bytes& chunk, const SpaceId& space) {
  const auto ends = rooms_.store.ChainEnds(space);
  if (!ends) return StorageProblem();
  for (const auto& [device, end] : *ends)
    AppendFrame(chunk, PullFrame(ChainFrame{device, end.counter}));
  return {};
}

OrProblem<void> SyncHandler::AddHead(Bytes& chunk, const HeadFrame& head) {
  const bool recalls = cursors_[next_space_].from == CursorFrame::From::kEverybody;
  if (recalls && !head.more)
    if (auto added = AddChains(chunk, head.space); !added) return added;
  EndOfSpace();
  AppendFrame(chunk, PullFrame(head));
  if (auto added = AddHistory(chunk, head.space, head.sequence); !added) return added;
  if (head.more) return {};
  const auto own = rooms_.store.ChainCounter(head.space, signer_.device);
  if (!own) return StorageProblem();
  AppendFrame(chunk, PullFrame(OwnChainFrame{*own}));
  return AddCover(chunk, head.space);
}

OrProblem<void> SyncHandler::AddEnvelopes(Bytes& chunk) {
  CursorFrame& cursor = cursors_[next_space_];
  const bool recalls = cursor.from == CursorFrame::From::kEverybody;
  const auto excluded = recalls ? std::nullopt : std::optional(signer_.device);
  const auto page = rooms_.store.ReadEnvelopes(cursor.space, cursor.cursor, excluded,
                                               {kAnswerChunkBytesTarget, kAnswerChunkRowsMax});
  if (!page) return StorageProblem();
  for (const EnvelopePage::Row& row : page->rows) {
    AddReceipt(chunk, row.received_s);
    AppendFrame(chunk, PullFrame(StoredEnvelopeFrame{row.sequence, row.envelope}));
  }
  counts_.envelopes_sent += page->rows.size();
  rows_seen_ += page->rows_seen;
  cursor.cursor = page->read_up_to;
  if (page->more) return {};
  return AddHead(chunk, HeadFrame{cursor.space, page->read_up_to, false});
}

OrProblem<void> SyncHandler::EndSpace(Bytes& chunk) {
  const CursorFrame& cursor = cursors_[next_space_];
  const auto head = rooms_.store.Head(cursor.space);
  if (!head) return StorageProblem();
  // A head behind the cursor is said as it is: so a device sees that the server forgot.
  return AddHead(chunk, {cursor.space, std::min(cursor.cursor, *head), *head > cursor.cursor});
}

void SyncHandler::AddEnd(Bytes& chunk) {
  AppendFrame(chunk, PullFrame(PullEndFrame{rooms_.clock.NowMs()}));
  pull_state_ = PullState::kDone;
}

bool SyncHandler::IsLongEnough() const {
  return bytes_sent_ >= limits::kResponseBytesTarget || rows_seen_ >= kAnswerRowsTarget;
}

bool SyncHandler::MayRead(const SpaceId& space) const {
  return signer_.kind == RequestSigner::Kind::kDevice &&
         rooms_.directory.directory().IsMember(signer_.device, space);
}

}  // namespace sacoche
