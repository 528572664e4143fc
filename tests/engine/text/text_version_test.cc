#include "tests/engine/text/text_support.h"

namespace sacoche {
namespace {

TEST(TextVersion, TheTextIsAsItWasThen) {
  Desk anne(1);
  Desk boris(2);
  std::vector<std::pair<std::map<ReplicaId, std::uint64_t>, std::string>> seen;
  const auto note = [&] { seen.emplace_back(anne.document.Known(), anne.text()); };
  note();
  anne.Save("Madame vit seule.");
  note();
  boris.Receive(anne);
  boris.Save("Madame vit seule. Elle a deux enfants.");
  anne.Save("Madame Aubrac vit seule.");
  note();
  anne.Receive(boris);
  note();
  anne.Save("Elle a deux enfants.");
  note();
  anne.Settle();
  note();
  for (const auto& [known, text] : seen) {
    const TextDocument then = anne.document.AsOf(known);
    EXPECT_EQ(then.Text(), text);
    EXPECT_EQ(then.Known(), known);
    EXPECT_EQ(then.waiting(), 0U);
  }
}

// Runs of typing and of deletions, forwards and backwards, are cut at any unit.
TEST(TextVersion, EveryUnitIsAPlaceToStop) {
  Desk anne(1);
  std::vector<std::string> texts{""};
  const auto note = [&](const TextOps& ops) {
    for (std::uint64_t counter = ops.first; counter <= ops.last(); ++counter) {
      TextDocument document = anne.document.AsOf({{anne.id, texts.size() - 1}});
      EXPECT_THAT(document.Apply(HeadOf(ops, counter)), Succeeds());
      texts.push_back(document.Text());
    }
    EXPECT_EQ(texts.back(), anne.text());
  };
  note(anne.Type(0, "abcdef"));
  for (const std::uint64_t position : {4U, 3U, 2U}) note(anne.Delete(position, 1));
  note(anne.Delete(0, 2));
  note(anne.Type(1, "xyz"));
  for (std::uint64_t counter = 0; counter < texts.size(); ++counter)
    EXPECT_EQ(anne.document.AsOf({{anne.id, counter}}).Text(), texts[counter]) << counter;
}

TEST(TextVersion, WhatItDoesNotHoldIsNotThere) {
  Desk anne(1);
  Desk boris(2);
  anne.Save("Madame vit seule.");
  boris.Receive(anne);
  boris.Save("Madame vit seule. Elle travaille.");
  anne.Receive(boris);
  EXPECT_EQ(anne.document.AsOf({}).Text(), "");
  EXPECT_EQ(anne.document.AsOf({{Writer(9), 5}}).Text(), "");
  // Boris's words stand on Anne's.
  EXPECT_EQ(anne.document.AsOf({{boris.id, 18}}).Text(), "");
  EXPECT_EQ(anne.document.AsOf({{anne.id, 1000}}).Text(), "Madame vit seule.");
}

}  // namespace
}  // namespace sacoche
