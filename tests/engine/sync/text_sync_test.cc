// Co-written texts between real stores and a real server, offline and back, and on a laptop whose
// store was put back from an older copy of itself.

#include <gtest/gtest.h>

#include "tests/engine/sync/two_laptops.h"

namespace sacoche {
namespace {

const std::string kBefore = "Madame vit seule. Elle a deux enfants. Elle travaille.";

class TextSyncTest : public TwoLaptops {
 protected:
  void SetUp() override {
    TwoLaptops::SetUp();
    record = (*a)->NewRecordId();
    Save(*a, kBefore);
    SyncBoth();
  }

  void Save(TestDeviceEngine& device, const std::string& text) {
    device.Set(record, kStory, Value::Text(text));
  }
  std::string Text(TestDeviceEngine& device) { return device.Text(record, kStory); }
  VisibleField Shown(TestDeviceEngine& device) {
    const auto view = device->Read(record);
    EXPECT_TRUE(view && *view && (*view)->Find(kStory) != nullptr);
    return *(*view)->Find(kStory);
  }

  void ExpectWholeAndEqual() {
    EXPECT_EQ(a->Digest(), b->Digest());
    EXPECT_EQ(Text(*a), Text(*b));
    EXPECT_EQ(Shown(*a).passages, Shown(*b).passages);
    for (TestDeviceEngine* device : {a.get(), b.get()}) {
      device->ExpectWhole();
      EXPECT_EQ(Shown(*device).edits_not_shown, 0U);
    }
  }
};

TEST_F(TextSyncTest, TwoWhoEditOfflineKeepBothEditsAndAreSentToTheSamePassage) {
  Save(*a, "Madame vit chez sa mère. Elle a trois enfants. Elle travaille.");
  Save(*b, "Madame vit seule. Elle a deux filles. Elle travaille. Rappeler lundi.");
  SyncBoth();
  EXPECT_EQ(Text(*a),
            "Madame vit chez sa mère. Elle a trois filles. Elle travaille. Rappeler lundi.");
  const VisibleField shown = Shown(*a);
  ASSERT_EQ(shown.passages.size(), 1U);
  std::set<DeviceId> writers;
  for (const Writer& writer : shown.passages[0].writers) writers.insert(writer.author);
  EXPECT_EQ(writers, (std::set{(*a)->device(), (*b)->device()}));
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    EXPECT_EQ(device->Conflicts(), 1U);
    const auto conflicts = (*device)->Conflicts();
    for (const Writer& writer : conflicts->front().passages.front().writers)
      EXPECT_EQ(writer.shown.ms, writer.hlc.physical_ms());
    EXPECT_EQ(device->Status().conflicts, 1U);
  }
  ExpectWholeAndEqual();
  Edit settled = EditOf(record, kStory, Value::Nothing());
  settled.records[0].fields[0].settle = FieldEdit::Settle::kYes;
  ASSERT_THAT((*b)->Edit(settled), Succeeds());
  SyncBoth();
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  ExpectWholeAndEqual();
}

TEST_F(TextSyncTest, TheWordsOfBothAreFound) {
  Save(*a, kBefore + " Elle a porté plainte.");
  Save(*b, "Hébergée chez sa tante. " + kBefore);
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()})
    for (const char* words : {"plainte", "tante hebergee", "deux enf"})
      EXPECT_EQ((*device)->Search(words)->size(), 1U) << words;
  Save(*a, "Rien.");
  EXPECT_EQ((*a)->Search("plainte")->size(), 0U);
}

TEST_F(TextSyncTest, TheHistorySaysWhoChangedWhichWords) {
  Save(*b, "Madame vit seule. Elle a trois enfants. Elle travaille.");
  SyncBoth();
  const auto history = (*a)->History(record);
  ASSERT_THAT(history, Succeeds());
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].words, (std::vector<WordChange>{{"", kBefore}}));
  EXPECT_EQ((*history)[1].words, (std::vector<WordChange>{{"deux", "trois"}}));
  EXPECT_EQ((*history)[1].author, (*b)->device());
}

