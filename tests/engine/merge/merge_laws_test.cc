#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>
#include <sstream>

#include "engine/merge/merge.h"
#include "engine/merge/resolve.h"
#include "tests/support/test_schema.h"

// The laws of MERGE_RULES.md, against a model that knows the whole history: K is the set of writes
// that arrived, siblings are those of K that no other of K overwrites.
namespace sacoche {
namespace {

constexpr int kCases = 2'000;

struct Write {
  Change change;  // one field write
  [[nodiscard]] const FieldWrite& field_write() const { return change.records[0].writes[0]; }
};

ReplicaId ReplicaNumber(std::uint8_t number) {
  ReplicaId id;
  id.bytes.back() = number;
  return id;
}

Write MakeWrite(const Dot& dot, std::uint64_t hlc, std::int64_t value, std::vector<Dot> over) {
  Write write;
  write.change.dot = dot;
  write.change.hlc = Hlc{hlc};
  write.change.author.bytes.back() = dot.replica.bytes.back();
  write.change.records = {
      {RecordId{}, kFile, {FieldWrite{kName, {}, Value::Integer(value), std::move(over)}}}};
  return write;
}

// A register as one device holds it, with exactly the writes that reached it.
struct Holder {
  Register reg;
  std::set<Dot> known;

  void Apply(const Write& write) {
    if (!known.insert(write.change.dot).second) return;
    known.erase(write.change.dot);
    const SeenDot seen = [this](const Dot& dot) -> Result<bool> { return known.contains(dot); };
    RC_ASSERT(ApplyWrite(reg, write.change, write.field_write(), seen).has_value());
    known.insert(write.change.dot);
  }
};

// Devices that write what they see and now and then hear of each other's writes, in causal order.
std::vector<Write> RandomHistory() {
  const int devices = *rc::gen::inRange(2, 5);
  const int steps = *rc::gen::inRange(1, 25);
  std::vector<Holder> holders(static_cast<std::size_t>(devices));
  std::vector<std::uint64_t> counters(static_cast<std::size_t>(devices));
  std::vector<Write> history;
  for (int step = 0; step < steps; ++step) {
    const auto who = static_cast<std::size_t>(*rc::gen::inRange(0, devices));
    if (!history.empty() && *rc::gen::inRange(0, 3) == 0) {
      // A prefix of the history is causally closed.
      const auto heard =
          static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(history.size()) + 1));
      for (std::size_t i = 0; i < heard; ++i) holders[who].Apply(history[i]);
    }
    std::vector<Dot> over;
    for (const Sibling& sibling : holders[who].reg.siblings) over.push_back(sibling.dot);
    const Dot dot{ReplicaNumber(static_cast<std::uint8_t>(who + 1)), ++counters[who]};
    // Clocks say anything: stamps are arbitrary.
    history.push_back(MakeWrite(dot, *rc::gen::inRange<std::uint64_t>(1, 6),
                                *rc::gen::inRange<std::int64_t>(0, 4), over));
    holders[who].Apply(history.back());
  }
  return history;
}

template <class Items>
Items Shuffled(Items items) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1],
              items[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(i)))]);
  return items;
}

Register ModelOf(const std::vector<Write>& arrived) {
  std::set<Dot> known;
  std::set<Dot> overwritten;
  for (const Write& write : arrived) {
    known.insert(write.change.dot);
    const auto& over = write.field_write().overwritten;
    overwritten.insert(over.begin(), over.end());
  }
  Register model;
  for (const Write& write : arrived) {
    const Change& change = write.change;
    if (overwritten.contains(change.dot)) continue;
    model.siblings.push_back({change.dot, change.hlc, change.author, write.field_write().value});
  }
  std::ranges::sort(model.siblings, {}, &Sibling::dot);
  for (const Dot& dot : overwritten)
    if (!known.contains(dot)) model.awaited.push_back(dot);
  return model;
}

void Check(const char* law, const std::function<void()>& property) {
  rc::detail::TestParams params;
  params.maxSuccess = kCases;
  params.seed = std::random_device{}();
  rc::detail::TestMetadata metadata;
  metadata.description = law;
  const auto result = rc::detail::checkTestable(property, metadata, params);
  if (!result.is<rc::detail::SuccessResult>()) {
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    FAIL() << message.str() << "\nseed " << params.seed;
  }
}

TEST(MergeLaws, EveryOrderGivesTheModelsRegister) {
  Check("commutative and associative", [] {
    const std::vector<Write> history = RandomHistory();
    Holder holder;
    for (const Write& write : Shuffled(history)) holder.Apply(write);
    RC_ASSERT(holder.reg == ModelOf(history));
  });
}

TEST(MergeLaws, EverySubsetGivesTheModelsRegister) {
  Check("partial delivery", [] {
    std::vector<Write> some = Shuffled(RandomHistory());
    some.resize(
        static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(some.size()) + 1)));
    Holder holder;
    for (const Write& write : some) holder.Apply(write);
    RC_ASSERT(holder.reg == ModelOf(some));
  });
}

TEST(MergeLaws, RepetitionChangesNothing) {
  Check("idempotent", [] {
    std::vector<Write> twice = RandomHistory();
    const std::vector<Write> once = twice;
    twice.insert(twice.end(), once.begin(), once.end());
    Holder holder;
    for (const Write& write : Shuffled(twice)) holder.Apply(write);
    RC_ASSERT(holder.reg == ModelOf(once));
  });
}

TEST(MergeLaws, WhatIsShownDependsOnTheSetOfWritesOnly) {
  Check("resolve converges", [] {
    const std::vector<Write> history = RandomHistory();
    Holder one;
    Holder other;
    for (const Write& write : Shuffled(history)) one.Apply(write);
    for (const Write& write : Shuffled(history)) other.Apply(write);
    const FieldDef& field = *TestSchema().FindField(kFile, kName);
    const RegisterKey key{kName, {}};
    const auto shown = Resolve(field, {{key, one.reg}});
    const auto shown_there = Resolve(field, {{key, other.reg}});
    RC_ASSERT(shown.has_value() == shown_there.has_value());
    if (shown) {
      RC_ASSERT(shown->candidates == shown_there->candidates);
    }
  });
}

TEST(MergeLaws, AConflictIsOpenExactlyWhenUnseenWritesDiffer) {
  Check("exact causality", [] {
    const std::vector<Write> history = RandomHistory();
    Holder holder;
    for (const Write& write : Shuffled(history)) holder.Apply(write);
    std::set<Value> values;
    for (const Sibling& sibling : ModelOf(history).siblings) values.insert(sibling.value);
    const FieldDef& field = *TestSchema().FindField(kFile, kName);
    const auto conflict = ConflictOf(field, RecordId{}, {{RegisterKey{kName, {}}, holder.reg}});
    RC_ASSERT(conflict.has_value() == (values.size() > 1));
  });
}

}  // namespace
}  // namespace sacoche
