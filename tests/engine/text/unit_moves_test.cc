#include "engine/text/unit_moves.h"

#include <random>

#include "engine/text/text_codec.h"
#include "tests/engine/text/text_support.h"

// A store that was put back from an older copy of itself edits on, and both copies use the same
// units for different characters.
namespace sacoche {
namespace {

const ReplicaId kNew = Writer(99);

TextDocument DocumentOf(const std::vector<TextOps>& edits) {
  TextDocument document;
  for (const TextOps& ops : edits) EXPECT_THAT(document.Apply(ops), Succeeds());
  EXPECT_EQ(document.waiting(), 0U);
  return document;
}

struct Copies {
  std::vector<TextOps> shared;  // what both know
  Desk lost{1};                 // the copy whose edits others have seen
  Desk found{1};                // the one that must make way

  void Share(const Desk& desk) {
    shared = desk.document.History();
    lost.Receive(desk);
    found.Receive(desk);
  }
};

TEST(UnitMoves, TwoEditsThatClaimTheSameUnitsAreBothKept) {
  Copies copies;
  Desk anne(1);
  anne.Save("Madame vit seule.");
  copies.Share(anne);
  const TextOps before = copies.lost.Save("Madame vit seule. Elle travaille.");
  const TextOps after = copies.found.Save("Madame Aubrac vit seule.");
  ASSERT_EQ(before.first, after.first);
  UnitMoves moves;
  for (const TextOps& ops : copies.shared) moves.Keep(ops);
  const TextOps moved = moves.Move(after, kNew);
  EXPECT_EQ(moved.author, kNew);
  EXPECT_EQ(moved.first, 1U);
  EXPECT_EQ(moved.seen, (std::vector<Dot>{{anne.id, after.first - 1}}));
  EXPECT_EQ(DocumentOf({copies.shared[0], before, moved}).Text(),
            "Madame Aubrac vit seule. Elle travaille.");
}

// "abc" stays, "def" moves, and all between the first and the last character is deleted.
TEST(UnitMoves, ARunOfDeletionsIsCutWhereTheUnitsWereGivenAway) {
  using Kind = TextRun::Kind;
  Desk anne(1);
  const TextOps kept = anne.Type(0, "abc");
  TextOps own{anne.id, 4, {}, {}};
  own.runs.push_back({Kind::kInsertAfter, 3, {anne.id, 3}, {}, U"def"});
  for (const auto& [kind, place] :
       {std::pair{Kind::kDeleteForward, 2U}, {Kind::kDeleteBackward, 5U}}) {
    TextOps ops = own;
    ops.runs.push_back({kind, 4, {anne.id, place}, {}, {}});
    ASSERT_EQ(DocumentOf({kept, ops}).Text(), "af");
    UnitMoves moves;
    moves.Keep(kept);
    const TextOps moved = moves.Move(ops, kNew);
    EXPECT_EQ(moved.runs.size(), 3U);
    EXPECT_EQ(moved.units(), ops.units());
    EXPECT_EQ(DocumentOf({kept, moved}).Text(), "af");
  }
}

TEST(UnitMoves, WhoeverSpeaksOfWhatMovedFollows) {
  Desk anne(1);
  const TextOps kept = anne.Save("Un.");
  const TextOps typed = anne.Save("Un. Deux.");
  Desk form(7);  // another form of the same laptop
  form.Receive(anne);
  const TextOps after = form.Save("Un. Deux. Trois.");
  UnitMoves moves;
  moves.Keep(kept);
  const TextOps moved = moves.Move(typed, kNew);
  const TextOps followed = moves.Follow(after);
  EXPECT_EQ(followed.author, form.id);
  EXPECT_EQ(followed.seen, (std::vector<Dot>{{anne.id, kept.last()}, {kNew, moved.last()}}));
  EXPECT_EQ(DocumentOf({kept, moved, followed}).Text(), "Un. Deux. Trois.");
  EXPECT_EQ(moves.Follow(kept), kept);
}

// What its author had seen in earlier edits, a new replica must say again.
TEST(UnitMoves, ANewReplicaSaysWhatItsAuthorHadSeen) {
  Desk anne(1);
  Desk boris(2);
  std::vector<TextOps> shared{boris.Save("Madame vit seule.")};
  anne.Receive(boris);
  shared.push_back(anne.Save("Madame vit seule. Elle travaille."));
  const TextOps own = anne.Save("Elle travaille.");  // deletes Boris's words
  ASSERT_TRUE(own.seen.empty());
  UnitMoves moves;
  for (const TextOps& ops : shared) moves.Keep(ops);
  shared.push_back(moves.Move(own, kNew));
  EXPECT_EQ(DocumentOf(shared).Text(), "Elle travaille.");
}

class Chance {
 public:
  explicit Chance(std::uint32_t seed) : random_(seed) {}
  std::size_t Below(std::size_t end) { return random_() % end; }