TEST_F(TextSyncTest, AFormThatWasOpenDuringASyncDeletesNothingOfIt) {
  const auto opened = Shown(*a).version;
  Save(*b, kBefore + " Elle a porté plainte.");
  SyncBoth();
  Edit form = EditOf(record, kStory, Value::Text("Madame Aubrac vit seule. Elle a deux enfants."));
  form.records[0].fields[0].seen = opened;
  ASSERT_THAT((*a)->Edit(form), Succeeds());
  SyncBoth();
  EXPECT_EQ(Text(*b).substr(0, 45), "Madame Aubrac vit seule. Elle a deux enfants.");
  EXPECT_NE(Text(*b).find("Elle a porté plainte."), std::string::npos);
  ExpectWholeAndEqual();
}

TEST_F(TextSyncTest, AnErasureTakesTheTextOutOfEveryStoreAndItsSearch) {
  Save(*b, kBefore + " Elle a porté plainte.");
  SyncBoth();
  a->Set(record, kErased, Value::OfCode("ASKED"));
  SyncBoth();
  for (TestDeviceEngine* device : {a.get(), b.get()}) {
    EXPECT_EQ(Text(*device), "");
    EXPECT_EQ((*device)->Search("plainte")->size(), 0U);
    EXPECT_EQ(device->Conflicts(), 0U);
  }
  EXPECT_EQ(a->Digest(), b->Digest());
}

TEST_F(TextSyncTest, ALaptopWithoutThePolicyKeepsTheEditsAndPassesThemOn) {
  KindDef file = *TestSchema().FindKind(kFile);
  std::erase_if(file.fields, [](const FieldDef& field) { return field.id == kStory; });
  const Schema older({file, *TestSchema().FindKind(kPage)}, TestLists());
  const auto c = team.NewMember("C", older);
  team.Sync(*a);  // grants the key
  team.Sync(*c);
  EXPECT_EQ(c->Digest(), a->Digest());
  EXPECT_EQ((*c)->Read(record)->value().unknown_registers, 1U);
}

// -- A laptop that forgot
// --------------------------------------------------------------------------

// Both edits were made by one replica from the same unit on.
TEST_F(TextSyncTest, TwoEditsOfTheSameUnitsAreTwoEdits) {
  Save(*a, kBefore + " Un.");
  SyncBoth();
  a->BackUp();
  Save(*a, "Madame Aubrac vit seule. Elle a deux enfants. Elle travaille. Un.");
  team.Sync(*a);
  team.Sync(*b);
  a->PutBackByHand();
  Save(*a, kBefore + " Un. Deux.");
  Save(*a, kBefore + " Un. Deux. Elle déménage.");
  Save(*a, kBefore + " Un. Elle déménage.");
  SyncBoth();
  EXPECT_EQ(Text(*b),
            "Madame Aubrac vit seule. Elle a deux enfants. Elle travaille. Un. Elle déménage.");
  ExpectWholeAndEqual();
  Save(*a, "Madame Aubrac déménage.");
  SyncBoth();
  EXPECT_EQ(Text(*b), "Madame Aubrac déménage.");
  ExpectWholeAndEqual();
}

// The change that edits the text keeps its dot, which the other copy did not use.
TEST_F(TextSyncTest, UnitsCollideWhereDotsDoNot) {
  a->BackUp();
  Save(*a, kBefore + " Un.");
  team.Sync(*a);
  team.Sync(*b);
  a->PutBackByHand();
  a->Set(record, kName, Value::Text("Anne"));
  Save(*a, "Bonjour. " + kBefore);
  SyncBoth();
  EXPECT_EQ(Text(*b), "Bonjour. " + kBefore + " Un.");
  EXPECT_EQ(b->Text(record, kName), "Anne");
  ExpectWholeAndEqual();
}

