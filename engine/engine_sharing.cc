// The part of Engine that shares one dossier with somebody outside its space: as a copy in a space
// of its own, which whoever changes the dossier keeps up to date.

#include "engine/sync/sharing_wishes.h"
#include "engine/telling.h"

namespace sacoche {
namespace {

std::uint64_t SecondsOf(const TimeEstimate& now) { return now.ms / 1000; }

bool MayTell(const KindDef& kind, const SharedDossier& shared) {
  const ReaderRule rule = kind.readers.Of(shared.role);
  const bool on_request = shared.grounds == SharedDossier::Grounds::kOnRequest &&
                          rule.on_request == ReaderRule::OnRequest::kFull;
  return on_request || rule.access == Access::kShared || rule.access == Access::kFull;
}

// Those who may read parts of a case at all. To the host, who may be told what became of a sheet
// that it sent, a copy would tell more.
bool MayBeGuest(ReaderRole role) {
  return role >= ReaderRole::kIntervenant && role <= ReaderRole::kTechnicalSupervisor;
}

}  // namespace

Result<SpaceId> Engine::ShareDossier(const RecordId& dossier, std::vector<DeviceId> guests,
                                     const SharingTerms& terms) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_TRY(CheckUnlocked());
  SACOCHE_ASSIGN(const auto head, parts_->store->records().Find(dossier));
  if (!head || head->dossier != dossier)
    return Fail(ErrorCode::kNotFound, "there is no such dossier on this laptop",
                "Check its number, or synchronise first.");
  const bool is_lent = parts_->directory.FindSharing(head->space) != nullptr;
  if (is_lent || !parts_->directory.IsMember(device(), head->space))
    return Fail(ErrorCode::kRefused, "only the people of a dossier's own post can share it",
                "Ask one of them.");
  std::ranges::sort(guests);
  guests.erase(std::unique(guests.begin(), guests.end()), guests.end());
  for (const DeviceId& guest : guests)
    if (parts_->directory.FindMember(guest) == nullptr || parts_->directory.IsRevoked(guest))
      return Fail(ErrorCode::kInvalidInput, "a laptop that does not belong here cannot read it",
                  "Synchronise first; see `sacoche colleagues` for the laptops.");
  if (guests.empty() || guests.size() > kStatementGuestsMax)
    return Fail(ErrorCode::kInvalidInput, "a dossier is shared with one to sixteen laptops",
                "Name the laptops of the person who shall read it.");
  if (!MayBeGuest(terms.role))
    return Fail(ErrorCode::kInvalidInput, "nobody of that role reads a case",
                "Only colleagues, clinicians and technical supervisors do.");
  if (terms.until_s <= SecondsOf(Now()))
    return Fail(ErrorCode::kInvalidInput, "a sharing needs an end that is still to come",
                "Say until when it shall be read.");
  if (parts_->directory_key.empty())
    return Fail(ErrorCode::kNotEnrolled, "this laptop has not the directory's key yet",
                "Synchronise first.");
  const KindDef* kind = parts_->config.schema->FindKind(head->kind);
  const SpaceLabel label{kind == nullptr ? "?" : kind->label,
                         SpaceKind::kShared,
                         {},
                         SharedDossier{dossier, terms.role, terms.grounds}};
  SACOCHE_ASSIGN(const std::string plain, EncodeSpaceLabel(label));
  const auto space = parts_->config.random->NextId<SpaceId>();
  SACOCHE_ASSIGN(Transaction transaction, parts_->store->Begin());
  SACOCHE_TRY(WishSharing(*parts_->store, {space, head->space, std::move(guests), terms.until_s,
                                           SealName(parts_->directory_key.view(), plain)}));
  SACOCHE_TRY(transaction.Commit());
  return space;
}

Status Engine::EndSharing(const SpaceId& space) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_TRY(CheckUnlocked());
  return SayEnd(space);
}

Status Engine::SayEnd(const SpaceId& space) {
  SACOCHE_ASSIGN(const auto wishes, SharingWishes(*parts_->store));
  const auto wish = std::ranges::find(wishes, space, &SharingStatement::space);
  const SharingStatement* said = parts_->directory.FindSharing(space);
  if (said == nullptr && wish == wishes.end())
    return Fail(ErrorCode::kNotFound, "there is no such sharing",
                "See `sacoche sharings` for what is shared.");
  SharingStatement end = said == nullptr ? *wish : *said;
  if (!parts_->directory.IsMember(device(), end.parent))
    return Fail(ErrorCode::kRefused, "only the people of the dossier's own post can end this",
                "Ask one of them.");
  end.guests.clear();
  SACOCHE_ASSIGN(Transaction transaction, parts_->store->Begin());
  SACOCHE_TRY(WishSharing(*parts_->store, end));
  return transaction.Commit();
}

