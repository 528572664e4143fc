#pragma once

#include <gtest/gtest.h>

#include <random>

#include "engine/change/make_change.h"
#include "engine/merge/closed.h"
#include "engine/merge/merge.h"
#include "tests/support/test_schema.h"

namespace sacoche {

inline const RecordId kOneRecord = RecordId::FromArray({1});

// What somebody asked of the one record, before any of the engine's code saw it.
struct Wish {
  std::vector<FieldEdit> fields;
};

// The one record as one device holds it, with exactly the changes that reached it.
struct Holder {
  std::map<RegisterKey, Register> registers;
  std::set<Dot> known;

  void Apply(const Change& change) {
    if (known.contains(change.dot)) return;
    const SeenDot seen = [this](const Dot& dot) -> Result<bool> { return known.contains(dot); };
    for (const RecordWrite& record : change.records)
      for (const FieldWrite& write : record.writes) {
        Register& reg = registers[RegisterKey{write.field, write.element}];
        ASSERT_TRUE(ApplyWrite(reg, change, write, seen));
      }
    known.insert(change.dot);
  }

  [[nodiscard]] FieldRegisters Of(FieldId field) const {
    FieldRegisters found;
    for (const auto& [key, reg] : registers)
      if (key.field == field) found.emplace(key, reg);
    return found;
  }

  [[nodiscard]] std::optional<VisibleField> Show(FieldId field) const {
    const FieldDef& def = *TestSchema().FindField(kFile, field);
    const FieldRegisters of_field = Of(field);
    auto visible = Resolve(def, of_field);
    if (visible && def.closes())
      FlagUnseen(UnseenByClosing(TestSchema(), {kOneRecord, def, of_field}, {AsRecord()}),
                 *visible);
    return visible;
  }

  [[nodiscard]] Record AsRecord() const { return Record{kOneRecord, kFile, kOneRecord, registers}; }
};

inline Holder HolderOf(const std::vector<Change>& changes) {
  Holder holder;
  for (const Change& change : changes) holder.Apply(change);
  return holder;
}

// The right-hand sides of MERGE_RULES.md, word for word.
inline std::map<RegisterKey, Register> RightHandSides(const std::vector<Change>& arrived) {
  std::set<Dot> known;
  std::map<RegisterKey, std::set<Dot>> overwritten;
  std::map<RegisterKey, Register> registers;
  const auto for_each_write = [&](const auto& visit) {
    for (const Change& change : arrived)
      for (const FieldWrite& write : change.records[0].writes)
        visit(change, write, RegisterKey{write.field, write.element});
  };
  for_each_write([&](const Change& change, const FieldWrite& write, const RegisterKey& key) {
    known.insert(change.dot);
    overwritten[key].insert(write.overwritten.begin(), write.overwritten.end());
  });
  for_each_write([&](const Change& change, const FieldWrite& write, const RegisterKey& key) {
    Register& reg = registers[key];
    if (!overwritten[key].contains(change.dot))
      reg.siblings.push_back({change.dot, change.hlc, change.author, write.value});
  });
  for (auto& [key, reg] : registers) {
    std::ranges::sort(reg.siblings, {}, &Sibling::dot);
    for (const Dot& dot : overwritten[key])
      if (!known.contains(dot)) reg.awaited.push_back(dot);
  }
  return registers;
}

// A colleague with a laptop. Clocks may say anything, so every edit is given its stamp.
class Colleague {
 public:
  explicit Colleague(std::uint8_t number) {
    replica_.bytes.back() = number;
    device_.bytes.back() = number;
  }

  // Nothing if everything is so already; an error if the edit is refused.
  Result<std::optional<Change>> Ask(const Wish& wish, std::uint64_t stamp) {
    const Edit edit{kOneRecord, {RecordEdit{kOneRecord, kFile, wish.fields}}};
    SACOCHE_TRY(CheckEdit(TestSchema(), edit));
    const Present present{
        [this](const RecordId&, FieldId field) -> Result<Registers> { return held.Of(field); },
        [this](const RecordId&) -> Result<std::optional<KindId>> {
          return held.known.empty() ? std::nullopt : std::optional(kFile);
        },
        [this](const RecordId&) -> Result<std::vector<Record>> {
          return std::vector{held.AsRecord()};
        },
        [this](const Dot& dot) -> Result<bool> { return held.known.contains(dot); }};
    const auto entry_id = [this] {
      ByteArray<16> id{};
      id[0] = device_.bytes.back();
      id[1] = ++entries_;
      return id;
    };
    SACOCHE_ASSIGN(auto change, MakeChange(TestSchema(), edit, NextStamp(stamp), present,
                                           std::function<ByteArray<16>()>(entry_id)));
    if (change) {
      ++counter_;
      held.Apply(*change);
    }
    return change;
  }

  [[nodiscard]] ChangeStamp NextStamp(std::uint64_t stamp) const {
    return {Dot{replica_, counter_ + 1}, Hlc{stamp}, device_};
  }

  Holder held;

 private:
  ReplicaId replica_;
  DeviceId device_;
  std::uint64_t counter_ = 0;
  std::uint8_t entries_ = 0;
};

// Choices that follow from one number, quick to make.
class Choices {
 public:
  explicit Choices(std::uint32_t seed) : random_(seed) {}

  std::size_t Below(std::size_t bound) { return random_() % bound; }
  template <class Items>
  const auto& Of(const Items& items) {
    return items[Below(std::size(items))];
  }
  template <class Items>
  Items Shuffled(Items items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[Below(i)]);
    return items;
  }

 private:
  std::minstd_rand random_;
};

}  // namespace sacoche
