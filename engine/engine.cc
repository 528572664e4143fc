#include "engine/engine_parts.h"

#include "engine/bundle/bundle_codec.h"
#include "engine/change/make_change.h"
#include "engine/membership/enrolment_request.h"
#include "engine/membership/phrase.h"
#include "engine/record/value_codec.h"
#include "engine/store/migrations.h"
#include "engine/sync/connection_keeper.h"
#include "engine/sync/sync_runner.h"
#include "engine/sync/time_keeper.h"
#include "engine/take_back.h"

namespace sacoche {
namespace {

static_assert(kStoreFormatOfRelease == kStoreFormat);

constexpr std::string_view kOrganisation = "organisation.root";
constexpr std::string_view kOrganisationBox = "organisation.box";
constexpr std::string_view kServerUrl = "server.url";
constexpr std::string_view kServerCa = "server.ca";
constexpr std::size_t kPageRecords = 256;

Status ReplayDirectory(Store& store, Directory& directory) {
  SACOCHE_ASSIGN(const std::vector<Bytes> statements, store.directory().ReadAfter(0));
  for (const Bytes& bytes : statements) {
    SACOCHE_ASSIGN(const SignedStatement statement, DecodeStatement(bytes));
    SACOCHE_TRY(directory.Apply(statement));
  }
  SACOCHE_ASSIGN(const std::vector<Bytes> missing, store.directory().Missing());
  for (const Bytes& bytes : missing) {
    SACOCHE_ASSIGN(const SignedStatement statement, DecodeStatement(bytes));
    if (!directory.Apply(statement)) SACOCHE_TRY(directory.Uphold(statement));
  }
  return {};
}

Result<DeviceIdentity> ExistingIdentity(Store& store) {
  SACOCHE_ASSIGN(auto identity, DeviceIdentity::Load(store));
  if (identity) return std::move(*identity);
  return Fail(ErrorCode::kCorrupt, "the store holds no keys of this laptop",
              "Restore a backup with `sacoche restore`.");
}

// A public key of the organisation, if this device belongs to one.
Result<std::optional<ByteArray<32>>> PublicKeyNamed(Store& store, std::string_view name) {
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(name));
  if (bytes.empty()) return std::optional<ByteArray<32>>();
  ByteArray<32> key{};
  if (bytes.size() != key.size())
    return Fail(ErrorCode::kCorrupt, "the store's organisation key has a wrong length");
  std::ranges::copy(bytes.view(), key.begin());
  return std::optional<ByteArray<32>>(key);
}

}  // namespace

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::Open(const Config& config) {
  SACOCHE_ASSIGN(auto store, config.read_only ? Store::OpenReadOnly(config.path, config.vfs)
                                              : Store::Open(config.path, config.vfs));
  SACOCHE_ASSIGN(DeviceIdentity identity, config.read_only
                                              ? ExistingIdentity(*store)
                                              : DeviceIdentity::LoadOrMake(*store, *config.random));
  SACOCHE_ASSIGN(const auto root, PublicKeyNamed(*store, kOrganisation));
  Directory directory(root);
  // Without it, only the names of people and spaces are missing.
  if (const Status replayed = ReplayDirectory(*store, directory); !replayed && !config.read_only)
    return Forward(replayed.error());
  Committer committer(store.get(), config.schema);
  // A damaged store that is only read needs no time.
  const TrustedTime time = LoadTrustedTime(*store).value_or(TrustedTime{});
  const Agreement agreement = LoadAgreement(*store).value_or(Agreement{});
  auto parts = std::make_unique<Parts>(Parts{config,
                                             std::move(store),
                                             std::move(identity),
                                             std::move(directory),
                                             committer,
                                             time,
                                             agreement,
                                             agreement,
                                             {},
                                             {}});
  parts->TakeDirectoryKey();
  std::unique_ptr<Engine> engine(new Engine(std::move(parts)));
  engine->parts_->committer.FollowWith(
      [self = engine.get()](const SpaceId& space, const std::set<RecordId>& dossiers,
                            Origin origin) { return self->FollowChange(space, dossiers, origin); });
  return engine;
}

