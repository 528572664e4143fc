#include "engine/sync/carrier.h"

#include "engine/sync/directory_claims.h"

namespace sacoche {
namespace {

Hash256 HashOf(ByteView file) { return HashFor("sacoche.carried", {file}); }

tl::unexpected<Error> NotAsSigned() {
  return Fail(ErrorCode::kUntrusted, "something in the file is not what its author signed",
              "It is damaged, or was altered. What came before it was taken in; have the file "
              "written once more.");
}

}  // namespace

Carrier::Carrier(const Parts& parts)
    : parts_(parts),
      follower_(parts.store, parts.directory, &keys_),
      keys_(parts.store, parts.directory, parts.identity),
      sealer_(parts.store, parts.directory, &follower_, &keys_, parts.identity, parts.random),
      receiver_(parts.store, parts.directory, &keys_, parts.committer, parts.identity) {}

// -- Out ------------------------------------------------------------------------------------------

Result<CarriedOut> Carrier::Out(const std::set<DeviceId>& readers) {
  SACOCHE_TRY(follower_.Load());
  SACOCHE_ASSIGN(auto claims, DirectoryClaims::Load(*parts_.store));
  claims.DropEnded(*parts_.directory, follower_.count());
  const bool is_withheld = claims.Greatest() != nullptr;
  const DeviceId self = parts_.identity->device();
  CarriedOut out{.file = BeginCarriedFile()};
  AppendFrame(out.file, CarriedFrame(CarrierFrame{self, *parts_.directory->root()}));
  const std::vector<SpaceId> spaces = keys_.Spaces();
  for (const SpaceId& space : spaces) {
    SACOCHE_TRY(Seal(space, is_withheld, out));
    SACOCHE_ASSIGN(const auto held, HeldHere(space));
    for (const auto& [author, counter] : held)
      AppendFrame(out.file, CarriedFrame(HeldChainFrame{space, author, counter}));
  }
  for (const SpaceId& space : spaces) SACOCHE_TRY(AddEnvelopes(space, readers, out));
  const Signature signature =
      parts_.identity->signing_key.Sign(SigningPurpose::kCarriedFile, HashOf(out.file));
  AppendFrame(out.file, CarriedFrame(CarriedEndFrame{signature}));
  return out;
}

Status Carrier::Seal(const SpaceId& space, bool is_withheld, CarriedOut& out) {
  SACOCHE_ASSIGN(const bool recalls, parts_.store->progress().NeedsRecall(space));
  if (!recalls && !is_withheld) SACOCHE_TRY(sealer_.Flush(space));
  SACOCHE_ASSIGN(const auto unsealed, parts_.store->log().ReadUnsealed(space, 1));
  SACOCHE_ASSIGN(const std::uint64_t waiting, parts_.store->outbox().CountWaiting(space));
  if (!unsealed.empty() || (recalls && waiting > 0)) ++out.spaces_left_out;
  return {};
}

// This device's own even if there is nothing: whoever says so has answered.
Result<Carried::Held> Carrier::HeldHere(const SpaceId& space) {
  SACOCHE_ASSIGN(const auto shown, parts_.store->progress().PeerChains(space));
  SACOCHE_ASSIGN(const auto carried, parts_.store->carried().Chains(space));
  SACOCHE_ASSIGN(const ChainHead own, parts_.store->outbox().Head(space));
  Carried::Held held{{parts_.identity->device(), own.counter}};
  for (const auto& chains : {shown, carried})
    for (const auto& [author, head] : chains) held[author] = std::max(held[author], head.counter);
  return held;
}

Result<Carried::Held> Carrier::HeldByAll(const SpaceId& space, const Carried::Held& here,
                                         const std::set<DeviceId>& readers) {
  std::map<DeviceId, std::optional<Carried::Held>> said;
  bool has_answer = false;
  for (const DeviceId& member : parts_.directory->MembersOf(space)) {
    const bool is_reader = readers.empty() || readers.contains(member);
    if (!is_reader || member == parts_.identity->device()) continue;
    SACOCHE_ASSIGN(said[member], parts_.store->carried().HeldBy(space, member));
    has_answer |= said[member].has_value();
  }
  Carried::Held by_all;
  for (const auto& [author, counter] : here) {
    for (const auto& [member, held] : said) {
      // Whoever is named is waited for; of the others, whoever exchanges files.
      if (member == author || (!held && readers.empty() && has_answer)) continue;
      const auto of_author = held ? held->find(author) : Carried::Held::const_iterator();
      const std::uint64_t up_to = held && of_author != held->end() ? of_author->second : 0;
      const auto [least, is_first] = by_all.try_emplace(author, up_to);
      least->second = std::min(least->second, up_to);
    }
  }
  return by_all;
}

Status Carrier::AddEnvelopes(const SpaceId& space, const std::set<DeviceId>& readers,
                             CarriedOut& out) {
  const DeviceId self = parts_.identity->device();
  SACOCHE_ASSIGN(const bool recalls, parts_.store->progress().NeedsRecall(space));
  SACOCHE_ASSIGN(const auto here, HeldHere(space));
  SACOCHE_ASSIGN(auto after, HeldByAll(space, here, readers));
  // An older copy of this store may have written beside its own history.
  if (recalls) after.erase(self);
  SACOCHE_ASSIGN(const auto places, EnvelopesInOrder(*parts_.store, space, self, after));
  for (const EnvelopePlace& place : places) {
    out.more = out.envelopes > 0 && out.file.size() >= parts_.file_bytes_target;
    if (out.more) return {};
    SACOCHE_ASSIGN(auto envelope, ReadEnvelope(*parts_.store, space, self, place));
    if (!envelope) continue;
    AppendFrame(out.file, CarriedFrame(EnvelopeFrame{std::move(*envelope)}));
    ++out.envelopes;
  }
  return {};
}

// -- In -------------------------------------------------------------------------------------------

Status Carrier::In(ByteView file, CarriedIn& report) {
  SACOCHE_ASSIGN(auto reader, CarriedFileReader::Open(file));
  CarrierFrame carrier;
  std::vector<HeldChainFrame> held;
  while (true) {
    SACOCHE_ASSIGN(const auto frame, reader.Next());
    if (!frame) return {};
    if (const auto* maker = std::get_if<CarrierFrame>(&*frame)) {
      carrier = *maker;
      SACOCHE_TRY(CheckOrganisation(carrier));
    }
    if (const auto* chain = std::get_if<HeldChainFrame>(&*frame)) held.push_back(*chain);
    if (const auto* sealed = std::get_if<EnvelopeFrame>(&*frame))
      SACOCHE_TRY(TakeEnvelope(sealed->envelope, report));
    if (const auto* end = std::get_if<CarriedEndFrame>(&*frame)) {
      SACOCHE_TRY(TakeWaiting(report));
      if (!IsSignedBy(carrier.device, reader.Before(), end->signature)) continue;
      report.from = carrier.device;
      SACOCHE_TRY(TakeHeld(carrier.device, held));
    }
  }
}

Status Carrier::CheckOrganisation(const CarrierFrame& carrier) const {
  if (carrier.root == parts_.directory->root()) return {};
  return Fail(ErrorCode::kInvalidInput, "the file is of another organisation",
              "Nothing was taken from it. Choose a file of a colleague of your organisation.");
}

Status Carrier::TakeEnvelope(ByteView bytes, CarriedIn& report) {
  const auto envelope = DecodeEnvelope(bytes);
  if (!envelope && envelope.error().code != ErrorCode::kNewerFormat) return NotAsSigned();
  if (!envelope) {
    ++report.envelopes_unreadable;
    return {};
  }
  if (!parts_.directory->IsMember(parts_.identity->device(), envelope->header.space)) {
    ++report.envelopes_of_other_spaces;
    return {};
  }
  SACOCHE_ASSIGN(const Receiver::Received received, receiver_.ReceiveCarried(*envelope, bytes));
  switch (received.outcome) {
    case Receiver::Outcome::kCommitted:
      ++report.envelopes;
      report.changes += received.commit.applied;
      report.touched.insert(received.commit.touched.begin(), received.commit.touched.end());
      return {};
    case Receiver::Outcome::kKnownAlready:
      ++report.envelopes_known;
      return {};
    case Receiver::Outcome::kSetAside:
      ++(received.contradicts ? report.envelopes_contradicting : report.envelopes_unreadable);
      return {};
    case Receiver::Outcome::kAfterLeaving:
      ++report.envelopes_after_leaving;
      return {};
    case Receiver::Outcome::kForked:
      ++report.envelopes_forked;
      return {};
    case Receiver::Outcome::kGap:
      waiting_.push_back(CopyOf(bytes));
      [[fallthrough]];
    case Receiver::Outcome::kWaitingForKey:
    case Receiver::Outcome::kUnknownAuthor:
      ++report.envelopes_waiting;
      return {};
    case Receiver::Outcome::kForged:
      return NotAsSigned();
  }
  return {};
}

// What was written before this release kept the order comes in any.
Status Carrier::TakeWaiting(CarriedIn& report) {
  std::uint64_t before = 0;
  do {
    before = report.envelopes;
    report.envelopes_waiting -= waiting_.size();
    for (const Bytes& bytes : std::exchange(waiting_, {})) SACOCHE_TRY(TakeEnvelope(bytes, report));
  } while (report.envelopes > before && !waiting_.empty());
  return {};
}

bool Carrier::IsSignedBy(const DeviceId& device, ByteView signed_bytes,
                         const Signature& signature) const {
  const Member* maker = parts_.directory->FindMember(device);
  return maker != nullptr && !maker->revoked &&
         Verify(SigningPurpose::kCarriedFile, HashOf(signed_bytes), signature,
                maker->admission.signing_key);
}

// Of every space of this laptop: where it says nothing, it holds nothing any more.
Status Carrier::TakeHeld(const DeviceId& holder, const std::vector<HeldChainFrame>& held) {
  std::map<SpaceId, Carried::Held> by_space;
  for (const HeldChainFrame& chain : held)
    if (parts_.directory->WasEverMember(chain.author, chain.space))
      by_space[chain.space][chain.author] = chain.counter;
  SACOCHE_ASSIGN(Transaction transaction, parts_.store->Begin());
  for (const SpaceId& space : keys_.Spaces())
    SACOCHE_TRY(parts_.store->carried().SetHeldBy(space, holder, by_space[space]));
  return transaction.Commit();
}

}  // namespace sacoche
