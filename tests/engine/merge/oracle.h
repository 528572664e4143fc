#pragma once

#include "tests/engine/merge/history.h"

namespace sacoche {

// What must come out, from a plain map of histories: every event with the set of changes that its
// author knew. It has no registers, no overwritten dots and no code of merge or change. An event
// stands, for somebody who knows certain changes, if none of them was made with sight of it.
class Oracle {
 public:
  using Known = std::set<Dot>;

  enum class Outcome { kRefused, kNothingToDo, kWritten };

  // Somebody who knows `known` asks for this.
  Outcome Ask(const Wish& wish, const ChangeStamp& stamp, const Known& known);

  struct Shown {
    std::vector<Value> values;  // of a single value the candidates; else elements or entries
    Precedence first_applies = Precedence::kLatest;  // of several candidates

    bool operator==(const Shown&) const = default;
  };
  [[nodiscard]] Shown Show(FieldId field, const Known& known) const;
  [[nodiscard]] bool HoldsUnseenContent(const Known& known) const;
  // What was written without sight of the closing that stands: of each field and author the last.
  [[nodiscard]] std::set<Dot> UnseenByClosing(const Known& known) const;

 private:
  struct Event {
    ChangeStamp stamp;
    Known seen;
    Value value;
    std::int64_t round = 0;
  };
  using Key = std::pair<FieldId, Bytes>;
  using Events = std::vector<const Event*>;

  [[nodiscard]] Events Standing(const Key& key, const Known& known) const;
  [[nodiscard]] static std::ptrdiff_t CountOf(const Events& events, const Value& value);
  [[nodiscard]] static bool IsAStampInDoubt(const Events& best);
  [[nodiscard]] Events Best(FieldId field, const Known& known) const;
  [[nodiscard]] bool IsThere(const Key& key, const Known& known) const;
  [[nodiscard]] bool IsErased(const Known& known) const;
  [[nodiscard]] std::vector<Key> KeysOf(FieldId field) const;
  [[nodiscard]] std::optional<Precedence> Contends(FieldId field, const Event& first,
                                                   const Event& other) const;
  bool Plan(const FieldEdit& edit, const Known& known, std::map<Key, Event>& plan);
  bool PlanState(const FieldEdit& edit, const Known& known, std::map<Key, Event>& plan);
  // Of the states that end the work, those than which none is further.
  [[nodiscard]] std::set<Dot> Closings(const Known& known) const;
  [[nodiscard]] bool IsCovered(const Event& event, const std::set<Dot>& closings,
                               const Known& known) const;
  void PlanErasure(const FieldEdit& edit, const Known& known, std::map<Key, Event>& plan);

  std::map<Key, std::vector<Event>> histories_;
  std::vector<Event> looks_;  // at what was written without sight of a closing
  std::map<DeviceId, std::uint8_t> entries_;
  DeviceId author_;
};

}  // namespace sacoche
