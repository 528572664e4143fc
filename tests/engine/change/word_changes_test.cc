#include "engine/change/word_changes.h"

#include "engine/text/text_document.h"
#include "tests/engine/text/text_support.h"

namespace sacoche {
namespace {

TEST(WordChanges, SayWhatWasTakenOutAndWhatWasPutThere) {
  Desk anne(1);
  Desk boris(2);
  WordHistory history;
  history.Add(anne.Save("Madame vit seule. Elle a deux enfants."));
  boris.Receive(anne);
  const TextOps ops = boris.Save("Monsieur vit seul. Elle a deux grands enfants");
  history.Add(ops);
  const std::vector<WordChange> expected{
      {"Madame", "Monsieur"}, {"seule", "seul"}, {"", "grands "}, {".", ""}};
  EXPECT_EQ(history.ChangesOf(ops), expected);
  anne.Receive(boris);
  const TextOps all = anne.Save("");
  history.Add(all);
  std::string removed;
  for (const WordChange& change : history.ChangesOf(all)) {
    removed += change.removed;
    EXPECT_EQ(change.added, "");
  }
  EXPECT_EQ(removed, "Monsieur vit seul. Elle a deux grands enfants");
}

TEST(WordChanges, ALookChangesNoWord) {
  Desk anne(1);
  WordHistory history;
  EXPECT_TRUE(history.ChangesOf(anne.Settle()).empty());
}

TEST(WordChanges, CharactersThatAreNotKnownAreAnEllipsis) {
  Desk anne(1);
  anne.Save("Madame vit seule.");
  EXPECT_EQ(WordHistory().ChangesOf(anne.Save("")), (std::vector<WordChange>{{"…", ""}}));
}

}  // namespace
}  // namespace sacoche
