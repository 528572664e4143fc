#pragma once

#include <functional>
#include <memory>

#include "engine/causality/trusted_time.h"
#include "engine/merge/conflict.h"
#include "engine/record/edit.h"
#include "engine/seal/profile.h"
#include "engine/space_label.h"
#include "engine/store/change_log.h"
#include "engine/store/records.h"
#include "engine/store/suspicions.h"
#include "engine/store_check.h"
#include "engine/sync/carrier.h"
#include "engine/sync/sync_session.h"
#include "engine/sync/traffic.h"
#include "platform/clock.h"
#include "platform/http_client.h"
#include "platform/random.h"

namespace sacoche {

// Where a laptop belongs: public facts, handed over by the administrator.
struct Invitation {
  std::string server_url;
  std::string ca_pem;  // the certificate authority that the server's certificate must come from
  SigningPublicKey organisation{};
  BoxPublicKey organisation_box{};  // names in requests are sealed to it
  // For the profile of whoever asks with it. A laptop does not keep it.
  std::optional<InvitationTicket> ticket = {};
};

// The number of the store's format that this release writes.
inline constexpr int kStoreFormatOfRelease = 7;

class Projector;

// A dossier that is shared with somebody outside its space, or was.
struct Sharing {
  SpaceId space;     // where its copy lives
  RecordId dossier;  // of whoever shares it; the guest knows the copy only
  SpaceId parent;    // the dossier's space
  std::vector<DeviceId> guests;
  std::uint64_t until_s = 0;  // since 1970
  SharedDossier::Grounds grounds = SharedDossier::Grounds::kShared;
  enum class State {
    kWaits,   // asked for here; begins, changes or ends with the next sync
    kStands,  // until its end
    kOver
  } state = State::kStands;
  bool is_guest = false;  // this laptop has the copy only
};

struct SharingTerms {
  ReaderRole role = ReaderRole::kServerAdmin;  // as what the guest reads
  SharedDossier::Grounds grounds = SharedDossier::Grounds::kShared;
  std::uint64_t until_s = 0;  // since 1970
};

// A record as people see it.
struct RecordView {
  RecordHead head;
  std::vector<VisibleField> fields;     // in the schema's order; only those that show something
  std::uint64_t unknown_registers = 0;  // written by a newer release: kept, not shown

  [[nodiscard]] const VisibleField* Find(FieldId field) const;
};

// How far what was written on this laptop to a record has come: the last of it, and so all.
struct Delivery {
  // The first are the worse.
  enum class Stage {
    kLeft,     // not sent, and this laptop does not belong to the space any more: nobody gets it
    kRefused,  // by the server
    kHere,     // on this laptop only
    kSealed,   // ready to leave, and perhaps sent: the server has not said that it has it
    kStored,   // on the server's disk
  };
  Stage stage = Stage::kHere;
  std::optional<std::uint64_t> stored_s;  // since 1970; nothing: not stored, or not known
  // The space's laptops that are known to have it: by what they wrote since, where they were shown
  // the same history as this one, or by a file of theirs. Others may have it as well; whoever only
  // reads says nothing of it.
  std::set<DeviceId> received_by;
};

// How long a laptop was away from its server, as far as it can know.
struct Absence {
  std::optional<std::uint64_t> days;       // since the last whole sync; nothing: there was none
  std::optional<std::uint64_t> days_left;  // until it locks; nothing: it does not
  bool is_locked = false;
};

struct EngineStatus {
  DeviceId device;
  // What the administrator compares before admitting this device; nothing before Join.
  std::optional<std::string> comparison_phrase;
  std::optional<std::string> server_url;
  bool admitted = false;
  std::vector<SpaceId> spaces;
  std::uint64_t members = 0;  // devices that are not withdrawn
  std::uint64_t records = 0;
  std::uint64_t changes = 0;
  std::uint64_t changes_waiting = 0;  // not acknowledged by the server yet
  std::uint64_t envelopes_refused = 0;
  std::optional<ProblemType> last_refusal;
  std::uint64_t conflicts = 0;
  std::uint64_t set_aside = 0;
  std::uint64_t changes_by_file_only = 0;  // that the server has not shown this laptop yet
  // How far the laptop's clock was ahead of the server's when it was last compared; negative:
  // behind; nothing: it never was.
  std::optional<std::int64_t> clock_ahead_ms;
  bool time_in_doubt = false;    // what is written now is marked so
  std::uint64_t suspicions = 0;  // of which nobody has read yet
  Absence absence;
};

struct RecoveryStatus;  // engine/recovery.h
struct TypedRecovery;

// The facade: everything an application needs of a device's store. One thread owns an Engine. Every
// call that changes something has it on the disk when it returns without an error; when it fails,
// nothing changed.
//
// A laptop that did not synchronise for as many days as the organisation's policy says is locked:
// what shows or changes records (Work, Sharing) fails with kLocked until a sync has succeeded. All
// else goes on.
class Engine {
 public:
  struct Config {
    std::string path;      // of the store's file; made if it is missing
    const Schema* schema;  // these three must outlive the engine
    Clock* clock;
    Random* random;
    // SQLite's name of the file system layer through which the store is read and written. Every
    // program that people work with names its vault here; empty: in the clear.
    std::string vfs = {};
    // For a store that is known to be damaged: it is read as far as it can be, and whatever would
    // change it is refused with kCorrupt.
    bool read_only = false;
    // Envelopes since the last snapshot of a space after which this device makes the next.
    std::uint64_t snapshot_after_envelopes = sync_limits::kSnapshotAfterEnvelopes;
    // The same where this device lets a newcomer in.
    std::uint64_t snapshot_for_newcomer_envelopes = sync_limits::kSnapshotForNewcomerEnvelopes;
    // What readers in other spaces are told of a dossier; nothing: they are told nothing.
    const Projector* projector = nullptr;
  };
  // kBusy: another program has the store open. kNewerFormat, kCorrupt: nothing was touched.
  static Result<std::unique_ptr<Engine>> Open(const Config& config);
  ~Engine();