  void Edit(Desk& desk, std::vector<TextOps>& made) {
    const std::size_t size = desk.document.size();
    const std::size_t position = Below(size + 1);
    switch (Below(4)) {
      case 0:
        made.push_back(desk.Settle());
        return;
      case 1:
        made.push_back(desk.Save(std::string("Un. ") + char('a' + Below(26)) + " deux."));
        break;
      case 2:
        made.push_back(desk.Delete(position, Below(std::min<std::size_t>(size - position, 4) + 1)));
        break;
      default:
        made.push_back(desk.Type(position, std::string(1 + Below(3), char('a' + Below(26)))));
    }
    if (made.back().empty()) made.pop_back();
  }

 private:
  std::minstd_rand random_;
};

// 10,000 pairs of copies: what moved says what it said, stands beside what the other copy did, and
// is an edit that every decoder takes.
TEST(UnitMoves, NothingIsLostAndNothingMeansSomethingElse) {
  for (std::uint32_t seed = 1; seed <= 10'000; ++seed) {
    Chance chance(seed);
    Copies copies;
    Desk anne(1);
    Desk boris(2);
    std::vector<TextOps> ignored;
    for (std::size_t n = chance.Below(5); n > 0; --n) {
      chance.Edit(chance.Below(2) == 0 ? anne : boris, ignored);
      if (chance.Below(2) == 0) Exchange(anne, boris);
    }
    Exchange(anne, boris);
    copies.Share(anne);
    std::vector<TextOps> of_lost;
    std::vector<TextOps> of_found;
    for (std::size_t n = 1 + chance.Below(3); n > 0; --n) chance.Edit(copies.lost, of_lost);
    for (std::size_t n = 1 + chance.Below(4); n > 0; --n) chance.Edit(copies.found, of_found);
    UnitMoves moves;
    for (const TextOps& ops : copies.shared) moves.Keep(ops);
    std::vector<TextOps> moved;
    std::uint8_t number = 99;
    for (const TextOps& ops : of_found) {
      moved.push_back(moves.Move(ops, Writer(number--)));
      ASSERT_EQ(moved.back().units(), ops.units()) << seed;
      const auto bytes = EncodeTextOps(moved.back());
      ASSERT_THAT(bytes, Succeeds()) << seed;
      ASSERT_EQ(*DecodeTextOps(*bytes), moved.back()) << seed;
    }
    std::vector<TextOps> alone = copies.shared;
    alone.insert(alone.end(), moved.begin(), moved.end());
    ASSERT_EQ(DocumentOf(alone).Text(), copies.found.text()) << seed;
    std::vector<TextOps> both = copies.shared;
    both.insert(both.end(), of_lost.begin(), of_lost.end());
    both.insert(both.end(), moved.begin(), moved.end());
    const TextDocument forwards = DocumentOf(both);
    std::ranges::reverse(both);
    ASSERT_EQ(DocumentOf(both).Text(), forwards.Text()) << seed;
  }
}

}  // namespace
}  // namespace sacoche