Status Engine::CheckWritable() const {
  if (!parts_->config.read_only) return {};
  return Fail(ErrorCode::kCorrupt, "the store is damaged and open for reading only",
              "Run `sacoche rebuild`, or put a backup in its place with `sacoche restore`.");
}

Status Engine::Join(const Invitation& invitation) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_ASSIGN(const auto joined, JoinedTo());
  if (joined && joined->organisation != invitation.organisation)
    return Fail(ErrorCode::kRefused, "this store belongs to another organisation",
                "Use another folder for this organisation.");
  KeyChest& keys = parts_->store->keys();
  SACOCHE_ASSIGN(Transaction transaction, parts_->store->Begin());
  SACOCHE_TRY(keys.Write(kOrganisation, invitation.organisation));
  SACOCHE_TRY(keys.Write(kOrganisationBox, invitation.organisation_box));
  SACOCHE_TRY(keys.Write(kServerUrl, ViewOf(invitation.server_url)));
  SACOCHE_TRY(keys.Write(kServerCa, ViewOf(invitation.ca_pem)));
  SACOCHE_TRY(transaction.Commit());
  if (!joined) parts_->directory = Directory(invitation.organisation);
  return {};
}

Result<std::optional<Invitation>> Engine::JoinedTo() {
  SACOCHE_ASSIGN(const auto root, PublicKeyNamed(*parts_->store, kOrganisation));
  if (!root) return std::optional<Invitation>();
  SACOCHE_ASSIGN(const auto box, PublicKeyNamed(*parts_->store, kOrganisationBox));
  SACOCHE_ASSIGN(const SecretBytes url, parts_->store->keys().Read(kServerUrl));
  SACOCHE_ASSIGN(const SecretBytes ca, parts_->store->keys().Read(kServerCa));
  return std::optional<Invitation>(Invitation{std::string(TextOf(url.view())),
                                              std::string(TextOf(ca.view())), *root,
                                              box.value_or(BoxPublicKey{})});
}

Status Engine::RequestAdmission(HttpClient& http, const Profile& profile) {
  SACOCHE_ASSIGN(const auto joined, JoinedTo());
  if (!joined)
    return Fail(ErrorCode::kNotEnrolled, "this laptop belongs to no organisation yet",
                "Enrol it with the invitation of your administrator.");
  SACOCHE_ASSIGN(const std::string plain, EncodeProfile(profile));
  const DeviceIdentity& identity = parts_->identity;
  const EnrolmentRequest request{identity.signing_key.public_key(), identity.box_key.public_key(),
                                 SealTo(joined->organisation_box, ViewOf(plain))};
  const Bytes body = SignEnrolmentRequest(request, identity.signing_key);
  return SendUnsigned({&http, parts_->config.clock, parts_->config.random}, "/v1/enrolment",
                      kEnrolmentContentType, body);
}

Profile Engine::ProfileOf(const DeviceId& device) const {
  const Profile unknown{device.ToHex().substr(0, 8), ""};
  const Member* member = parts_->directory.FindMember(device);
  if (member == nullptr || parts_->directory_key.empty()) return unknown;
  const auto name = OpenName(parts_->directory_key.view(), member->admission.sealed_profile);
  if (!name) return unknown;
  return DecodeProfile(*name).value_or(unknown);
}

std::string Engine::SpaceNameOf(const SpaceId& space) const { return SpaceLabelOf(space).name; }

SpaceLabel Engine::SpaceLabelOf(const SpaceId& space) const {
  const SpaceLabel unknown{space.ToHex().substr(0, 8), {}, {}};
  const auto found = parts_->directory.spaces().find(space);
  if (found == parts_->directory.spaces().end() || parts_->directory_key.empty()) return unknown;
  const auto label = OpenName(parts_->directory_key.view(), found->second.sealed_name);
  return label ? DecodeSpaceLabel(*label) : unknown;
}

