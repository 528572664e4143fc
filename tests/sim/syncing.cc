#include "engine/rescue.h"
#include "sync-server/compaction.h"
#include "tests/sim/world.h"

namespace sacoche::sim {
namespace {

constexpr std::uint64_t kDayMs = 24ULL * 3600 * 1000;
constexpr std::uint64_t kBackupAgeMsMax = 30 * kDayMs;
constexpr std::int64_t kYearMs = static_cast<std::int64_t>(365 * kDayMs);

SimDisk::Kept DrawKept(Choices& choices) {
  using enum SimDisk::Kept;
  return choices.Of(std::vector{kAll, kNothing, kSomeSectors, kSomeSectors});
}

const char* NameOf(SimDisk::Kept kept) {
  switch (kept) {
    case SimDisk::Kept::kAll:
      return "power cut, unsynced writes kept";
    case SimDisk::Kept::kNothing:
      return "power cut, unsynced writes lost";
    case SimDisk::Kept::kSomeSectors:
      return "power cut, some sectors lost";
  }
  return "";
}

}  // namespace

Status World::Sync(Laptop& laptop, const NetworkPlan& plan, Choices& choices, SyncReport& report) {
  ++counters_.syncs;
  laptop.memory.is_beside = laptop.is_restored;
  if (laptop.is_restored) laptop.memory.Forget();
  SimNetwork network(server_, laptop.memory, copies_, counters_, plan, Choices(choices.Next()));
  const bool is_forgotten =
      !server_.directory().IsMember(laptop.id, spaces_[laptop.spaces.front()]);
  Status status = laptop->Sync(network, report);
  counters_.changes_in += report.changes_in;
  if (report.snapshots_in > 0) ++counters_.faults["a snapshot instead of the log"];
  Require(network.fault_found().empty(),
          network.fault_is_of_invariant_5() ? Invariant::kBlindServer : Invariant::kACutCostsLittle,
          network.fault_found());
  Say("  " + std::string(status ? "done" : status.error().message) + ", " +
      std::to_string(report.envelopes_out) + " envelopes out, " +
      std::to_string(report.envelopes_in) + " in, " + std::to_string(report.requests) +
      " requests" + (report.spaces_waiting_for_key > 0 ? ", waits for a key" : "") +
      (report.spaces_waiting_for_snapshot > 0 ? ", waits for a snapshot" : "") +
      (report.directory_withheld ? ", waits for the directory" : ""));
  const bool server_stumbled = server_.disk().struck();
  if (server_.disk().is_off()) {
    const SimDisk::Kept kept = DrawKept(choices);
    ++counters_.faults[std::string("server: ") + NameOf(kept)];
    server_.Restart(kept, choices);
  } else if (server_stumbled) {
    server_.disk().Mend();
  }
  NoteAgreement(laptop, plan, status);
  std::set<int> touched;
  for (const RecordId& id : report.touched)
    if (const auto record = model_.Find(id)) touched.insert(*record);
  // What came in before the power was cut may be there afterwards.
  laptop.deferred.insert(touched.begin(), touched.end());
  if (laptop.disk.is_off()) return status;
  if (plan.lie != NetworkPlan::Lie::kNone) unhealed_.insert(laptop.number);
  if (!plan.is_calm() || report.spaces_waiting_for_key > 0 || laptop.disk.struck())
    laptop.memory.received.clear();
  ReadAndCheck(laptop, touched);
  // Whoever the server forgot waits for a colleague who tells it.
  if (plan.is_calm() && !network.disturbed() && !server_stumbled && !laptop.disk.struck() &&
      !is_forgotten)
    JudgeSync(laptop, status, report, plan, network);
  return status;
}

void World::NoteAgreement(Laptop& laptop, const NetworkPlan& plan, const Status& status) {
  const bool is_certain = plan.lie == NetworkPlan::Lie::kNone && !laptop.disk.struck();
  if (!is_certain) laptop.agreed_at_ms.reset();
  if (!is_certain || !status) return;
  laptop.agreed_at_ms = true_clock_.NowMs();
  laptop.clock_was_moved = false;
  Require(!laptop->ReadAbsence().is_locked, Invariant::kAWrongClockHarmsNobody,
          "a laptop is locked after a whole sync");
}

// By its own clock; if nobody moved that one, by the true time.
void World::CheckLock(Laptop& laptop) {
  const bool is_locked = laptop->ReadAbsence().is_locked;
  if (is_locked) ++counters_.faults["a laptop is locked"];
  Require(!is_locked || lock_after_days_ > 0, Invariant::kAWrongClockHarmsNobody,
          "a laptop locks by no policy");
  if (!laptop.agreed_at_ms || laptop.clock_was_moved || lock_after_days_ == 0) return;
  const std::uint64_t passed_ms = true_clock_.NowMs() - *laptop.agreed_at_ms;
  const std::uint64_t lock_ms = lock_after_days_ * kDayMs;
  Require(!is_locked || passed_ms + sync_limits::kAgreementOldMsMax >= lock_ms,
          Invariant::kAWrongClockHarmsNobody, "a laptop is locked before its time");
  Require(is_locked || passed_ms < lock_ms, Invariant::kAtRestAlwaysEncrypted,
          "a laptop that stayed away is open");
  ++counters_.checks["a lock against the model"];
}

bool World::Unlock(Laptop& laptop, Choices& choices) {
  if (!laptop->ReadAbsence().is_locked) return true;
  SyncCalmly(laptop, choices);
  return !laptop.disk.struck() && !laptop->ReadAbsence().is_locked;
}

// Nothing stood in its way.
void World::JudgeSync(Laptop& laptop, const Status& status, const SyncReport& report,
                      const NetworkPlan&, const SimNetwork&) {
  const Invariant invariant = laptop.clock_error_ms != 0 ? Invariant::kAWrongClockHarmsNobody
                              : unhealed_.contains(laptop.number)
                                  ? Invariant::kARestoredServerIsHealed
                                  : Invariant::kNothingTypedIsLost;
  Require(status.has_value(), invariant,
          "a sync fails without a fault: " + (status ? "" : status.error().message));
  Require(report.envelopes_refused == 0, invariant, "the server refuses an envelope");
  Require(report.set_aside == 0, Invariant::kNothingTypedIsLost, "an envelope was set aside");
  if (report.spaces_waiting_for_key + report.spaces_waiting_for_snapshot > 0) return;
  // Until whoever was shown more, before the server was put back, comes and says that it gave way.
  if (report.directory_withheld && server_went_back_) return;
  const auto state = laptop->ReadStatus();
  Require(state.has_value(), Invariant::kNothingTypedIsLost, "no status");
  Require(state->changes_waiting == 0, Invariant::kNothingTypedIsLost,
          "changes wait after a whole sync");
  for (const int event : laptop.unsent) model_.events()[event].sent = true;
  laptop.unsent.clear();
  laptop.has_carried = false;
  if (std::exchange(laptop.is_restored, false)) {
    laptop.memory.Forget();
    laptop.forms.clear();
  }
  unhealed_.erase(laptop.number);
  if (laptop.number != newest_) root_knows_alone_ = false;
}

void World::SyncCalmly(Laptop& laptop, Choices& choices) {
  SyncReport report;
  NetworkPlan plan;
  if (choices.OneIn(8)) plan.piece_bytes = 1 + choices.Below(2000);
  plan.keeps_a_copy = choices.OneIn(16);
  if (Sync(laptop, plan, choices, report)) return;
}

void World::SyncThroughFaults(Laptop& laptop, Choices& choices) {
  SyncReport report;
  NetworkPlan plan;
  switch (choices.Below(4)) {
    case 0:
      plan.cut_after = choices.Below(choices.OneIn(2) ? 3000 : 600);
      break;
    case 1:
      plan.lost_answer = choices.Below(2);
      break;
    case 2:
      plan.delivers_twice = true;
      break;
    default:
      plan.delivers_twice = true;
      plan.lost_answer = 0;
  }
  plan.piece_bytes = 1 + choices.Below(4000);
  plan.keeps_a_copy = choices.OneIn(4);
  if (Sync(laptop, plan, choices, report)) return;
}

void World::SyncWithALiar(Laptop& laptop, Choices& choices) {
  using enum NetworkPlan::Lie;
  // Where those who left end is taken from what the server shows.
  if (AwaitsNewKey()) return;
  SyncReport report;
  NetworkPlan plan;
  plan.lie = choices.Of(std::vector{kFlipsABit, kFlipsABit, kLeavesEnvelopesOut, kStopsEarly,
                                    kForgesHeads, kForgesAcknowledgements, kSwapsEnvelopes});
  lied_ = laptop.was_lied_to = true;
  if (Sync(laptop, plan, choices, report)) return;
}

void World::DeliverACopy(Laptop&, Choices& choices) {
  if (copies_.empty()) return;
  ++counters_.faults["old request delivered again"];
  SimNetwork::DeliverAgain(server_, choices.Of(copies_));
}

void World::MoveClock(Laptop& laptop, Choices& choices) {
  const auto day = static_cast<std::int64_t>(kDayMs);
  laptop.clock_error_ms = choices.Of(
      std::vector<std::int64_t>{0, 0, 3'600'000, -3'600'000, 20 * day / 24, day, -day, 400 * day,
                                -400 * day, 10 * kYearMs, -10 * kYearMs, -50 * kYearMs});
  laptop.clock_was_moved = true;
  ++counters_.faults["a clock jumps"];
  Say("  error " + std::to_string(laptop.clock_error_ms) + " ms");
}

void World::PassTime(Laptop&, Choices& choices) { true_clock_.Advance(choices.Below(30 * kDayMs)); }

void World::RestartCleanly(Laptop& laptop, Choices&) {
  ++counters_.faults["restart"];
  laptop.engine.reset();
  OpenVault(laptop);
  OpenEngine(laptop);
  CheckWhatIsFresh(laptop);
}

// A few actions, somewhere in which the planned fault comes.
void World::ActUnderAFault(Laptop& laptop, Choices& choices) {
  for (int i = 0; i < 4 && !laptop.disk.struck(); ++i) {
    const auto action = choices.Of(std::vector<Action>{&World::EditSomething, &World::EditSomething,
                                                       &World::SyncCalmly, &World::CarryIn});
    (this->*action)(laptop, choices);
  }
  RepairAfter(laptop, choices);
}

void World::CutThePower(Laptop& laptop, Choices& choices) {
  laptop.disk.Plan(SimDisk::Fault::kPowerCut, choices.Below(choices.OneIn(2) ? 60 : 15));
  ActUnderAFault(laptop, choices);
}

void World::BreakTheDisk(Laptop& laptop, Choices& choices) {
  laptop.disk.Plan(choices.OneIn(2) ? SimDisk::Fault::kFull : SimDisk::Fault::kBroken,
                   choices.Below(40));
  ActUnderAFault(laptop, choices);
}

void World::RepairAfter(Laptop& laptop, Choices& choices) {
  const bool struck = laptop.disk.struck();
  if (laptop.disk.is_off()) {
    const SimDisk::Kept kept = DrawKept(choices);
    ++counters_.faults[NameOf(kept)];
    Say(std::string("  ") + NameOf(kept));
    laptop.engine.reset();
    laptop.vault.reset();
    laptop.disk.Restart(kept, choices);
    OpenVault(laptop);
    OpenEngine(laptop);
  } else {
    if (struck) ++counters_.faults["full or broken disk"];
    laptop.disk.Mend();
  }
  if (!struck) return;
  laptop.memory.received.clear();
  CheckWhatIsFresh(laptop);
}

void World::CutTheServersPower(Laptop& laptop, Choices& choices) {
  server_.disk().Plan(SimDisk::Fault::kPowerCut, choices.Below(12));
  SyncCalmly(laptop, choices);
  server_.disk().Mend();
}

void World::BreakTheServersDisk(Laptop& laptop, Choices& choices) {
  server_.disk().Plan(choices.OneIn(2) ? SimDisk::Fault::kFull : SimDisk::Fault::kBroken,
                      choices.Below(12));
  SyncCalmly(laptop, choices);
  if (server_.disk().struck()) ++counters_.faults["server's disk full or broken"];
  server_.disk().Mend();
}

void World::BackUpLaptop(Laptop& laptop, Choices&) {
  laptop.engine.reset();
  laptop.backup = Laptop::Backup{laptop.disk.Copy(), laptop.known, laptop.unsent};
  OpenVault(laptop);
  OpenEngine(laptop);
}

// What was sent comes back from the server. What was never sent since the backup is lost with the
// laptop, and must be lost for all. Not where snapshots are made: of what came with one the model
// knows the names alone, and another copy of a laptop gives a name a second time. Nor where a
// colleague has what the laptop lost (docs/decisions/0033-files-between-laptops.md).
void World::PutLaptopBack(Laptop& laptop, Choices& choices) {
  if (!laptop.backup || !unhealed_.empty() || makes_snapshots() || laptop.has_carried) return;
  ++counters_.faults["laptop put back from a backup"];
  laptop.engine.reset();
  laptop.vault.reset();
  laptop.disk.Replace(laptop.backup->files);
  OpenVault(laptop);
  for (const int event : laptop.unsent) {
    Event& lost = model_.events()[event];
    const auto known = laptop.backup->known.find(lost.record);
    if (known != laptop.backup->known.end() && known->second.Has(model_.OrdinalOf(event))) continue;
    lost.duty = Event::Duty::kMay;
  }
  laptop.unsent = laptop.backup->unsent;
  laptop.known = laptop.backup->known;
  laptop.memory.Forget();
  laptop.forms.clear();
  laptop.is_restored = laptop.was_put_back = somebody_went_back_ = true;
  laptop.agreed_at_ms.reset();
  if (choices.OneIn(3)) {
    const Status continued = ContinueBackup(
        {"store.db", laptop.vault ? laptop.vault->name() : laptop.disk.vfs_name()}, laptop.random);
    Require(continued.has_value(), Invariant::kNothingTypedIsLost, "a backup cannot be continued");
  }
  OpenEngine(laptop);
  CheckWhatIsFresh(laptop);
}

void World::BackUpServer(Laptop&, Choices&) {
  server_backup_ = ServerBackup{server_.BackUp(), true_clock_.NowMs()};
}

// Not while the only other place of an envelope forgot it as well (PROTOCOL.md, "A laptop that
// forgot"), nor to a moment from which colleagues keep no envelopes any more, nor while nobody
// could tell it what the administrator said last.
void World::PutServerBack(Laptop&, Choices&) {
  const bool nobody_lacks_his_own =
      std::ranges::none_of(Working(), [](const Laptop* laptop) { return laptop->is_restored; });
  if (!server_backup_ || !nobody_lacks_his_own || root_knows_alone_ ||
      true_clock_.NowMs() - server_backup_->made_at_ms > kBackupAgeMsMax)
    return;
  ++counters_.faults["server put back from a backup"];
  server_.PutBack(server_backup_->files);
  server_went_back_ = true;
  for (Laptop* laptop : Working()) {
    unhealed_.insert(laptop->number);
    laptop->memory.received.clear();
  }
}

// What a snapshot stands for is not kept longer than it must.
void World::CompactServer(Laptop&, Choices&) {
  const auto report = Compact(server_.store(), true_clock_, kRetentionDaysMin);
  Require(report.has_value(), Invariant::kARestoredServerIsHealed, "the server does not compact");
  if (report->envelopes_dropped > 0) ++counters_.faults["server drops what a snapshot stands for"];
}

void World::EnrolAnother(Laptop&, Choices& choices) {
  if (laptops_.size() >= laptops_max_ || !unhealed_.empty()) return;
  ++counters_.faults["a laptop enrols late"];
  AddLaptop(choices);
}

bool World::AwaitsNewKey() const {
  return std::ranges::any_of(
      spaces_, [&](const SpaceId& space) { return !server_.directory().Leavers(space).empty(); });
}

// What it had not sent is lost, unless a colleague has it; what the server has of it goes on like
// everybody's.
void World::WithdrawLaptop(Laptop& laptop, Choices& choices) {
  if (laptop.number < 2 || !unhealed_.empty() || laptop.is_restored || laptop.has_carried) return;
  ++counters_.faults["a laptop is withdrawn"];
  const Status revoked = organisation_->Revoke(laptop.id, RevocationStatement::Reason::kLost);
  Require(revoked.has_value(), Invariant::kNothingTypedIsLost, "a laptop cannot be withdrawn");
  for (const int event : laptop.unsent) model_.events()[event].duty = Event::Duty::kMay;
  SimNetwork network(server_, laptop.memory, copies_, counters_, {}, Choices(choices.Next()));
  SyncReport report;
  const Status status = laptop->Sync(network, report);
  Require(!status && status.error().code == ErrorCode::kRevoked, Invariant::kAtRestAlwaysEncrypted,
          "a withdrawn laptop keeps its keys");
  laptop.engine.reset();
  laptop.withdrawn = true;
  root_knows_alone_ = true;
  newest_ = -1;
}

// Whoever opens the next epoch loses the line before anybody else is given its key, and is
// withdrawn in turn.
void World::OrphanAnEpoch(Laptop& laptop, Choices& choices) {
  WithdrawLaptop(laptop, choices);
  const std::vector<Laptop*> colleagues = Working();
  // The last that enrolled: it may be withdrawn, if any may.
  if (!laptop.withdrawn || colleagues.size() < 2) return;
  Laptop& heir = *colleagues.back();
  if (choices.OneIn(2)) EditSomething(heir, choices);
  NetworkPlan plan;
  plan.breaks_behind_an_epoch = true;
  SyncReport report;
  (void)Sync(heir, plan, choices, report);
  if (choices.OneIn(2)) SyncCalmly(*choices.Of(colleagues), choices);
  if (choices.OneIn(2)) SyncThroughFaults(heir, choices);
  WithdrawLaptop(heir, choices);
}

// The server is put back to just after a laptop was withdrawn. Some have opened the next epoch by
// then, and written under its key; whoever comes first may know nothing of it, and opens another.
void World::ForgetAnEpoch(Laptop& laptop, Choices& choices) {
  WithdrawLaptop(laptop, choices);
  const std::vector<Laptop*> colleagues = Working();
  if (!laptop.withdrawn || colleagues.size() < 2) return;
  BackUpServer(laptop, choices);
  Laptop& unaware = *choices.Of(colleagues);
  for (std::uint64_t times = 1 + choices.Below(8); times > 0; --times) {
    Laptop& one = *choices.Of(colleagues);
    const auto action = choices.Of(std::vector<Action>{&World::EditSomething, &World::EditSomething,
                                                       &World::SyncCalmly, &World::SyncCalmly,
                                                       &World::SyncThroughFaults, &World::CarryIn});
    const bool would_hear = action != &World::EditSomething && action != &World::CarryIn;
    if (&one != &unaware || !would_hear) (this->*action)(one, choices);
  }
  PutServerBack(laptop, choices);
  if (choices.OneIn(2))
    SyncCalmly(unaware, choices);
  else
    SyncThroughFaults(unaware, choices);
}

}  // namespace sacoche::sim
