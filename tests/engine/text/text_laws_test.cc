#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>
#include <sstream>

#include "engine/text/text_codec.h"
#include "engine/text/utf8.h"
#include "engine/text/word_diff.h"
#include "tests/engine/text/text_model.h"

// The laws of a merge, against a model that knows the whole history.
namespace sacoche {
namespace {

// What rapidcheck chooses is a seed; all else follows from it, ten histories for each, which keeps
// a case at microseconds.
constexpr int kSeeds = 1'000;
constexpr std::uint64_t kCasesPerSeed = 10;

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  std::size_t Below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  bool OneIn(std::size_t n) { return Below(n) == 0; }

  std::string Text(std::size_t pieces_max) {
    static constexpr std::string_view kPieces[] = {"a", "b", "c ", "é", "e\u0301", "😀", ". ", "\n"};
    std::string text;
    for (std::size_t n = Below(pieces_max + 1); n > 0; --n)
      text += kPieces[Below(std::size(kPieces))];
    return text;
  }

  template <class Items>
  Items Shuffled(Items items) {
    std::shuffle(items.begin(), items.end(), random_);
    return items;
  }

 private:
  std::mt19937_64 random_;
};

ReplicaId ReplicaNumber(std::size_t number) {
  ReplicaId id;
  // The order of arrival and the order of ids differ.
  id.bytes.front() = static_cast<std::uint8_t>(7 - number);
  return id;
}

void MustApply(TextDocument& document, const TextOps& ops) {
  const Status status = document.Apply(ops);
  RC_ASSERT(status.has_value());
}

Result<TextOps> RandomEdit(Chance& chance, const TextDocument& document, const ReplicaId& author) {
  if (chance.OneIn(12)) return document.OpsToSettle(author);
  if (chance.OneIn(3)) return document.OpsToBecome(chance.Text(8), author);
  const std::uint64_t position = chance.Below(document.size() + 1);
  const std::uint64_t removed =
      chance.Below(std::min<std::uint64_t>(document.size() - position, 3) + 1);
  return document.OpsToReplace({position, removed, chance.Text(3)}, author);
}

// Devices that edit what they see and now and then hear of each other. Each edit comes after all
// that its author had seen.
std::vector<TextOps> RandomHistory(Chance& chance) {
  const std::size_t devices = 2 + chance.Below(2);
  std::vector<TextDocument> documents(devices);
  std::vector<TextOps> history;
  for (std::size_t steps = 1 + chance.Below(9); steps > 0; --steps) {
    const std::size_t who = chance.Below(devices);
    if (chance.OneIn(3)) {
      const std::size_t heard = chance.Below(history.size() + 1);
      for (std::size_t i = 0; i < heard; ++i) MustApply(documents[who], history[i]);
    }
    const auto ops = RandomEdit(chance, documents[who], ReplicaNumber(who));
    RC_ASSERT(ops.has_value());
    if (ops->empty()) continue;
    MustApply(documents[who], *ops);
    history.push_back(*ops);
  }
  return history;
}

TextDocument DocumentOf(const std::vector<TextOps>& edits) {
  TextDocument document;
  for (const TextOps& ops : edits) MustApply(document, ops);
  return document;
}

std::string ModelOf(const std::vector<TextOps>& history) {
  TextModel model;
  for (const TextOps& ops : history) model.Apply(ops);
  return Utf8Of(model.Text());
}

void CheckSame(const TextDocument& a, const TextDocument& b) {
  RC_ASSERT(a.Text() == b.Text());
  RC_ASSERT(a.Contested() == b.Contested());
  RC_ASSERT(a.History() == b.History());
}

void Check(const char* law, const std::function<void(Chance&)>& property) {
  rc::detail::TestParams params;
  params.maxSuccess = kSeeds;
  params.seed = std::random_device{}();
  rc::detail::TestMetadata metadata;
  metadata.description = law;
  const auto testable = [&property] {
    const auto seed = *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>());
    for (std::uint64_t i = 0; i < kCasesPerSeed; ++i) {
      Chance chance(seed + i);
      property(chance);
    }
  };
  const auto result = rc::detail::checkTestable(testable, metadata, params);
  if (!result.is<rc::detail::SuccessResult>()) {
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    FAIL() << message.str() << "\nseed " << params.seed;
  }
}

TEST(TextLaws, EveryOrderGivesTheModelsText) {
  Check("commutative", [](Chance& chance) {
    const std::vector<TextOps> history = RandomHistory(chance);
    const TextDocument shuffled = DocumentOf(chance.Shuffled(history));
    RC_ASSERT(shuffled.waiting() == 0U);
    RC_ASSERT(shuffled.Text() == ModelOf(history));
    CheckSame(shuffled, DocumentOf(history));
  });
}

TEST(TextLaws, RepetitionChangesNothing) {
  Check("idempotent", [](Chance& chance) {
    std::vector<TextOps> twice = RandomHistory(chance);
    const std::vector<TextOps> once = twice;
    twice.insert(twice.end(), once.begin(), once.end());
    CheckSame(DocumentOf(chance.Shuffled(twice)), DocumentOf(once));
  });
}