const Directory& Engine::directory() const { return parts_->directory; }
DeviceId Engine::device() const { return parts_->identity.device(); }

RecordId Engine::NewRecordId() {
  ByteArray<10> random;
  parts_->config.random->Fill(random);
  return MakeUuidV7<RecordId>(Now().ms, random);
}

Result<SpaceId> Engine::SpaceOf(const sacoche::Edit& edit, const std::optional<SpaceId>& space) {
  SACOCHE_ASSIGN(const auto dossier, parts_->store->records().Find(edit.dossier));
  if (dossier) {
    SACOCHE_TRY(CheckNotACopy(edit, dossier->space));
    if (parts_->directory.IsMember(device(), dossier->space)) return dossier->space;
    return Fail(ErrorCode::kRefused, "this laptop no longer belongs to the dossier's space",
                "What is here can be read; nothing more can be written to it.");
  }
  return SpaceForNew(edit, space);
}

// What follows from another record is written by nobody's hand: the next change of the original
// would undo it.
Status Engine::CheckNotACopy(const sacoche::Edit& edit, const SpaceId& space) {
  if (parts_->directory.FindSharing(space) == nullptr) return {};
  for (const RecordEdit& record : edit.records) {
    SACOCHE_ASSIGN(const auto head, parts_->store->records().Find(record.record));
    if (head && EpochKey::IsProjectedId(record.record))
      return Fail(ErrorCode::kRefused, "this is the copy of a colleague's record",
                  "Add a record of your own to the shared dossier, or change the original.");
  }
  return {};
}

Result<SpaceId> Engine::SpaceForNew(const sacoche::Edit& edit,
                                    const std::optional<SpaceId>& space) {
  const Member* self = parts_->directory.FindMember(device());
  if (self == nullptr || self->admission.spaces.empty())
    return Fail(
        ErrorCode::kNotEnrolled, "this laptop is not admitted to a space yet",
        "Finish the enrolment: read your administrator the six words that `status` shows, then "
        "synchronise.");
  if (space && !parts_->directory.IsMember(device(), *space))
    return Fail(ErrorCode::kInvalidInput, "this laptop is not a member of that space",
                "See `sacoche status` for its spaces.");
  const auto root = std::ranges::find(edit.records, edit.dossier, &RecordEdit::record);
  const KindDef* kind = parts_->config.schema->FindKind(root->kind);
  std::vector<SpaceId> meant;
  std::vector<SpaceId> for_anything;
  for (const SpaceId& candidate : space ? std::vector{*space} : self->admission.spaces) {
    const auto made_for = SpaceLabelOf(candidate).kind;
    if (!made_for) for_anything.push_back(candidate);
    if (made_for == kind->space) meant.push_back(candidate);
  }
  const std::vector<SpaceId>& fitting = meant.empty() ? for_anything : meant;
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty())
    return Fail(ErrorCode::kInvalidInput,
                space ? "that space is not for records of this kind"
                      : "this laptop is in no space for records of this kind",
                "See `sacoche status` for its spaces, and what each is for.");
  return Fail(ErrorCode::kInvalidInput, "this laptop is a member of several spaces",
              "Say with --space into which one the dossier goes.");
}

Status Engine::CheckAgainstStore(const sacoche::Edit& edit) {
  SACOCHE_TRY(CheckEdit(*parts_->config.schema, edit));
  Records& records = parts_->store->records();
  for (const RecordEdit& record : edit.records) {
    SACOCHE_ASSIGN(const auto head, records.Find(record.record));
    if (head && (head->kind != record.kind || head->dossier != edit.dossier))
      return Fail(ErrorCode::kInvalidInput, "a record cannot change its kind or its dossier",
                  "Create a new record instead.");
    if (head || record.record == edit.dossier) continue;
    SACOCHE_ASSIGN(const auto dossier, records.Find(edit.dossier));
    const bool made_here = std::ranges::count(edit.records, edit.dossier, &RecordEdit::record) > 0;
    if (!dossier && !made_here)
      return Fail(ErrorCode::kNotFound, "the dossier does not exist on this laptop",
                  "Check the id, or synchronise first.");
  }
  return {};
}

