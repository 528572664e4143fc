#include "engine/rescue.h"
#include "tests/engine/sync/carrying_laptops.h"

namespace sacoche {
namespace {

using Carry = CarryingLaptops;

TEST_F(Carry, WorkGoesFromLaptopToLaptopWithoutAServer) {
  a->Set(record, kName, Value::Text("Anna"));
  a->Set((*a)->NewRecordId(), kTitle, Value::Text("new"));
  const CarriedIn report = Carried(*a, *b);
  EXPECT_EQ(report.changes, 2U);
  EXPECT_EQ(report.from, (*a)->device());
  EXPECT_EQ(b->Text(record, kName), "Anna");
  EXPECT_EQ((*b)->Search("anna")->size(), 1U);
  EXPECT_EQ(a->Digest(), b->Digest());
  EXPECT_EQ(a->Status().changes_waiting, 2U);  // for the server, as before
}

TEST_F(Carry, BothWaysAConflictIsOneAndAHandOverIsNone) {
  a->Set(record, kName, Value::Text("Anna"));
  b->Set(record, kName, Value::Text("Hannah"));
  Carried(*a, *b);
  Carried(*b, *a);
  EXPECT_EQ(a->Conflicts(), 1U);
  EXPECT_EQ(b->Conflicts(), 1U);
  b->Set(record, kName, Value::Text("Anna"));
  Carried(*b, *a);
  EXPECT_EQ(a->Conflicts() + b->Conflicts(), 0U);
  EXPECT_EQ(a->Digest(), b->Digest());
  SyncBoth();
  ExpectAllIsWell({a.get(), b.get()});
}

TEST_F(Carry, MixesWithSyncsInAnyOrder) {
  a->Set(record, kName, Value::Text("1"));
  Carried(*a, *b);
  b->Set(record, kName, Value::Text("2"));
  team.Sync(*b);  // what it says it has seen, the server has not
  auto c = team.NewMember("C");
  a->Set(record, kTitle, Value::Text("t"));
  team.Sync(*a);
  Carried(*a, *b);
  team.Sync(*b);
  a->Set(record, kCount, Value::Integer(1));
  const Bytes file = Out(*a).file;
  team.Sync(*a);
  team.Sync(*b);
  EXPECT_EQ(In(*b, file).changes, 0U);
  for (TestDeviceEngine* device : {a.get(), b.get(), c.get(), a.get(), b.get(), c.get()})
    team.Sync(*device);
  ExpectAllIsWell({a.get(), b.get(), c.get()});
  EXPECT_EQ(c->Text(record, kName), "2");
  EXPECT_EQ(c->Conflicts(), 0U);
}

TEST_F(Carry, WhatAFileBroughtIsDatedOnceTheServerShowsIt) {
  a->Set(record, kName, Value::Text("Anna"));
  Carried(*a, *b);
  const auto received = [&] { return (*b)->History(record)->back().received_s; };
  EXPECT_FALSE(received().has_value());
  SyncBoth();
  EXPECT_TRUE(received().has_value());
}

TEST_F(Carry, AFileMayComeTwiceAndLate) {
  const Bytes early = Out(*a).file;
  a->Set(record, kName, Value::Text("Anna"));
  const Bytes file = Out(*a).file;
  In(*b, file);
  const CarriedIn again = In(*b, file);
  EXPECT_EQ(again.envelopes, 0U);
  EXPECT_GT(again.envelopes_known, 0U);
  EXPECT_EQ(In(*b, early).envelopes, 0U);
  EXPECT_EQ(In(*a, file).envelopes, 0U);  // its own
  SyncBoth();
  ExpectAllIsWell({a.get(), b.get()});
}

TEST_F(Carry, AFileCutAnywhereGivesWhatWasWholeAndTheRestComesLater) {
  for (int i = 0; i < 3; ++i) {
    a->Set((*a)->NewRecordId(), kTitle, Value::Text("day " + std::to_string(i)));
    Out(*a);  // seals it
  }
  const Bytes file = Out(*a).file;
  std::uint64_t taken = 0;
  for (std::size_t size = 0; size < file.size(); size += 41) {
    CarriedIn report;
    EXPECT_THAT((*b)->CarryIn(ByteView(file).first(size), report),
                FailsWith(size <= 7 ? ErrorCode::kInvalidInput : ErrorCode::kCorrupt));
    taken += report.changes;
  }
  EXPECT_GT(taken, 0U);
  In(*b, file);
  EXPECT_EQ(a->Digest(), b->Digest());
  SyncBoth();
  ExpectAllIsWell({a.get(), b.get()});
}

TEST_F(Carry, ADamagedFileIsToldAndChangesNothingWrongly) {
  a->Set(record, kName, Value::Text("Anna"));
  const Bytes file = Out(*a).file;
  for (std::size_t at = 0; at < file.size(); at += 23) {
    Bytes damaged = file;
    damaged[at] ^= 0x10;
    CarriedIn report;
    const Status status = (*b)->CarryIn(damaged, report);
    if (!status)
      EXPECT_FALSE(status.error().advice.empty());
    else
      EXPECT_TRUE(report.from.is_zero()) << "byte " << at << " is not vouched for";
  }
  In(*b, file);
  EXPECT_EQ(a->Digest(), b->Digest());
  SyncBoth();
  ExpectAllIsWell({a.get(), b.get()});
}

TEST_F(Carry, AnAnswerMakesTheNextFileShorter) {
  for (int i = 0; i < 20; ++i) {
    a->Set((*a)->NewRecordId(), kTitle, Value::Text("record " + std::to_string(i)));
    Out(*a);
  }
  const CarriedOut first = Out(*a);
  In(*b, first.file);
  Carried(*b, *a);
  a->Set(record, kName, Value::Text("Anna"));
  const CarriedOut second = Out(*a);
  EXPECT_EQ(second.envelopes, 1U);
  EXPECT_LT(second.file.size(), first.file.size());
  EXPECT_EQ(In(*b, second.file).changes, 1U);
  EXPECT_EQ(a->Digest(), b->Digest());
}

TEST_F(Carry, WhatOneFileDoesNotHoldGoesIntoTheNext) {
  for (int i = 0; i < 5; ++i) {
    a->Set((*a)->NewRecordId(), kTitle, Value::Text("record " + std::to_string(i)));
    Out(*a);
  }
  int files = 0;
  bool more = true;
  while (more && files < 20) {
    const auto out = (*a)->CarryOut({}, 1);
    ASSERT_THAT(out, Succeeds());
    more = out->more;
    EXPECT_LE(out->envelopes, 1U);
    In(*b, out->file);
    Carried(*b, *a);
    ++files;
  }
  EXPECT_GT(files, 2);
  EXPECT_EQ(a->Digest(), b->Digest());
}

TEST_F(Carry, AThirdLaptopIsGivenWhatCameByFile) {
  auto c = team.NewMember("C");
  SyncBoth();
  team.Sync(*c);
  a->Set(record, kName, Value::Text("Anna"));
  Carried(*a, *b);
  b->Set(record, kName, Value::Text("Anna B."));
  // Made for a, of whom alone b was told what it holds.
  EXPECT_EQ(In(*c, Out(*b).file).envelopes_waiting, 1U);
  EXPECT_EQ(c->Conflicts(), 0U);
  const Bytes file = Out(*b, {(*c)->device()}).file;
  // Whatever part of it is there, a hand-over is no conflict.
  for (std::size_t size = 0; size < file.size(); size += 90) {
    CarriedIn report;
    EXPECT_FALSE((*c)->CarryIn(ByteView(file).first(size), report));
    EXPECT_EQ(c->Conflicts(), 0U);
  }
  In(*c, file);
  EXPECT_EQ(c->Text(record, kName), "Anna B.");
  for (TestDeviceEngine* device : {c.get(), a.get(), b.get(), c.get()}) team.Sync(*device);
  ExpectAllIsWell({a.get(), b.get(), c.get()});
}

TEST_F(Carry, OnlyWhatANamedReaderLacksIsTaken) {
  auto c = team.NewMember("C");
  SyncBoth();
  team.Sync(*c);
  a->Set(record, kName, Value::Text("Anna"));
  Carried(*a, *b);
  Carried(*b, *a);
  EXPECT_EQ(Out(*a, {(*b)->device()}).envelopes, 0U);
  EXPECT_GT(Out(*a, {(*c)->device()}).envelopes, 0U);
  EXPECT_EQ(Out(*a).envelopes, 0U);  // c exchanges no files
  Carried(*c, *a);
  EXPECT_GT(Out(*a).envelopes, 0U);
  EXPECT_THAT((*a)->CarryOut({DeviceId::FromArray({9})}), FailsWith(ErrorCode::kInvalidInput));
}

// The directory comes from the server only: with it, the key.
TEST_F(Carry, WhatIsSealedUnderAKeyThatIsNotHereYetWaitsForASync) {
  auto c = team.NewMember("C");
  SyncBoth();
  team.Revoke((*c)->device());
  team.Sync(*a);  // opens the next epoch, and grants b its key
  a->Set(record, kName, Value::Text("not for c"));
  const CarriedIn report = Carried(*a, *b);
  EXPECT_EQ(report.envelopes_waiting, 1U);
  EXPECT_EQ(b->Text(record, kName), "Anne");
  SyncBoth();
  team.Sync(*b);
  EXPECT_EQ(b->Text(record, kName), "not for c");
  ExpectAllIsWell({a.get(), b.get()});
}

TEST_F(Carry, AWithdrawnLaptopsFileIsNotBelieved) {
  a->Set(record, kName, Value::Text("before"));
  team.Revoke((*a)->device());
  team.Sync(*b);  // hears of it
  const CarriedIn report = Carried(*a, *b);
  EXPECT_EQ(report.changes, 0U);
  EXPECT_EQ(report.envelopes_after_leaving, 1U);
  EXPECT_TRUE(report.from.is_zero());
  EXPECT_EQ(b->Text(record, kName), "Anne");
}

TEST_F(Carry, WhatHasNoKeyOrNoBeginningHereWaitsForASync) {
  auto c = team.NewDevice("C");
  team.Admit(*c, "C");
  team.Sync(*c);  // nobody has granted it a key yet
  a->Set(record, kName, Value::Text("Anna"));
  const CarriedIn report = Carried(*a, *c);
  EXPECT_EQ(report.changes, 0U);
  EXPECT_GT(report.envelopes_waiting, 0U);
  SyncBoth();
  team.Sync(*c);
  ExpectAllIsWell({a.get(), b.get(), c.get()});
}

TEST_F(Carry, AFileOfNobodyHereIsRefusedAsAWhole) {
  TestTeam elsewhere;
  auto stranger = elsewhere.NewMember("S");
  elsewhere.Sync(*stranger);
  stranger->Set((*stranger)->NewRecordId(), kName, Value::Text("x"));
  CarriedIn report;
  EXPECT_THAT((*b)->CarryIn(Out(*stranger).file, report), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_THAT((*b)->CarryIn(ViewOf("a letter"), report), FailsWith(ErrorCode::kInvalidInput));
  EXPECT_EQ(report.envelopes, 0U);
}

TEST_F(Carry, OfASpaceThatThisLaptopIsNotInNothingIsTaken) {
  const SpaceId other = *team.organisation.AddSpace("other");
  auto c = team.NewDevice("C");
  team.Admit(*c, "C", Role::kIntervenant, {other});
  team.Sync(*c);
  const CarriedIn report = Carried(*a, *c);
  EXPECT_EQ(report.changes, 0U);
  EXPECT_GT(report.envelopes_of_other_spaces, 0U);
  EXPECT_EQ(c->Status().records, 0U);
}

TEST_F(Carry, ALaptopThatIsNotAdmittedYetIsToldSo) {
  auto c = team.NewDevice("C");
  CarriedIn report;
  EXPECT_THAT((*c)->CarryOut(), FailsWith(ErrorCode::kNotEnrolled));
  EXPECT_THAT((*c)->CarryIn(Out(*a).file, report), FailsWith(ErrorCode::kNotEnrolled));
}

TEST_F(Carry, ALaptopThatWasPutBackGivesNothingOfItsOwnBeforeItHasSynchronised) {
  a->BackUp();
  a->Set(record, kName, Value::Text("Anna"));
  team.Sync(*a);
  a->PutBackByHand();
  a->Close();
  SeededRandom random(5);
  ASSERT_THAT(ContinueBackup({a->path(), ""}, random), Succeeds());
  a->Reopen();
  a->Set(record, kTitle, Value::Text("t"));
  const CarriedOut out = Out(*a);
  EXPECT_EQ(out.spaces_left_out, 1U);
  EXPECT_EQ(In(*b, out.file).changes, 0U);
  SyncBoth();
  ExpectAllIsWell({a.get(), b.get()});
}

}  // namespace
}  // namespace sacoche
