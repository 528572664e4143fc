#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/change/make_change.h"
#include "engine/engine.h"
#include "tests/sim/sim_schema.h"

namespace sacoche::sim {

// Some of the events of one record, by their number in it.
class EventSet {
 public:
  [[nodiscard]] bool Has(std::size_t n) const {
    return n / 64 < words_.size() && (words_[n / 64] >> (n % 64) & 1) != 0;
  }
  void Add(std::size_t n) {
    if (words_.size() <= n / 64) words_.resize(n / 64 + 1);
    words_[n / 64] |= std::uint64_t{1} << (n % 64);
  }
  void Join(const EventSet& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }
  [[nodiscard]] bool Covers(const EventSet& other) const {
    for (std::size_t i = 0; i < other.words_.size(); ++i)
      if ((other.words_[i] & ~(i < words_.size() ? words_[i] : 0)) != 0) return false;
    return true;
  }
  [[nodiscard]] bool empty() const {
    return std::ranges::all_of(words_, [](std::uint64_t word) { return word == 0; });
  }

 private:
  std::vector<std::uint64_t> words_;
};

// What a person asked of one field, before any of the engine's code saw it. Of an entry that
// corrects another, `corrects` is the number of the event that made that one.
struct Wish {
  FieldEdit edit;
  std::optional<int> corrects;
  // Of an edit of a text: the word that it adds, and one that it takes out.
  std::string added = {};
  std::string removed = {};
};

// One edit that somebody made, and everything that they had seen in that record.
struct Event {
  int number = 0;  // in the run
  int device = 0;
  int record = 0;
  std::uint64_t made_at_ms = 0;  // at the latest, as far as the device can know
  EventSet seen;
  std::map<int, EventSet> beside;  // and of the other records of its dossier
  bool looks = false;              // at what was written without sight of a closing
  struct Write {
    FieldId field{};
    Bytes element;  // a set's value; an entry's event number
    Value value;
    std::int64_t round = 0;
    std::string added = {};  // of a text, as in the wish
    std::string removed = {};
  };
  std::vector<Write> writes;

  // kMay: the edit failed half-way, or a laptop lost it with what it had not sent. It may turn up,
  // but then everywhere.
  enum class Duty { kMust, kMay } duty = Duty::kMust;
  bool sent = false;  // its device was told that the server has it

  // What the engine gave it; known once its device's history was read.
  std::optional<ChangeStamp> stamp;
  ByteArray<16> entry{};
};

struct ModelRecord {
  RecordId id;
  KindId kind{};
  RecordId dossier;
  int space = 0;
  std::vector<int> events;
};

// What must come out, from a plain map of histories: every event with what its author had seen. No
// registers, no overwritten dots, and no code of merge, change or commit.
class Model {
 public:
  int AddRecord(ModelRecord record);
  [[nodiscard]] const std::vector<ModelRecord>& records() const { return records_; }
  [[nodiscard]] std::vector<Event>& events() { return events_; }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  [[nodiscard]] std::optional<int> Find(const RecordId& id) const;

  // The event that somebody who knows `known` makes by this; nothing if it must be refused.
  [[nodiscard]] std::optional<Event> Plan(int record, const std::vector<Wish>& wishes,
                                          const EventSet& known) const;
  // Takes the event in.
  int Add(Event event);
  [[nodiscard]] std::size_t OrdinalOf(int event) const { return ordinals_[event]; }

  struct Shown {
    std::vector<Value> values;  // candidates of a single value, best first; elements; entries
    Precedence first_applies = Precedence::kLatest;
    bool operator==(const Shown&) const = default;
  };
  [[nodiscard]] Shown Show(int record, FieldId field, const EventSet& known) const;
  // The words that the text must hold, once each: added by somebody, taken out by nobody, and seen
  // by no erasure.
  [[nodiscard]] std::vector<std::string> WordsOf(int record, const EventSet& known) const;
  // Whether people must be told.
  [[nodiscard]] bool IsConflict(int record, FieldId field, const EventSet& known) const;
  // Whether everything that the authors of these events had seen is among them. If not, as while a
  // server is being healed, what shows is not asked for: it changes with what is still to come.
  [[nodiscard]] bool IsClosed(int record, const EventSet& known) const;
  [[nodiscard]] bool IsErased(int record, const EventSet& known) const;

  using KnownOf = std::function<const EventSet&(int)>;
  [[nodiscard]] const std::vector<int>& DossierOf(int record) const {
    return dossiers_.at(records_[record].dossier);
  }
  // As IsClosed, of a whole dossier and across its records.
  [[nodiscard]] bool IsWhole(int record, const KnownOf& known_of) const;
  // The closings of that root that apply for somebody who knows `known`.
  [[nodiscard]] std::set<int> Closings(int root, const EventSet& known) const;
  // What stands in the dossier of a closed root and was written without sight of its closing:
  // record, field, and the laptop of its author.
  using Unseen = std::set<std::tuple<int, FieldId, int>>;
  [[nodiscard]] Unseen UnseenByClosing(int root, const KnownOf& known_of) const;

 private:
  struct Standing {
    const Event* event = nullptr;
    const Event::Write* write = nullptr;
  };
  using Key = std::pair<FieldId, Bytes>;
  using History = std::vector<std::pair<int, std::size_t>>;  // event, which of its writes

  [[nodiscard]] std::vector<Standing> StandingOf(int record, const Key& key,
                                                 const EventSet& known) const;
  [[nodiscard]] std::vector<Standing> TextEditsOf(int record, const EventSet& known) const;
  [[nodiscard]] std::vector<Standing> BestOf(int record, FieldId field,
                                             const EventSet& known) const;
  [[nodiscard]] bool IsThere(int record, const Key& key, const EventSet& known) const;
  [[nodiscard]] bool PlanWish(int record, const Wish& wish, const EventSet& known,
                              Event& event) const;
  bool PlanState(int record, const Wish& wish, const EventSet& known, Event& event) const;
  [[nodiscard]] const EventSet& SeenOf(const Event& event, int record) const;
  [[nodiscard]] bool IsCovered(int root, const Event& event, const std::set<int>& closings,
                               const EventSet& known_of_root) const;

  std::vector<ModelRecord> records_;
  std::map<RecordId, int> by_id_;
  std::map<RecordId, std::vector<int>> dossiers_;
  std::vector<Event> events_;
  std::vector<std::size_t> ordinals_;              // by event
  std::vector<std::map<Key, History>> histories_;  // by record
};

}  // namespace sacoche::sim