Result<std::optional<Dot>> Engine::Edit(const sacoche::Edit& edit, std::optional<SpaceId> space) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_TRY(CheckUnlocked());
  SACOCHE_TRY(CheckAgainstStore(edit));
  SACOCHE_ASSIGN(const SpaceId into, SpaceOf(edit, space));
  SACOCHE_ASSIGN(const auto change, MakeLocalChange(edit, into));
  if (!change) return std::optional<Dot>();
  SACOCHE_ASSIGN(const CommitReport report, parts_->committer.CommitLocal(into, *change));
  Notify({report.touched.begin(), report.touched.end()});
  return std::optional<Dot>(change->dot);
}

Result<std::optional<Change>> Engine::MakeLocalChange(const sacoche::Edit& edit,
                                                      const SpaceId& into,
                                                      const std::vector<ByteArray<16>>& entry_ids) {
  Store& store = *parts_->store;
  const TimeEstimate now = Now();
  SACOCHE_ASSIGN(const Hlc last, store.log().LastHlcUpTo(
                                     Hlc::Of(now.ms + HlcGenerator::kRemoteAheadMsMax, 0xffff)));
  const auto clock = now.in_doubt ? HlcGenerator::Clock::kDoubtful : HlcGenerator::Clock::kSound;
  SACOCHE_ASSIGN(const std::uint64_t counter,
                 store.log().NextCounter(into, parts_->identity.replica));
  const ChangeStamp stamp{Dot{parts_->identity.replica, counter},
                          HlcGenerator(last).Next(now.ms, clock), device()};
  const Present present{[&](const RecordId& record, FieldId field) {
                          return store.records().Registers(record, field);
                        },
                        [&](const RecordId& record) -> Result<std::optional<KindId>> {
                          SACOCHE_ASSIGN(const auto head, store.records().Find(record));
                          return head ? std::optional(head->kind) : std::nullopt;
                        },
                        [&](const RecordId& dossier) { return store.records().Dossier(dossier); },
                        [&](const Dot& dot) { return store.log().WasApplied(into, dot); }};
  const auto entry_id = [&, next = std::size_t{0}]() mutable {
    if (next < entry_ids.size()) return entry_ids[next++];
    ByteArray<16> id;
    parts_->config.random->Fill(id);
    return id;
  };
  SACOCHE_ASSIGN(auto change, MakeChange(*parts_->config.schema, edit, stamp, present, entry_id));
  if (change && EncodedSize(*change) > kChangeBytesMax)
    return Fail(ErrorCode::kLimit, "this is too much for one edit (256 KiB)",
                "Save it in several steps.");
  return change;
}

Result<bool> Engine::HasOlderHistory(const RecordId& record) {
  SACOCHE_TRY(CheckUnlocked());
  return parts_->store->snapshots().HasOlderHistory(record);
}

Result<bool> Engine::CameWithSnapshot(const SpaceId& space, const Dot& change) {
  SACOCHE_TRY(CheckUnlocked());
  return parts_->store->snapshots().IsInBase(space, change);
}

Result<std::optional<Dot>> Engine::TakeBack(const RecordId& record, const HistoryEntry& entry) {
  SACOCHE_ASSIGN(const auto view, Read(record));
  if (!view)
    return Fail(ErrorCode::kNotFound, "there is no such record on this laptop",
                "Check its number, or synchronise first.");
  const FieldDef* field = parts_->config.schema->FindField(view->head.kind, entry.field);
  if (field == nullptr)
    return Fail(ErrorCode::kNotFound, "this release does not know that field", "Update Sacoche.");
  FieldEdit edit;
  if (field->policy == MergePolicy::kText) {
    SACOCHE_ASSIGN(const auto registers, parts_->store->records().Registers(record, field->id));
    edit = WordingToTakeBack(*field, entry, registers);
  } else {
    SACOCHE_ASSIGN(edit, EditToTakeBack(*field, entry, view->Find(field->id)));
  }
  return Edit({view->head.dossier, {{record, view->head.kind, {std::move(edit)}}}});
}