// One edit was made before the copies went apart, and waited in both.
TEST_F(TextSyncTest, WhatWaitedInBothCopiesIsOneEdit) {
  Save(*a, kBefore + " Un.");
  a->BackUp();
  Save(*a, kBefore + " Un. Deux.");
  team.Sync(*a);
  team.Sync(*b);
  a->PutBackByHand();
  Save(*a, kBefore + " Un. Trois.");
  SyncBoth();
  for (const char* words : {" Un.", " Deux.", " Trois."}) {
    EXPECT_NE(Text(*b).find(words), std::string::npos) << words << Text(*b);
    EXPECT_EQ(Text(*b).find(words), Text(*b).rfind(words)) << words;
  }
  ExpectWholeAndEqual();
}

TEST_F(TextSyncTest, WhatBothCopiesDidToOnePassageIsFlagged) {
  a->BackUp();
  Save(*a, "Madame vit seule. Elle a trois enfants. Elle travaille.");
  team.Sync(*a);
  team.Sync(*b);
  Save(*b, "Madame vit seule. Elle a trois enfants. Elle travaille beaucoup.");
  team.Sync(*b);
  a->PutBackByHand();
  Save(*a, "Madame vit seule. Elle a deux filles. Elle travaille.");
  SyncBoth();
  EXPECT_EQ(Text(*b), "Madame vit seule. Elle a trois filles. Elle travaille beaucoup.");
  EXPECT_EQ(Shown(*b).passages.size(), 1U);
  ExpectWholeAndEqual();
}

// It deletes words that a colleague's edit brought, and that its author had seen in an earlier one.
TEST_F(TextSyncTest, AnEditThatMovesStillKnowsWhatItsAuthorHadSeen) {
  Save(*b, kBefore + " Rappeler lundi.");
  SyncBoth();
  Save(*a, kBefore + " Rappeler lundi. Fait.");
  SyncBoth();
  a->BackUp();
  Save(*a, kBefore + " Rappeler lundi. Fait. Perdu.");
  team.Sync(*a);
  a->PutBackByHand();
  Save(*a, kBefore + " Fait.");
  SyncBoth();
  EXPECT_EQ(Text(*b), kBefore + " Fait. Perdu.");
  ExpectWholeAndEqual();
}

// Twice: what moved once and was never sent moves again.
TEST_F(TextSyncTest, ALaptopMayForgetAgain) {
  for (int round = 0; round < 3; ++round) {
    const std::string n = std::to_string(round);
    a->BackUp();
    Save(*a, Text(*a) + " Perdu " + n + ".");
    team.Sync(*a);
    team.Sync(*b);
    a->PutBackByHand();
    Save(*a, "Ecrit " + n + ". " + Text(*a));
    if (round == 1) {
      team.http.CutAfter(600);
      SyncReport report;
      EXPECT_FALSE((*a)->Sync(team.http, report));
      team.http.Mend();
    }
    SyncBoth();
    for (int i = 0; i <= round; ++i)
      for (const char* what : {"Perdu ", "Ecrit "}) {
        const std::string words = what + std::to_string(i) + ".";
        EXPECT_NE(Text(*b).find(words), std::string::npos) << words << Text(*b);
        EXPECT_EQ(Text(*b).find(words), Text(*b).rfind(words)) << words;
      }
    ExpectWholeAndEqual();
  }
}

// A form that was opened before the laptop found out, and saved after.
TEST_F(TextSyncTest, AFormOfATextWhoseUnitsMovedIsNotTakenForAnother) {
  a->BackUp();
  Save(*a, kBefore + " Perdu.");
  team.Sync(*a);
  a->PutBackByHand();
  Save(*a, kBefore + " Ecrit.");
  Edit form = EditOf(record, kStory, Value::Text(kBefore + " Ecrit. Plus."));
  form.records[0].fields[0].seen = Shown(*a).version;
  SyncBoth();
  const std::string before = Text(*a);
  EXPECT_THAT((*a)->Edit(form), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_EQ(Text(*a), before);
}

}  // namespace
}  // namespace sacoche
