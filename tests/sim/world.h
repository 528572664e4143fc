#pragma once

#include "engine/organisation.h"
#include "platform/vault/vault_vfs.h"
#include "tests/fakes/manual_clock.h"
#include "tests/sim/model.h"
#include "tests/sim/sim_network.h"
#include "tests/sim/violation.h"

namespace sacoche::sim {

// What a run is made of. Whatever is 0 is drawn from the seed.
struct RunOptions {
  std::uint64_t seed = 1;
  std::uint64_t steps = 2000;
  std::uint64_t devices = 0;  // 2 to 8
  std::uint64_t spaces = 0;   // 1 to 3
  bool traces = false;
};

// One laptop: its disk, its clock, the real engine, and what it must hold.
struct Laptop {
  int number = 0;
  SimDisk disk;
  std::unique_ptr<VaultVfs> vault;  // over the disk, in a share of the runs
  ManualClock clock;
  std::int64_t clock_error_ms = 0;
  StepRandom random;
  std::unique_ptr<Engine> engine;
  std::vector<int> spaces;
  bool admitted = false;
  DeviceId id;
  bool withdrawn = false;    // for good: it does and shows nothing more
  bool is_replaced = false;  // after it was lost, by another one of its person's
  int person = 0;            // the number of her first laptop

  // The events of each record that it holds, by what it was told and what it showed.
  std::map<int, EventSet> known;
  SimNetwork::Memory memory;
  struct Backup {
    SimDisk::Files files;
    std::map<int, EventSet> known;
    std::vector<int> unsent;
  };
  std::optional<Backup> backup;
  bool is_restored = false;  // and has not synchronised since
  bool was_put_back = false;
  bool was_lied_to = false;
  bool has_carried = false;  // colleagues may hold what it has not sent
  std::vector<int> unsent;   // its own events that it was not told that the server has
  // Forms of a text that stand open, by record.
  struct Form {
    std::string text;
    TextVersion version;
  };
  std::map<int, Form> forms;
  std::set<int> fresh;     // records that changed since they were last read after a restart
  std::set<int> deferred;  // records that were to be read while it was locked
  // The true time of its last whole sync, as far as the simulation can tell what its store holds.
  std::optional<std::uint64_t> agreed_at_ms;
  bool clock_was_moved = false;  // since then

  Engine& operator*() { return *engine; }
  Engine* operator->() { return engine.get(); }
  [[nodiscard]] const EventSet& Known(int record) { return known[record]; }
  [[nodiscard]] bool IsMemberOf(int space) const { return std::ranges::count(spaces, space) > 0; }
};

// The organisation, its server and laptops, and the model of what they must show. Everything that
// happens follows from the seed. One thread.
class World {
 public:
  explicit World(const RunOptions& options);

  // Does the n-th step of the seed. Throws a Violation.
  void Step(std::uint64_t index);
  // Ends all faults, lets everybody synchronise until nothing is new, and checks that all is there.
  void Conclude();

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const std::string& trace() const { return trace_; }

 private:
  using Action = void (World::*)(Laptop&, Choices&);
  struct Kind {
    const char* name;
    unsigned weight;
    Action action;
  };
  static const std::vector<Kind>& Kinds();

  // -- Making ---------------------------------------------------------------------------------
  void AddLaptop(Choices& choices);
  Laptop& Add(std::unique_ptr<Laptop> laptop, Choices& choices);
  void Admit(Laptop& laptop);
  void OpenVault(Laptop& laptop);
  void OpenEngine(Laptop& laptop);

  // -- Steps ----------------------------------------------------------------------------------
  void EditSomething(Laptop& laptop, Choices& choices);
  void Resolve(Laptop& laptop, Choices& choices);
  void TakeBack(Laptop& laptop, Choices& choices);
  void SyncCalmly(Laptop& laptop, Choices& choices);
  void SyncThroughFaults(Laptop& laptop, Choices& choices);
  void SyncWithALiar(Laptop& laptop, Choices& choices);
  void DeliverACopy(Laptop& laptop, Choices& choices);
  void CarryIn(Laptop& laptop, Choices& choices);
  void MoveClock(Laptop& laptop, Choices& choices);
  void PassTime(Laptop& laptop, Choices& choices);
  void RestartCleanly(Laptop& laptop, Choices& choices);
  void CutThePower(Laptop& laptop, Choices& choices);
  void BreakTheDisk(Laptop& laptop, Choices& choices);
  void CutTheServersPower(Laptop& laptop, Choices& choices);
  void BreakTheServersDisk(Laptop& laptop, Choices& choices);
  void BackUpLaptop(Laptop& laptop, Choices& choices);
  void PutLaptopBack(Laptop& laptop, Choices& choices);
  void BackUpServer(Laptop& laptop, Choices& choices);
  void PutServerBack(Laptop& laptop, Choices& choices);
  void CompactServer(Laptop& laptop, Choices& choices);
  void EnrolAnother(Laptop& laptop, Choices& choices);
  void WithdrawLaptop(Laptop& laptop, Choices& choices);
  void ForgetAnEpoch(Laptop& laptop, Choices& choices);
  void OrphanAnEpoch(Laptop& laptop, Choices& choices);
  void RecoverLaptop(Laptop& laptop, Choices& choices);