  // -- Belonging -----------------------------------------------------------------------------

  // Remembers the organisation. kRefused if this device belongs to another one.
  Status Join(const Invitation& invitation);
  [[nodiscard]] Result<std::optional<Invitation>> JoinedTo();

  // Asks to be admitted; may be repeated. The name is sealed to the organisation. `http` must reach
  // the server of the invitation. kNotEnrolled before Join.
  Status RequestAdmission(HttpClient& http, const Profile& profile);

  // Who a device is; its short id while its name is not known.
  [[nodiscard]] Profile ProfileOf(const DeviceId& device) const;
  // The name that the administrator gave a space; its short id while the name is not known.
  [[nodiscard]] std::string SpaceNameOf(const SpaceId& space) const;
  // The same with what the space is for.
  [[nodiscard]] SpaceLabel SpaceLabelOf(const SpaceId& space) const;
  [[nodiscard]] const Directory& directory() const;
  [[nodiscard]] DeviceId device() const;

  // -- Work ----------------------------------------------------------------------------------

  [[nodiscard]] RecordId NewRecordId();

  // Makes the edit a change and commits it. Nothing if everything is so already. A new dossier goes
  // into `space`, or into the only one that is for its kind, or that is for anything. What other
  // spaces are told of the dossier is written in the same commit.
  Result<std::optional<Dot>> Edit(const sacoche::Edit& edit,
                                  std::optional<SpaceId> space = std::nullopt);

  [[nodiscard]] Result<std::optional<RecordView>> Read(const RecordId& record);
  // The records whose ids begin with these hexadecimal digits (no dashes), in the order of the ids.
  [[nodiscard]] Result<std::vector<RecordId>> FindByPrefix(std::string_view hex_digits,
                                                           std::size_t count_max = 2);
  [[nodiscard]] Result<std::vector<RecordView>> List(const RecordQuery& query);
  [[nodiscard]] Result<std::vector<RecordView>> Search(std::string_view words,
                                                       std::size_t count_max = 50);
  // What waits for a person's decision, in one space or in all.
  [[nodiscard]] Result<std::vector<Conflict>> Conflicts(
      std::optional<SpaceId> space = std::nullopt);
  // Each write to the record that this laptop holds, oldest first; of an edit of a text, what it
  // did in words.
  [[nodiscard]] Result<std::vector<HistoryEntry>> History(const RecordId& record);
  // Nothing if this laptop wrote nothing to the record.
  [[nodiscard]] Result<std::optional<Delivery>> DeliveryOf(const RecordId& record);
  // Whether there were earlier writes, of which only the outcome came here, with a snapshot.
  [[nodiscard]] Result<bool> HasOlderHistory(const RecordId& record);
  // Whether the outcome of that change came here with a snapshot.
  [[nodiscard]] Result<bool> CameWithSnapshot(const SpaceId& space, const Dot& change);
  // Writes once more what that entry of the record's history wrote; an edit like any other.
  // kRefused for what cannot come back, as an erasure.
  Result<std::optional<Dot>> TakeBack(const RecordId& record, const HistoryEntry& entry);