Sharing Engine::SharingOf(const SharingStatement& said) const {
  Sharing sharing{said.space, {}, said.parent, said.guests, said.until_s};
  const auto label = OpenName(parts_->directory_key.view(), said.sealed_label);
  if (const auto shared = label ? DecodeSpaceLabel(*label).shared : std::nullopt) {
    sharing.dossier = shared->dossier;
    sharing.grounds = shared->grounds;
  }
  sharing.is_guest = !parts_->directory.IsMember(device(), said.parent);
  const bool is_over = said.guests.empty() || said.until_s <= SecondsOf(Now());
  sharing.state = is_over ? Sharing::State::kOver : Sharing::State::kStands;
  return sharing;
}

Result<std::vector<Sharing>> Engine::Sharings() {
  SACOCHE_TRY(CheckUnlocked());
  std::vector<Sharing> all;
  if (parts_->directory_key.empty()) return all;
  SACOCHE_ASSIGN(const auto wishes, SharingWishes(*parts_->store));
  for (const SharingStatement& wish : wishes) {
    if (!IsOpenWish(parts_->directory, device(), wish)) continue;
    all.push_back(SharingOf(wish));
    all.back().state = Sharing::State::kWaits;
  }
  for (const auto& [space, said] : parts_->directory.sharings()) {
    const bool is_named = std::ranges::count(all, space, &Sharing::space) > 0;
    if (!is_named && parts_->directory.WasEverMember(device(), space))
      all.push_back(SharingOf(said));
  }
  return all;
}

bool Engine::IsOver(const SpaceId& space) const {
  const SharingStatement* said = parts_->directory.FindSharing(space);
  if (said == nullptr || parts_->directory.IsMember(device(), said->parent)) return false;
  return !parts_->directory.IsMember(device(), space) || said->until_s <= SecondsOf(Now());
}

Status Engine::CopyShared(Telling& telling, const SpaceId& space, const RecordId& dossier) {
  for (const auto& [shared, said] : parts_->directory.sharings()) {
    if (said.parent != space || said.guests.empty()) continue;
    const auto label = SpaceLabelOf(shared).shared;
    if (!label || label->dossier != dossier) continue;
    SACOCHE_ASSIGN(const auto views, ViewsOf(dossier));
    SACOCHE_TRY(
        telling.Copy(shared, views, [&](const KindDef& kind) { return MayTell(kind, *label); }));
  }
  return {};
}

// Whoever of the post synchronises first after the end says it: by the time that the server has
// just told, since an end is for ever. Whether there was one to say.
Result<bool> Engine::EndOverdueSharings() {
  const TimeEstimate now = Now();
  bool has_ended = false;
  for (const auto& [space, said] : parts_->directory.sharings()) {
    const bool is_ours = parts_->directory.IsMember(device(), said.parent);
    if (!is_ours || now.in_doubt || said.guests.empty() || said.until_s > SecondsOf(now)) continue;
    SACOCHE_TRY(SayEnd(space));
    has_ended = true;
  }
  return has_ended;
}

// What was lent and not said to have ended stays, though it is not shown: a clock may be wrong. So
// does what the guest wrote and the server has not.
Status Engine::ForgetWhatIsOver() {
  Store& store = *parts_->store;
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(DropSaidWishes(store, parts_->directory, device()));
  for (const auto& [space, said] : parts_->directory.sharings()) {
    if (!IsOver(space) || parts_->directory.IsMember(device(), space)) continue;
    SACOCHE_ASSIGN(const auto any, store.records().PageOfSpace(space, {}, 1));
    SACOCHE_ASSIGN(const auto unsealed, store.log().ReadUnsealed(space, 1));
    SACOCHE_ASSIGN(const std::uint64_t waiting, store.outbox().CountWaiting(space));
    if (!any.empty() && unsealed.empty() && waiting == 0) SACOCHE_TRY(store.ForgetSpace(space));
  }
  return transaction.Commit();
}

}  // namespace sacoche