Status Engine::ForEachRecord(const std::function<Status(const RecordView&)>& visit) {
  SACOCHE_TRY(CheckUnlocked());
  RecordId after;
  while (true) {
    SACOCHE_ASSIGN(const auto page, parts_->store->records().PageById(after, kPageRecords));
    if (page.empty()) return {};
    for (const RecordHead& head : page) {
      if (IsOver(head.space)) continue;
      SACOCHE_ASSIGN(const RecordView view, View(head));
      SACOCHE_TRY(visit(view));
    }
    after = page.back().id;
  }
}

Status Engine::Sync(HttpClient& http, SyncReport& report, LineCost cost) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_ASSIGN(const auto joined, JoinedTo());
  if (!joined)
    return Fail(ErrorCode::kNotEnrolled, "this laptop belongs to no organisation yet",
                "Enrol it with the invitation of your administrator.");
  ResumeConnection(*parts_->store, http);
  const std::uint64_t before = http.LineBytes();
  const Status status = RunSyncs(http, report);
  const std::uint64_t after = http.LineBytes();
  if (cost == LineCost::kMetered) CountTraffic(after - std::min(before, after));
  if (parts_->directory.IsRevoked(device())) return ForgetKeys();
  KeepConnection(*parts_->store, http);
  if (!status && status.error().code == ErrorCode::kNotEnrolled &&
      parts_->directory.FindMember(device()) != nullptr)
    return Fail(ErrorCode::kRefused,
                "the server does not know this laptop any more: it was restored from an older "
                "backup",
                "Your work is kept on this laptop. Synchronise again after a colleague has; if no "
                "colleague's laptop is left, call your administrator.");
  SACOCHE_TRY(HearOfRecoveries());
  Notify(report.touched);
  return status;
}

// What follows from what a sync brought is sent at once, if anything does.
Status Engine::RunSyncs(HttpClient& http, SyncReport& report) {
  SACOCHE_TRY(RunOneSync(http, report));
  SACOCHE_ASSIGN(const bool has_told, ProjectDue());
  SACOCHE_ASSIGN(const bool has_ended, EndOverdueSharings());
  if (!has_told && !has_ended) return ForgetWhatIsOver();
  SyncReport second;
  const Status status = RunOneSync(http, second);
  report.Continue(second);
  SACOCHE_TRY(status);
  return ForgetWhatIsOver();
}

Status Engine::RunOneSync(HttpClient& http, SyncReport& report) {
  SyncSession session({parts_->store.get(), &parts_->directory, &parts_->committer,
                       &parts_->identity, parts_->config.random, parts_->config.clock,
                       parts_->config.snapshot_after_envelopes,
                       parts_->config.snapshot_for_newcomer_envelopes,
                       [this](const SpaceId& space) { return OrganisationRecovers(space); }});
  const Status status =
      RunSync(session, {&http, parts_->config.clock, parts_->config.random}, parts_->identity);
  report = session.report();
  if (const auto time = LoadTrustedTime(*parts_->store)) parts_->time = *time;
  parts_->TakeDirectoryKey();
  // Whoever catches the server, or a colleague's laptop, at a lie reached the server all the same,
  // and must not be the one that locks.
  if (!status && status.error().code != ErrorCode::kUntrusted) return status;
  const Status agreed = Agree(session.server_time());
  return status ? agreed : status;
}