  // What a laptop can know of the time; stamps follow it, and not the machine's clock.
  [[nodiscard]] TimeEstimate Now() const;
  // When an entry was written, and when a record changed, for people to read.
  [[nodiscard]] ShownTime TimeOf(const HistoryEntry& entry) const;
  [[nodiscard]] ShownTime TimeOf(Hlc stamp) const;
  // Every record, in the order of the ids; the visitor's error ends it.
  Status ForEachRecord(const std::function<Status(const RecordView&)>& visit);

  // -- Sharing one dossier -------------------------------------------------------------------

  // Lets these laptops read the dossier, from the next sync on and until then: as a copy in a space
  // of its own, to which the schema's readers let pass what the role may be told. The copy follows
  // the dossier; what the guests add to it stays in that space, and the dossier's own people read
  // it there. kNotFound: no such dossier here. kRefused: it is lent, or of a space that this laptop
  // has left. kInvalidInput: no such guest, a role that reads no cases, or a time that has passed.
  // kNotEnrolled before the first sync. Gives the space.
  Result<SpaceId> ShareDossier(const RecordId& dossier, std::vector<DeviceId> guests,
                               const SharingTerms& terms);
  // From the next sync on nothing more goes there, and the guests' laptops forget the copy. What
  // they read, they have read.
  Status EndSharing(const SpaceId& space);
  [[nodiscard]] Result<std::vector<Sharing>> Sharings();
  // The dossier from which that record of a nameless space was derived, for whoever holds the
  // dossiers' key; nothing: none of those that are here.
  [[nodiscard]] Result<std::optional<RecordId>> OriginalOf(const RecordId& derived);

  // -- Sync ----------------------------------------------------------------------------------

  // One sync. `report` tells what was done, also when it fails half-way. kRevoked: the organisation
  // has withdrawn this device; its keys are wiped from the store and from memory, and every later
  // Open fails with the same.
  Status Sync(HttpClient& http, SyncReport& report, LineCost cost = LineCost::kMetered);

  // What the syncs took of metered lines until now, and what they may take by themselves. Whoever
  // synchronises unasked looks first whether it is spent, and goes on all the same while
  // HasProtectionWaiting.
  [[nodiscard]] Result<Traffic::Use> ReadTraffic();
  Status SetByteBudget(const ByteBudget& budget);
  // Whether the server lacks what protects somebody and was written here: a value of a protective
  // field (a danger, a consent withdrawn, "do not call"), or the end of a sharing.
  [[nodiscard]] Result<bool> HasProtectionWaiting();

  // A file for colleagues' laptops where there is no network: what a sync would send, and what is
  // here of colleagues, as far as the readers are not known to hold it; `readers`: empty for
  // whoever in the spaces exchanges files. kNotEnrolled before the first sync; kInvalidInput: a
  // reader is no laptop of the organisation.
  [[nodiscard]] Result<CarriedOut> CarryOut(
      const std::set<DeviceId>& readers = {},
      std::size_t file_bytes_target = sync_limits::kCarriedFileBytesTarget);
  // Takes in what such a file brings; it may come twice, and what it brings may come by a sync as
  // well. `report` tells what was done, also when it fails half-way. Errors as Carrier::In.
  Status CarryIn(ByteView file, CarriedIn& report);

  // Whether the laptop is locked, or when it will be.
  [[nodiscard]] Absence ReadAbsence();

  // What the server, a colleague's laptop or somebody between did in the syncs of this laptop and
  // that cannot be right; the latest first.
  [[nodiscard]] Result<std::vector<Suspicions::Entry>> ReadSuspicions();
  // Somebody has read of all of them. They stay, as read.
  Status AcknowledgeSuspicions();

  // Called with the records that changed, after each commit, on the owner's thread.
  void Observe(std::function<void(const std::set<RecordId>&)> observer);

  [[nodiscard]] Result<EngineStatus> ReadStatus();

  // -- Recovery: engine/recovery.h ------------------------------------------------------------

  // This laptop's code on paper restores what it reads on its person's next laptop: from the next
  // sync on, when the directory says so. `code`: the plain bytes, of which only a public key is
  // kept. The last one noted holds.
  Status NoteRecoveryCode(ByteView code);
  // The code of a lost laptop of the same person was typed: the next sync says so in the directory,
  // for all to see, and then opens with it what this laptop has no key for. kInvalidInput for
  // another code, kAlreadyExists if it would open nothing; then nothing changed. The directory must
  // have been synchronised.
  Result<TypedRecovery> UseRecoveryCode(ByteView code);
  [[nodiscard]] Result<RecoveryStatus> ReadRecovery();
  // These are not among its notices any more.
  Status AcknowledgeRecoveries(const std::vector<Hash256>& statements);
  // When the server received the last of what a laptop wrote and this one read from its log, in
  // seconds; nothing if there is nothing.
  [[nodiscard]] Result<std::optional<std::uint64_t>> LastReceivedFrom(const DeviceId& author);

