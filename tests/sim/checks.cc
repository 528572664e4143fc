#include "engine/record/state.h"
#include "tests/sim/world.h"

namespace sacoche::sim {
namespace {

constexpr int kRoundsMax = 12;
constexpr std::uint64_t kStampAheadMsMax = HlcGenerator::kRemoteAheadMsMax + 60'000;
// A request with nothing to say and its answer: what the headers' signature covers is not counted.
constexpr std::uint64_t kIdleSyncBytes = 80;
constexpr std::uint64_t kIdleSyncBytesOfSpace = 128;

std::optional<int> EventNamedIn(const HistoryEntry& entry) {
  if (const auto* number = entry.value.As<std::int64_t>();
      number != nullptr && entry.field == kCount)
    return static_cast<int>(*number);
  const auto* text = entry.value.As<std::string>();
  if (text == nullptr || !text->starts_with(kCanary)) return std::nullopt;
  return std::stoi(text->substr(kCanary.size()));
}

std::vector<Value> ValuesOf(const VisibleField* visible) {
  std::vector<Value> values;
  if (visible == nullptr) return values;
  if (!visible->entries.empty()) {
    for (const LogEntry& entry : visible->entries) values.push_back(entry.written.value);
  } else if (const auto* list = visible->value.As<ValueList>()) {
    values = *list;
  } else {
    for (const Candidate& candidate : visible->candidates) values.push_back(candidate.value);
  }
  return values;
}

std::string Words(const std::vector<Value>& values) {
  std::string words;
  for (const Value& value : values) words += "[" + FormatValue(value) + "]";
  return words;
}

}  // namespace

// What a laptop shows of a record's history must hold all that it held before.
void World::ReadHistory(Laptop& laptop, int record) {
  laptop.fresh.insert(record);
  const auto history = laptop->History(model_.records()[record].id);
  Require(history.has_value(), Invariant::kNothingTypedIsLost, "a history cannot be read");
  std::map<Dot, std::vector<HistoryEntry>> changes;
  for (const HistoryEntry& entry : *history) changes[entry.dot].push_back(entry);
  EventSet held;
  for (const auto& [dot, writes] : changes) {
    std::optional<int> event;
    for (const HistoryEntry& entry : writes)
      if (const auto named = EventNamedIn(entry)) event = named;
    const bool is_known =
        event && *event < std::ssize(model_.events()) && model_.events()[*event].record == record;
    Require(is_known, Invariant::kConvergence, "a laptop holds a change that nobody made");
    Require(!held.Has(model_.OrdinalOf(*event)), Invariant::kConvergence,
            "event " + std::to_string(*event) + " is there twice");
    held.Add(model_.OrdinalOf(*event));
    TakeEvent(laptop, *event, writes);
  }
  AddWhatCameWithSnapshots(laptop, record, held);
  EventSet& known = laptop.known[record];
  for (const int event : model_.records()[record].events)
    Require(!known.Has(model_.OrdinalOf(event)) || held.Has(model_.OrdinalOf(event)),
            Invariant::kNothingTypedIsLost,
            "laptop " + std::to_string(laptop.number) + " lost event " + std::to_string(event));
  known = held;
}

// Of these a history tells nothing but that they were.
void World::AddWhatCameWithSnapshots(Laptop& laptop, int record, EventSet& held) {
  const ModelRecord& target = model_.records()[record];
  const auto has_more = laptop->HasOlderHistory(target.id);
  Require(has_more.has_value(), Invariant::kNothingTypedIsLost, "a history cannot be read");
  if (!*has_more) return;
  for (const int event : target.events) {
    const auto& stamp = model_.events()[event].stamp;
    if (!stamp || held.Has(model_.OrdinalOf(event))) continue;
    const auto came = laptop->CameWithSnapshot(spaces_[target.space], stamp->dot);
    Require(came.has_value(), Invariant::kNothingTypedIsLost, "a change cannot be looked up");
    if (*came) held.Add(model_.OrdinalOf(event));
  }
}

void World::TakeEvent(Laptop& laptop, int number, const std::vector<HistoryEntry>& writes) {
  Event& event = model_.events()[number];
  const std::string name = "event " + std::to_string(number);
  const HistoryEntry& first = writes.front();
  if (event.stamp) {
    Require(event.stamp->hlc == first.hlc && event.stamp->author == first.author,
            Invariant::kConvergence, name + " has another stamp elsewhere");
    event.stamp->dot = first.dot;
    return;
  }
  // How many registers a text takes is its own affair; a look is none of the model's writes.
  const auto uncounted = std::ranges::count_if(writes, [](const HistoryEntry& entry) {
    return (entry.field == kStory && entry.value.empty()) || entry.element == SightElement();
  });
  Require(std::ssize(writes) - uncounted == std::ssize(event.writes), Invariant::kConvergence,
          name + " does not hold what was typed");
  Require(first.author == laptops_[event.device]->id, Invariant::kConvergence,
          name + " has another author");
  Require(
      first.hlc.physical_ms() <= std::max(event.made_at_ms, true_clock_.NowMs()) + kStampAheadMsMax,
      Invariant::kAWrongClockHarmsNobody, name + " is dragged along by a wrong clock");
  for (const Event::Write& write : event.writes) {
    const Value stored =
        write.field == kStage ? StoredState(RoundState{write.value, write.round}) : write.value;
    const auto found = std::ranges::find_if(writes, [&](const HistoryEntry& entry) {
      return entry.field == write.field && (entry.field == kStory || entry.value == stored);
    });
    Require(found != writes.end(), Invariant::kConvergence, name + " does not hold what was typed");
    if (write.field == kEntries && found->element.size() >= 16)
      std::copy_n(found->element.begin(), 16, event.entry.begin());
  }
  event.stamp = ChangeStamp{first.dot, first.hlc, first.author};
  if (laptop.number == event.device && !event.sent) laptop.unsent.push_back(number);
}

void World::CheckShown(Laptop& laptop, int record) {
  const EventSet& known = laptop.Known(record);
  if (!model_.IsClosed(record, known)) {
    // The server gives what was written upon something behind it, unless somebody forgot or lied. A
    // file may hold the one without the other where the one does not replace the other.
    Require(server_went_back_ || lied_ || somebody_went_back_ || somebody_took_a_file_,
            Invariant::kExactCausality,
            "laptop " + std::to_string(laptop.number) + " holds of record " +
                std::to_string(record) + " what was written upon what it lacks");
    return;
  }
  ++counters_.checks["a record against the model"];
  const auto view = laptop->Read(model_.records()[record].id);
  Require(view.has_value() && view->has_value() == !known.empty(), Invariant::kConvergence,
          "a record cannot be read");
  if (!*view) return;
  for (const FieldDef& field : SimSchema().FindKind(model_.records()[record].kind)->fields) {
    const Model::Shown wanted = model_.Show(record, field.id, known);
    const VisibleField* visible = (*view)->Find(field.id);
    if (field.id == kStory) {
      CheckText(laptop, record, visible);
      continue;
    }
    const std::vector<Value> shown = ValuesOf(visible);
    if (shown == wanted.values &&
        (shown.size() < 2 || field.is_list() || visible->first_applies == wanted.first_applies))
      continue;
    const Invariant invariant = shown.size() < wanted.values.size()   ? Invariant::kNoSilentLoser
                                : shown.size() > wanted.values.size() ? Invariant::kExactCausality
                                                                      : Invariant::kConvergence;
    throw Violation{invariant, "laptop " + std::to_string(laptop.number) + ", record " +
                                   std::to_string(record) + ", " + field.name + ": shows " +
                                   Words(shown) + " instead of " + Words(wanted.values)};
  }
  CheckUnseen(laptop, record);
}

// What was written into a closed dossier without sight of the closing, and by whom.
void World::CheckUnseen(Laptop& laptop, int record) {
  const auto root = model_.Find(model_.records()[record].dossier);
  const auto known_of = [&](int one) -> const EventSet& { return laptop.Known(one); };
  if (!root || laptop.Known(*root).empty() || !model_.IsWhole(record, known_of)) return;
  const Model::Unseen wanted = model_.UnseenByClosing(*root, known_of);
  const auto view = laptop->Read(model_.records()[*root].id);
  Require(view && *view, Invariant::kConvergence, "a root cannot be read");
  const VisibleField* stage = (*view)->Find(kStage);
  Model::Unseen shown;
  if (stage != nullptr)
    for (const UnseenWrite& write : stage->unseen)
      shown.insert({model_.Find(write.record).value_or(-1), write.field, NumberOf(write.writer)});
  const std::string of = "laptop " + std::to_string(laptop.number) + ", dossier " +
                         std::to_string(*root) + ", closed: ";
  for (const auto& [one, field, author] : wanted)
    Require(shown.contains({one, field, author}), Invariant::kNoSilentLoser,
            of + "nobody is told of field " + std::to_string(static_cast<int>(field)) +
                " of record " + std::to_string(one));
  for (const auto& [one, field, author] : shown)
    Require(wanted.contains({one, field, author}), Invariant::kExactCausality,
            of + "what laptop " + std::to_string(author) + " wrote into field " +
                std::to_string(static_cast<int>(field)) + " of record " + std::to_string(one) +
                " was seen, and is called unseen");
  ++counters_.checks["a closed dossier against the model"];
}

int World::NumberOf(const Writer& writer) {
  for (const auto& laptop : laptops_)
    if (laptop->id == writer.author) return laptop->number;
  return -1;
}

// Each word once, whole, and no other; the order is nobody's but the authors'.
void World::CheckText(Laptop& laptop, int record, const VisibleField* shown) {
  const std::vector<std::string> words = model_.WordsOf(record, laptop.Known(record));
  std::string text = shown == nullptr ? "" : FormatValue(shown->value);
  const std::string of =
      "laptop " + std::to_string(laptop.number) + ", record " + std::to_string(record) + ", text: ";
  for (const std::string& word : words) {
    const auto at = text.find(word);
    Require(at != std::string::npos, Invariant::kNoSilentLoser, of + word + " is not in " + text);
    text.erase(at, word.size());
  }
  Require(text.find_first_not_of(" \n…\u2026") == std::string::npos, Invariant::kConvergence,
          of + "what nobody wrote, or somebody took out, is there: " + text);
  Require(shown == nullptr || shown->edits_not_shown == 0, Invariant::kNoSilentLoser,
          of + "edits are not shown");
}

void World::CheckConflicts(Laptop& laptop) {
  const auto conflicts = laptop->Conflicts();
  Require(conflicts.has_value(), Invariant::kNoSilentLoser, "the conflicts cannot be read");
  std::set<std::pair<int, FieldId>> reported;
  for (const Conflict& conflict : *conflicts)
    if (const auto record = model_.Find(conflict.record))
      reported.insert({*record, conflict.field});
  for (int record = 0; record < std::ssize(model_.records()); ++record) {
    if (!laptop.IsMemberOf(model_.records()[record].space)) continue;
    const EventSet& known = laptop.Known(record);
    if (known.empty()) continue;
    Require(model_.IsClosed(record, known), Invariant::kNothingTypedIsLost,
            "something that was seen is not there");
    for (const FieldDef& field : SimSchema().FindKind(model_.records()[record].kind)->fields) {
      if (field.id == kStory) continue;  // tests/engine/merge says which passages are flagged
      const auto known_of = [&](int one) -> const EventSet& { return laptop.Known(one); };
      const bool is_root = model_.records()[record].id == model_.records()[record].dossier;
      const bool wanted =
          model_.IsConflict(record, field.id, known) ||
          (field.id == kStage && is_root && !model_.UnseenByClosing(record, known_of).empty());
      const bool found = reported.contains({record, field.id});
      if (wanted == found) continue;
      throw Violation{wanted ? Invariant::kNoSilentLoser : Invariant::kExactCausality,
                      "record " + std::to_string(record) + ", " + field.name +
                          (wanted ? ": a conflict is not reported" : ": a false conflict")};
    }
  }
}

void World::CheckWhatIsFresh(Laptop& laptop) {
  ReadAndCheck(laptop, std::exchange(laptop.fresh, {}));
}

// What one record shows may follow from another of its dossier: all are read first.
void World::ReadAndCheck(Laptop& laptop, const std::set<int>& records) {
  laptop.deferred.insert(records.begin(), records.end());
  if (laptop->ReadAbsence().is_locked) {
    for (const int record : records) {
      const auto read = laptop->Read(model_.records()[record].id);
      Require(!read && read.error().code == ErrorCode::kLocked, Invariant::kAtRestAlwaysEncrypted,
              "a locked laptop shows a record");
    }
    return;
  }
  const std::set<int> all = std::exchange(laptop.deferred, {});
  for (const int record : all) ReadHistory(laptop, record);
  for (const int record : all) CheckShown(laptop, record);
}

void World::CheckEverythingOf(Laptop& laptop) {
  std::set<int> records;
  for (int record = 0; record < std::ssize(model_.records()); ++record)
    if (laptop.IsMemberOf(model_.records()[record].space)) records.insert(record);
  ReadAndCheck(laptop, records);
  CheckConflicts(laptop);
  CheckSuspicions(laptop);
  ++counters_.checks["a laptop against the model"];
}

// Nobody is accused who did nothing: a warning that comes up in an honest week is not read in a bad
// one.
void World::CheckSuspicions(Laptop& laptop) {
  using enum Suspicion;
  std::set<Suspicion> deserved;
  if (laptop.was_put_back) deserved.insert(kStoreCopied);
  // Who was lied to tells the others, in good faith, what it was shown.
  if (lied_ || server_went_back_) deserved.insert({kShownDifferently, kDirectoryWithheld});
  if (server_went_back_) deserved.insert({kServerForgot, kEnvelopeLeftOut, kAfterLeaving});
  const auto entries = laptop->ReadSuspicions();
  Require(entries.has_value(), Invariant::kNothingTypedIsLost, "suspicions cannot be read");
  for (const Suspicions::Entry& entry : *entries)
    Require(laptop.was_lied_to || deserved.contains(entry.subject.what),
            Invariant::kARestoredServerIsHealed,
            "laptop " + std::to_string(laptop.number) +
                " suspects without a reason: " + std::string(NameOf(entry.subject.what)));
  ++counters_.checks["suspicions against what was done"];
}

void World::CheckNothingIsLost() {
  for (const Event& event : model_.events()) {
    const int space = model_.records()[event.record].space;
    std::size_t members = 0;
    std::size_t holders = 0;
    std::string lacking;
    for (Laptop* laptop : Working()) {
      if (!laptop->IsMemberOf(space)) continue;
      ++members;
      if (laptop->Known(event.record).Has(model_.OrdinalOf(event.number)))
        ++holders;
      else
        lacking += " " + std::to_string(laptop->number);
    }
    const bool may_be_gone = event.duty == Event::Duty::kMay && holders == 0;
    Require(holders == members || may_be_gone,
            holders == 0 ? Invariant::kNothingTypedIsLost : Invariant::kConvergence,
            "event " + std::to_string(event.number) + " is on " + std::to_string(holders) + " of " +
                std::to_string(members) + " laptops; it lacks on" + lacking);
  }
}

void World::CheckConvergence() {
  std::map<std::vector<int>, std::string> digests;
  for (Laptop* laptop : Working()) {
    const auto digest = (*laptop)->Digest();
    Require(digest.has_value(), Invariant::kConvergence, "no digest");
    const std::string hex = ToHex(*digest);
    const auto [known, is_new] = digests.try_emplace(laptop->spaces, hex);
    Require(known->second == hex, Invariant::kConvergence,
            "laptop " + std::to_string(laptop->number) + " has another state");
    Say("laptop " + std::to_string(laptop->number) + " digest " + hex.substr(0, 16));
  }
}

void World::CheckIdleSync(Laptop& laptop) {
  SyncReport report;
  Choices choices(step_);
  if (!Sync(laptop, {}, choices, report)) return;
  const std::uint64_t bytes = report.body_bytes_up + report.body_bytes_down;
  Require(report.requests == 1 &&
              bytes <= kIdleSyncBytes + kIdleSyncBytesOfSpace * laptop.spaces.size(),
          Invariant::kCostGrowsWithWhatIsNew,
          "a sync with nothing new costs " + std::to_string(bytes) + " bytes in " +
              std::to_string(report.requests) + " requests");
  const auto state = laptop->ReadStatus();
  Require(state && state->set_aside == 0 && state->envelopes_refused == 0,
          Invariant::kNothingTypedIsLost, "something was refused or set aside");
  Require(state->changes_by_file_only == 0, Invariant::kNothingTypedIsLost,
          "what a file brought is not at the server");
}

// The control tells that the canary can be found at all.
void World::CheckCanaries() {
  Require(!server_.disk().Contains(kCanary), Invariant::kBlindServer,
          "a typed text is on the server's disk");
  for (Laptop* laptop : Working()) {
    const bool found = laptop->disk.Contains(kCanary);
    Require(!in_vaults_ || !found, Invariant::kAtRestAlwaysEncrypted,
            "a typed text is on a laptop's disk");
    const bool holds_text = std::ranges::any_of(model_.events(), [&](const Event& event) {
      return laptop->Known(event.record).Has(model_.OrdinalOf(event.number)) &&
             event.writes.front().value.As<std::string>() != nullptr;
    });
    Require(in_vaults_ || found || !holds_text, Invariant::kAtRestAlwaysEncrypted,
            "the canary of a run in the clear is not found: the checker is blind");
  }
  ++counters_.checks[in_vaults_ ? "disks in the vault" : "disks in the clear"];
}

// Whether what is to be survived came to pass.
void World::CountLostKeys() {
  const Directory& directory = server_.directory();
  for (const SpaceId& space : spaces_)
    for (std::uint64_t epoch = 1; epoch <= directory.CurrentEpoch(space) + 1; ++epoch)
      if (!directory.FindLostKeys(space, epoch).empty())
        ++counters_.faults["two epochs of one number"];
  for (const SpaceId& space : spaces_)
    for (std::uint64_t epoch = 1; epoch <= directory.CurrentEpoch(space); ++epoch)
      if (!directory.IsLedBackTo(space, epoch)) ++counters_.faults["an epoch that nobody holds"];
}

void World::Conclude() {
  Say("# all faults end");
  Choices choices(Mix(options_.seed, ~std::uint64_t{0}));
  if (choices.OneIn(8)) AddLaptop(choices);
  bool goes_on = true;
  for (int round = 0; goes_on; ++round) {
    Require(round < kRoundsMax, Invariant::kConvergence, "the syncs never come to rest");
    goes_on = round == 0;
    for (Laptop* laptop : Working()) {
      SyncReport report;
      // Only whom a restored server forgot is told no, until a colleague has told it.
      if (!Sync(*laptop, {}, choices, report)) goes_on = true;
      goes_on |= report.envelopes_in + report.envelopes_out + report.statements_in > 0;
    }
  }
  for (Laptop* laptop : Working()) CheckEverythingOf(*laptop);
  CheckNothingIsLost();
  CheckConvergence();
  for (Laptop* laptop : Working()) CheckIdleSync(*laptop);
  CheckCanaries();
  CountLostKeys();
  ++counters_.runs;
}

}  // namespace sacoche::sim