Status Engine::ForgetKeys() {
  SACOCHE_TRY(DeviceIdentity::Forget(*parts_->store));
  SACOCHE_TRY(ForgetConnection(*parts_->store));
  parts_->directory_key = SecretBytes();
  parts_->identity = DeviceIdentity{SigningKey::Generate(), BoxKey::Generate(), ReplicaId()};
  return Withdrawn();
}

void Engine::Observe(std::function<void(const std::set<RecordId>&)> observer) {
  parts_->observer = std::move(observer);
}

void Engine::Notify(const std::set<RecordId>& touched) {
  if (parts_->observer && !touched.empty()) parts_->observer(touched);
}

Result<StoreCheck> Engine::Check() { return CheckStore(*parts_->store, parts_->identity); }

Status Engine::BackUpTo(const std::string& path) { return parts_->store->CopyTo(path); }

Result<EngineStatus> Engine::ReadStatus() {
  Store& store = *parts_->store;
  EngineStatus status;
  status.device = device();
  SACOCHE_ASSIGN(const auto joined, JoinedTo());
  if (joined) {
    status.server_url = joined->server_url;
    status.comparison_phrase =
        ComparisonPhrase({joined->organisation, parts_->identity.signing_key.public_key(),
                          parts_->identity.box_key.public_key()});
  }
  if (parts_->directory.FindMember(device()) != nullptr) {
    status.admitted = true;
    status.spaces = parts_->directory.SpacesOf(device());
  }
  status.members = static_cast<std::uint64_t>(
      std::ranges::count_if(parts_->directory.members(),
                            [](const auto& member) { return !member.second.revoked.has_value(); }));
  SACOCHE_ASSIGN(status.records, store.records().Count());
  SACOCHE_ASSIGN(status.changes, store.log().Count());
  SACOCHE_ASSIGN(const std::uint64_t unsealed, store.log().CountUnsealed());
  SACOCHE_ASSIGN(const Outbox::Counts outbox, store.outbox().Count());
  status.changes_waiting = unsealed + outbox.waiting_changes;
  status.envelopes_refused = outbox.refused;
  status.last_refusal = outbox.last_refusal;
  SACOCHE_ASSIGN(status.conflicts, store.records().CountConflicts());
  SACOCHE_ASSIGN(status.set_aside, store.progress().CountSetAside());
  SACOCHE_ASSIGN(status.changes_by_file_only, store.carried().CountChanges());
  if (parts_->time.server_ms != 0) status.clock_ahead_ms = parts_->time.AheadMs();
  status.time_in_doubt = Now().in_doubt;
  SACOCHE_ASSIGN(status.suspicions, store.suspicions().CountUnacknowledged());
  status.absence = ReadAbsence();
  return status;
}

namespace {

void HashRecord(StreamHash& hash, const RecordHead& head, const Record& record) {
  ByteWriter out;
  out.Raw(head.id.view());
  out.Varint(static_cast<std::uint64_t>(head.kind));
  out.Raw(head.dossier.view());
  out.Raw(head.space.view());
  for (const auto& [key, reg] : record.registers) {
    out.Varint(static_cast<std::uint64_t>(key.field));
    out.Sized(key.element);
    out.Varint(reg.siblings.size());
    for (const Sibling& sibling : reg.siblings) {
      out.Raw(sibling.dot.replica.view());
      out.Varint(sibling.dot.counter);
      out.Varint(sibling.hlc.bits);
      out.Raw(sibling.author.view());
      WriteValue(out, sibling.value);
    }
  }
  hash.Add(out.bytes());
}

}  // namespace

Result<Hash256> Engine::Digest() {
  StreamHash hash("sacoche.digest");
  RecordId after;
  while (true) {
    SACOCHE_ASSIGN(const auto page, parts_->store->records().PageById(after, kPageRecords));
    if (page.empty()) return hash.Finish();
    for (const RecordHead& head : page) {
      SACOCHE_ASSIGN(const auto record, parts_->store->records().Read(head.id));
      HashRecord(hash, head, *record);
    }
    after = page.back().id;
  }
}

}  // namespace sacoche