  // -- Editing --------------------------------------------------------------------------------
  [[nodiscard]] std::vector<Wish> DrawWishes(Laptop& laptop, int record, Choices& choices);
  [[nodiscard]] Wish DrawWish(FieldId field, Laptop& laptop, int record, Choices& choices);
  [[nodiscard]] Wish DrawTextWish(Laptop& laptop, int record, Choices& choices);
  std::optional<int> DrawRecord(Laptop& laptop, Choices& choices);
  void Apply(Laptop& laptop, int record, const std::vector<Wish>& wishes);
  void ActUnderAFault(Laptop& laptop, Choices& choices);
  void RepairAfter(Laptop& laptop, Choices& choices);

  // -- Syncing --------------------------------------------------------------------------------
  Status Sync(Laptop& laptop, const NetworkPlan& plan, Choices& choices, SyncReport& report);
  void JudgeSync(Laptop& laptop, const Status& status, const SyncReport& report,
                 const NetworkPlan& plan, const SimNetwork& network);

  [[nodiscard]] bool makes_snapshots() const {
    return snapshot_after_ < sync_limits::kSnapshotAfterEnvelopes;
  }

  [[nodiscard]] std::vector<Laptop*> Working() const;
  // Nobody has yet opened a space again that somebody left.
  [[nodiscard]] bool AwaitsNewKey() const;

  // -- Locking --------------------------------------------------------------------------------
  void NoteAgreement(Laptop& laptop, const NetworkPlan& plan, const Status& status);
  void CheckLock(Laptop& laptop);
  // Whoever finds the laptop locked synchronises first. Whether it is open now.
  bool Unlock(Laptop& laptop, Choices& choices);

  // -- Checking -------------------------------------------------------------------------------
  void ReadHistory(Laptop& laptop, int record);
  void AddWhatCameWithSnapshots(Laptop& laptop, int record, EventSet& held);
  void TakeEvent(Laptop& laptop, int event, const std::vector<HistoryEntry>& writes);
  void CheckShown(Laptop& laptop, int record);
  void CheckText(Laptop& laptop, int record, const VisibleField* shown);
  void CheckUnseen(Laptop& laptop, int record);
  [[nodiscard]] int NumberOf(const Writer& writer);
  void CheckConflicts(Laptop& laptop);
  void ReadAndCheck(Laptop& laptop, const std::set<int>& records);
  void CheckWhatIsFresh(Laptop& laptop);
  void CheckEverythingOf(Laptop& laptop);
  void CheckSuspicions(Laptop& laptop);
  void CheckNothingIsLost();
  void CheckConvergence();
  void CheckIdleSync(Laptop& laptop);
  void CheckCanaries();
  void CountLostKeys();

  void Note(const std::string& line);
  void Say(const std::string& line) {
    if (options_.traces) Note(line);
  }

  RunOptions options_;
  Counters counters_;
  std::string trace_;
  ManualClock true_clock_;
  SimServer server_;
  StepRandom root_random_;
  std::unique_ptr<HttpClient> root_http_;
  std::unique_ptr<Organisation> organisation_;
  std::vector<SpaceId> spaces_;
  std::vector<std::unique_ptr<Laptop>> laptops_;
  std::size_t laptops_max_ = 0;
  bool in_vaults_ = false;
  std::uint64_t snapshot_after_ = sync_limits::kSnapshotAfterEnvelopes;
  std::uint64_t snapshot_for_newcomer_ = sync_limits::kSnapshotAfterEnvelopes;
  std::uint64_t lock_after_days_ = 0;
  Model model_;
  std::deque<SimNetwork::Recorded> copies_;
  std::deque<Bytes> carried_files_;
  struct ServerBackup {
    SimDisk::Files files;
    std::uint64_t made_at_ms = 0;
  };
  std::optional<ServerBackup> server_backup_;
  // Laptops that have not synchronised since the server was put back, or lied.
  std::set<int> unhealed_;
  // The administrator said something that no laptop knows but the newest, which it admits.
  bool root_knows_alone_ = false;
  int newest_ = -1;
  bool lied_ = false;                // the server did, at some time
  bool server_went_back_ = false;    // it was put back, at some time
  bool somebody_went_back_ = false;  // a laptop was
  bool somebody_took_a_file_ = false;
  std::uint64_t step_ = 0;
};

}  // namespace sacoche::sim