  // -- Care ----------------------------------------------------------------------------------

  // Looks through the whole store; nothing is changed.
  [[nodiscard]] Result<StoreCheck> Check();
  // A copy of the store as it is now, through the same layer, whole and on the disk.
  Status BackUpTo(const std::string& path);

  // A hash of the merged state: equal on devices that hold the same changes.
  [[nodiscard]] Result<Hash256> Digest();

 private:
  struct Parts;
  class Telling;
  explicit Engine(std::unique_ptr<Parts> parts);

  [[nodiscard]] Result<SpaceId> SpaceOf(const sacoche::Edit& edit,
                                        const std::optional<SpaceId>& space);
  [[nodiscard]] Status CheckNotACopy(const sacoche::Edit& edit, const SpaceId& space);
  [[nodiscard]] Result<SpaceId> SpaceForNew(const sacoche::Edit& edit,
                                            const std::optional<SpaceId>& space);
  // `entry_ids`: of the log entries that the edit adds, in their order; beyond, random ones.
  [[nodiscard]] Result<std::optional<Change>> MakeLocalChange(
      const sacoche::Edit& edit, const SpaceId& into,
      const std::vector<ByteArray<16>>& entry_ids = {});
  // engine_reading.cc
  [[nodiscard]] Result<std::set<DeviceId>> ReceiversOf(const SpaceId& space, std::uint64_t counter,
                                                       std::uint64_t sequence);
  // engine_projecting.cc
  [[nodiscard]] Result<std::vector<RecordId>> FollowChange(const SpaceId& space,
                                                           const std::set<RecordId>& dossiers,
                                                           Origin origin);
  [[nodiscard]] std::map<SpaceKind, SpaceId> ToldBy(const SpaceId& space) const;
  // The key that names what is derived from the space's records; empty: it is not here yet.
  [[nodiscard]] Result<SecretBytes> FirstKey(const SpaceId& space);
  [[nodiscard]] Result<std::vector<RecordId>> ProjectDossier(const SpaceId& space,
                                                             const RecordId& dossier);
  [[nodiscard]] Result<std::vector<RecordView>> ViewsOf(const RecordId& dossier);
  Status TellProjections(Telling& telling, const std::map<SpaceKind, SpaceId>& told,
                         const RecordId& dossier);
  // What was changed by others, once a sync has brought all of it. Whether anything was told.
  Result<bool> ProjectDue();
  Status LookForUntold();
  [[nodiscard]] bool Tells(const SpaceId& space) const;
  // engine_sharing.cc
  Status CopyShared(Telling& telling, const SpaceId& space, const RecordId& dossier);
  [[nodiscard]] Sharing SharingOf(const SharingStatement& said) const;
  // Whether the space holds what this laptop was lent, and may no longer show.
  [[nodiscard]] bool IsOver(const SpaceId& space) const;
  Result<bool> EndOverdueSharings();
  Status ForgetWhatIsOver();
  // engine_carrying.cc
  [[nodiscard]] Status CheckMayCarry() const;
  Status RunSyncs(HttpClient& http, SyncReport& report);
  Status RunOneSync(HttpClient& http, SyncReport& report);
  // Whether the holders of the organisation's recovery key may open the space.
  [[nodiscard]] bool OrganisationRecovers(const SpaceId& space) const;
  [[nodiscard]] Status CheckWritable() const;
  // engine_watch.cc
  void CountTraffic(std::uint64_t bytes);
  void LookAtTheClock();
  [[nodiscard]] Status CheckUnlocked();
  Status Agree(const std::optional<TrustedTime>& said);
  // Read without a look at the lock: what follows from a sync is computed as ever.
  [[nodiscard]] Result<std::optional<RecordView>> ReadHere(const RecordId& record);
  Status SayEnd(const SpaceId& space);
  Status ForgetKeys();
  // Keeps when this laptop heard of recoveries that are new to it.
  Status HearOfRecoveries();
  [[nodiscard]] Status CheckAgainstStore(const sacoche::Edit& edit);
  [[nodiscard]] Result<RecordView> View(const RecordHead& head);
  [[nodiscard]] Result<std::optional<VisibleField>> Show(
      const RecordHead& head, const FieldDef& field,
      const std::map<RegisterKey, Register>& registers);
  // Completes the times in what is shown by what the server told of its receipt.
  Status Date(const SpaceId& space, Candidate& candidate);
  Status Date(const SpaceId& space, Writer& writer);
  Status Date(const SpaceId& space, VisibleField& field);
  void Notify(const std::set<RecordId>& touched);

  std::unique_ptr<Parts> parts_;
};

}  // namespace sacoche