TEST(TextLaws, WhatArrivesTooEarlyWaitsAndIsNeverLost) {
  Check("partial delivery", [](Chance& chance) {
    const std::vector<TextOps> all = chance.Shuffled(RandomHistory(chance));
    const std::vector<TextOps> some(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(chance.Below(all.size() + 1)));
    TextDocument document = DocumentOf(some);
    CheckSame(document, DocumentOf(chance.Shuffled(some)));
    // A stored and reopened document holds what waits, too.
    const auto bytes = EncodeTextDocument(document);
    RC_ASSERT(bytes.has_value());
    auto reopened = DecodeTextDocument(*bytes);
    RC_ASSERT(reopened.has_value());
    RC_ASSERT(reopened->waiting() == document.waiting());
    CheckSame(*reopened, document);
    for (const TextOps& ops : all) MustApply(*reopened, ops);
    CheckSame(*reopened, DocumentOf(all));
  });
}

TEST(TextLaws, DocumentsMergeInEveryGrouping) {
  Check("associative", [](Chance& chance) {
    const std::vector<TextOps> history = RandomHistory(chance);
    std::vector<TextDocument> parts(3);
    for (std::size_t part = 0; part < parts.size(); ++part)
      for (const TextOps& ops : history)
        if (!chance.OneIn(3) || part == 0) MustApply(parts[part], ops);
    TextDocument left = parts[0];
    RC_ASSERT(left.Merge(parts[1]).has_value() && left.Merge(parts[2]).has_value());
    TextDocument right = parts[2];
    RC_ASSERT(right.Merge(parts[1]).has_value());
    TextDocument whole = parts[0];
    RC_ASSERT(whole.Merge(right).has_value() && right.Merge(parts[0]).has_value());
    CheckSame(left, whole);
    CheckSame(left, right);
    RC_ASSERT(left.Text() == ModelOf(history));
  });
}

TEST(TextLaws, AnEditIsWhatItsBytesSay) {
  Check("round trip", [](Chance& chance) {
    for (const TextOps& ops : RandomHistory(chance)) {
      const auto bytes = EncodeTextOps(ops);
      RC_ASSERT(bytes.has_value());
      const auto decoded = DecodeTextOps(*bytes);
      RC_ASSERT(decoded.has_value());
      RC_ASSERT(*decoded == ops);
    }
  });
}

TEST(TextLaws, TheTextBecomesWhatWasSaved) {
  Check("diff", [](Chance& chance) {
    TextDocument document = DocumentOf(RandomHistory(chance));
    const std::string wanted = chance.Text(12);
    const auto ops = document.OpsToBecome(wanted, ReplicaNumber(5));
    RC_ASSERT(ops.has_value());
    RC_ASSERT(ops->empty() == (document.Text() == wanted));
    if (!ops->empty()) MustApply(document, *ops);
    RC_ASSERT(document.Text() == wanted);
  });
}

TEST(TextLaws, WhatIsSettledIsNotContested) {
  Check("settle", [](Chance& chance) {
    TextDocument document = DocumentOf(RandomHistory(chance));
    const std::string text = document.Text();
    const auto ops = document.OpsToSettle(ReplicaNumber(chance.Below(6)));
    RC_ASSERT(ops.has_value());
    MustApply(document, *ops);
    RC_ASSERT(document.Contested().empty());
    RC_ASSERT(document.Text() == text);
  });
}

// Two people type at one place, each a text of letters that nobody else uses, forwards or backwards
// and in pieces of any length.
TEST(TextLaws, TextsTypedAtOnePlaceNeverInterleave) {
  Check("non-interleaving", [](Chance& chance) {
    TextDocument base;
    const auto begun = base.OpsToReplace({0, 0, "<>"}, ReplicaNumber(0));
    RC_ASSERT(begun.has_value());
    MustApply(base, *begun);
    TextDocument merged = base;
    const std::u32string words[] = {U"abcdefgh", U"ABCDEFGH", U"12345678"};
    for (std::size_t who = 0; who < std::size(words); ++who) {
      TextDocument own = base;
      const bool backwards = chance.OneIn(2);
      std::u32string_view rest = words[who];
      for (std::uint64_t at = 1; !rest.empty();) {
        const std::size_t count = 1 + chance.Below(rest.size());
        const std::u32string_view piece =
            backwards ? rest.substr(rest.size() - count) : rest.substr(0, count);
        backwards ? rest.remove_suffix(count) : rest.remove_prefix(count);
        const auto ops = own.OpsToReplace({at, 0, Utf8Of(piece)}, ReplicaNumber(1 + who));
        RC_ASSERT(ops.has_value());
        MustApply(own, *ops);
        if (!backwards) at += count;
      }
      RC_ASSERT(merged.Merge(own).has_value());
    }
    const std::string text = merged.Text();
    RC_ASSERT(text.size() == 26U);
    for (const std::u32string& word : words)
      RC_ASSERT(text.find(Utf8Of(word)) != std::string::npos);
  });
}

}  // namespace
}  // namespace sacoche
