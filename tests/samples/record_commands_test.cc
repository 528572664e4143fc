// The daily work with the real program, offline: two laptops of one space, no server.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/samples/command_line_fixture.h"

namespace sacoche {
namespace {

using testing::HasSubstr;
using testing::Not;

class RecordCommandsTest : public CommandLineFixture {
 protected:
  [[nodiscard]] std::string NewDossier() const {
    return Print({"create", "situation", "intitule=Famille Moulin", "statut=EN_COURS"});
  }

  // The colleague's laptop, which has what this one has.
  std::string Colleague() {
    std::string other = folder_ / "other";
    std::filesystem::create_directory(other);
    stores_.Enrol(other, {"Marc Petit", "Portable Etampes"});
    stores_.CarryChanges(store_, other);
    return other;
  }
};

TEST_F(RecordCommandsTest, WhatIsCreatedIsShownWithLabelsAuthorAndDate) {
  const std::string id = NewDossier();
  const std::string text = Print({"show", id});
  EXPECT_THAT(text, HasSubstr("Situation " + id));
  EXPECT_THAT(text, HasSubstr("Intitulé: Famille Moulin"));
  EXPECT_THAT(text, HasSubstr("Statut: EN_COURS (En cours)"));
  EXPECT_THAT(text, HasSubstr("Claire Martin (Portable Dourdan), 20"));
  EXPECT_THAT(text, Not(HasSubstr("Danger")));
  EXPECT_THAT(Print({"show", id, "--all"}), HasSubstr("Danger: –"));
}

TEST_F(RecordCommandsTest, ADossierIsShownWithAllThatIsInIt) {
  const std::string dossier = NewDossier();
  const std::string person = Print({"create", "personne", "--in", dossier, "nom=Moulin",
                                    "tel+=06 00 00 00 01, le soir", "tel+=06 00 00 00 02"});
  const std::string child =
      Print({"create", "personne", "--in", dossier, "nom=Petit", "responsable_legal=" + person});
  const std::string note = Print({"note", dossier, "Entretien calme.\nÀ revoir.", "--date",
                                  "2026-03-02", "--type", "ENT_TEL"});
  const auto json = PrintJson({"show", dossier});
  ASSERT_EQ(json["children"].size(), 3U);
  EXPECT_EQ(json["children"][0]["id"], person);
  EXPECT_EQ(json["children"][0]["fields"]["tel"]["value"].size(), 2U);
  EXPECT_EQ(json["children"][1]["fields"]["responsable_legal"]["value"], person);
  EXPECT_EQ(json["children"][2]["id"], note);
  EXPECT_EQ(json["children"][2]["fields"]["date"]["value"], "2026-03-02");
  const auto& entry = json["children"][2]["fields"]["note"]["entries"][0];
  EXPECT_EQ(entry["value"], "Entretien calme.\nÀ revoir.");
  EXPECT_EQ(entry["author"], "Claire Martin");
  EXPECT_THAT(Print({"show", dossier}), HasSubstr("      Entretien calme.\n      À revoir."));
  EXPECT_EQ(PrintJson({"show", child})["dossier"], dossier);
}

TEST_F(RecordCommandsTest, AnEditChangesWhatItNamesAndNothingElse) {
  const std::string id = NewDossier();
  EXPECT_EQ(
      Print({"edit", id, "statut=CLOSE", "problematiques=VC,VIF", "date_ouverture=2026-printemps"}),
      "Saved.");
  EXPECT_EQ(Print({"edit", id, "statut=CLOSE"}), "Nothing to change.");
  EXPECT_EQ(Print({"edit", id, "problematiques+=LOGEMENT", "problematiques-=VC", "intitule="}),
            "Saved.");
  const auto fields = PrintJson({"show", id})["fields"];
  EXPECT_EQ(fields["statut"]["value"], "CLOSE");
  EXPECT_EQ(fields["date_ouverture"]["value"], "2026-printemps");
  EXPECT_THAT(fields["problematiques"]["value"].get<std::vector<std::string>>(),
              testing::UnorderedElementsAre("VIF", "LOGEMENT"));
  EXPECT_FALSE(fields.contains("intitule"));
}

TEST_F(RecordCommandsTest, ATextComesFromAFileOrTheStandardInput) {
  const std::string id = NewDossier();
  WriteFile(folder_ / "synthese.txt", "Ligne 1\nLigne 2\n");
  EXPECT_EQ(Print({"edit", id, "synthese=@" + folder_ / "synthese.txt"}), "Saved.");
  EXPECT_EQ(PrintJson({"show", id})["fields"]["synthese"]["value"], "Ligne 1\nLigne 2");
  const std::string note = Print({"note", id, "-"}, "Depuis un tube\n");
  EXPECT_EQ(PrintJson({"show", note})["fields"]["note"]["entries"][0]["value"], "Depuis un tube");
}

TEST_F(RecordCommandsTest, ACoWrittenTextKeepsBothEditsAndMarksThePassageToRead) {
  const std::string id = NewDossier();
  ASSERT_EQ(Print({"edit", id, "synthese=Madame vit seule. Elle a deux enfants. Fin."}), "Saved.");
  const std::string other = Colleague();
  ASSERT_EQ(Print({"edit", id, "synthese=Madame vit seule. Elle a trois enfants. Fin."}), "Saved.");
  ASSERT_EQ(
      Print({"edit", id, "synthese=Madame vit seule. Elle a deux filles. Fin.", "--store", other}),
      "Saved.");
  stores_.CarryChanges(other, store_);
  const std::string text = Print({"show", id});
  EXPECT_THAT(text, HasSubstr("Synthèse : À RELIRE, 1 passage modifié par plusieurs personnes"));
  EXPECT_THAT(text, HasSubstr("Madame vit seule. ⟦1: Elle a trois filles.⟧ Fin."));
  EXPECT_THAT(text, HasSubstr("⟦1⟧ Claire Martin (Portable Dourdan), 20"));
  EXPECT_THAT(text, HasSubstr(" ; Marc Petit (Portable Etampes), 20"));
  EXPECT_THAT(text, HasSubstr("sacoche resolve " + id + " synthese --as-is"));
  EXPECT_THAT(Print({"list"}), HasSubstr("[conflict]"));
  EXPECT_THAT(Print({"conflicts"}), HasSubstr("⟦1: Elle a trois filles.⟧"));
  const auto conflict = PrintJson({"conflicts"})[0];
  EXPECT_EQ(conflict["first_applies"], "both_visible");
  EXPECT_EQ(conflict["passages"][0]["text"], " Elle a trois filles.");
  EXPECT_EQ(conflict["passages"][0]["writers"].size(), 2U);
  EXPECT_EQ(Run({"resolve", id, "synthese", "--take", "1"}).status, 1);
  EXPECT_THAT(Print({"resolve", id, "synthese", "--as-is"}), HasSubstr("Resolved: Synthèse"));
  EXPECT_EQ(Print({"conflicts"}), "No open conflicts.");
  const std::string history = Print({"history", id});
  EXPECT_THAT(history, HasSubstr("Synthèse: remplacé « deux » par « trois »"));
  EXPECT_THAT(history, HasSubstr("Synthèse: remplacé « enfants » par « filles »"));
  EXPECT_THAT(history, HasSubstr("Synthèse: relu, bien ainsi"));
  const auto entry = PrintJson({"history", id})[3];
  EXPECT_EQ(entry["changes"][0]["removed"], "deux");
  EXPECT_EQ(entry["changes"][0]["added"], "trois");
}

TEST_F(RecordCommandsTest, ATextOfWhichTwoPeopleLeftNothingCanBeSettledAsEmpty) {
  const std::string id = NewDossier();
  ASSERT_EQ(Print({"edit", id, "synthese=Un deux trois"}), "Saved.");
  const std::string other = Colleague();
  ASSERT_EQ(Print({"edit", id, "synthese=trois"}), "Saved.");
  ASSERT_EQ(Print({"edit", id, "synthese=Un", "--store", other}), "Saved.");
  stores_.CarryChanges(other, store_);
  ASSERT_EQ(PrintJson({"conflicts"}).size(), 1U);
  EXPECT_THAT(Print({"resolve", id, "synthese", "--value", ""}), HasSubstr("Resolved: Synthèse"));
  EXPECT_EQ(Print({"conflicts"}), "No open conflicts.");
}

TEST_F(RecordCommandsTest, AnEditOfAnOlderVersionOfATextLeavesWhatItDidNotShow) {
  const std::string id = NewDossier();
  ASSERT_EQ(Print({"edit", id, "synthese=Un. Deux."}), "Saved.");
  const auto version = PrintJson({"show", id})["fields"]["synthese"]["version"].get<std::string>();
  ASSERT_EQ(Print({"edit", id, "synthese=Un. Deux. Trois."}), "Saved.");
  ASSERT_EQ(Print({"edit", id, "synthese=Zéro. Un. Deux.", "--seen", version}), "Saved.");
  EXPECT_EQ(PrintJson({"show", id})["fields"]["synthese"]["value"], "Zéro. Un. Deux. Trois.");
  for (const char* bad : {"x", "1-2", "1-", "", "1-00.3", "99999999999999999999"}) {
    const Outcome refused = Run({"edit", id, "synthese=Rien.", "--seen=" + std::string(bad) + "-"});
    EXPECT_EQ(refused.status, 1) << bad;
  }
  EXPECT_EQ(Run({"edit", id, "intitule=Autre", "--seen", version}).status, 1);
  EXPECT_EQ(Run({"resolve", id, "intitule", "--as-is"}).status, 1);
}

TEST_F(RecordCommandsTest, ATextOfTheLongestLengthIsKeptWhole) {
  const std::string longest(64 * 1024, 'a');
  const std::string note = Print({"note", NewDossier(), "-"}, longest);
  EXPECT_EQ(PrintJson({"show", note})["fields"]["note"]["entries"][0]["value"], longest);
}

TEST_F(RecordCommandsTest, ACorrectionStandsInThePlaceOfWhatItCorrects) {
  const std::string note = Print({"note", NewDossier(), "Née en 1980"});
  const std::string entry =
      PrintJson({"show", note})["fields"]["note"]["entries"][0]["entry"].get<std::string>();
  EXPECT_EQ(Print({"edit", note, "--correct", entry.substr(0, 8), "note=Née en 1981"}), "Saved.");
  EXPECT_THAT(Print({"show", note}), Not(HasSubstr("1980")));
  EXPECT_THAT(Print({"show", note}), HasSubstr("corrects [" + entry.substr(0, 8) + "]"));
  EXPECT_THAT(Print({"show", note, "--all"}), HasSubstr("was corrected since"));
  EXPECT_EQ(PrintJson({"show", note})["fields"]["note"]["entries"][1]["corrects"], entry);
  EXPECT_THAT(Print({"history", note}), HasSubstr("corrects [" + entry.substr(0, 8) + "]"));
}

TEST_F(RecordCommandsTest, RecordsAreListedByKindAndByIndexedField) {
  const std::string open = NewDossier();
  const std::string closed = Print({"create", "situation", "intitule=Autre", "statut=CLOSE"});
  (void)Print({"create", "tache", "--in", open, "intitule=Rappeler", "fait=non"});
  EXPECT_EQ(PrintJson({"list"}).size(), 3U);
  EXPECT_EQ(PrintJson({"list", "situation"}).size(), 2U);
  EXPECT_EQ(PrintJson({"list", "--limit", "1"}).size(), 1U);
  const auto found = PrintJson({"list", "situation", "--where", "statut=CLOSE"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["id"], closed);
  EXPECT_EQ(PrintJson({"list", "tache", "--where", "fait=non"}).size(), 1U);
  EXPECT_EQ(Print({"list", "personne"}), "No records.");
}

TEST_F(RecordCommandsTest, WordsAreFoundWithoutCaseAndAccents) {
  const std::string note = Print({"note", NewDossier(), "Hébergement à l'hôtel, œuvre sociale"});
  for (const char* words : {"hebergement", "HÔTEL", "oeuvre soc"}) {
    const auto found = PrintJson({"search", words});
    ASSERT_EQ(found.size(), 1U) << words;
    EXPECT_EQ(found[0]["id"], note);
  }
  EXPECT_EQ(PrintJson({"search", "hebergement", "hotel"}).size(), 1U);
  for (const char* words :
       {"absent", "***", "\"", "AND", "a OR b", "NEAR(", "(", "-", "note:x", "^"})
    EXPECT_EQ(Run({"search", words}).status, 0) << words;
}

TEST_F(RecordCommandsTest, AnIdMayBeShortenedWhileItNamesOneRecord) {
  const std::string id = NewDossier();
  EXPECT_EQ(PrintJson({"show", id.substr(0, 8)})["id"], id);
  EXPECT_EQ(PrintJson({"show", id.substr(0, 13)})["id"], id);
}

TEST_F(RecordCommandsTest, TheHistoryTellsEveryChange) {
  const std::string id = NewDossier();
  EXPECT_EQ(Print({"edit", id, "statut=CLOSE", "type_violence=PSY"}), "Saved.");
  EXPECT_EQ(Print({"edit", id, "type_violence="}), "Saved.");
  const auto history = PrintJson({"history", id});
  ASSERT_EQ(history.size(), 5U);
  EXPECT_EQ(history[0]["field"], "intitule");
  EXPECT_EQ(history[2]["value"], "CLOSE");
  EXPECT_EQ(history[3]["added"], "PSY");
  EXPECT_EQ(history[4]["removed"], "PSY");
  EXPECT_EQ(history[4]["author"], "Claire Martin");
}

TEST_F(RecordCommandsTest, AnEarlierValueIsTakenBackByTheNameOfItsChange) {
  const std::string id = NewDossier();
  (void)Print({"edit", id, "intitule=Famille Petit"});
  (void)Print({"edit", id, "problematiques=VC,LOGEMENT"});
  (void)Print({"edit", id, "problematiques="});
  const auto history = PrintJson({"history", id});
  EXPECT_EQ(history[2]["instead_of"], (std::vector<std::string>{"Famille Moulin"}));
  EXPECT_THAT(Print({"history", id}), HasSubstr("Famille Petit   (instead of Famille Moulin)"));
  (void)Print({"take-back", id, "intitule", history[0]["change"]});
  EXPECT_EQ(PrintJson({"show", id})["fields"]["intitule"]["value"], "Famille Moulin");
  // Both elements that the change added.
  (void)Print({"take-back", id, "problematiques", history[3]["change"]});
  EXPECT_EQ(PrintJson({"show", id})["fields"]["problematiques"]["value"].size(), 2U);
  EXPECT_THAT(Print({"take-back", id, "problematiques", history[3]["change"]}),
              HasSubstr("already"));
  EXPECT_FALSE(PrintJson({"history", id}).back().contains("at_in_doubt"));
}

TEST_F(RecordCommandsTest, AConflictShowsBothValuesAndIsResolvedByTakingOne) {
  const std::string id = NewDossier();
  const std::string other = Colleague();
  EXPECT_EQ(Print({"edit", id, "statut=CLOSE"}), "Saved.");
  EXPECT_EQ(Print({"edit", id, "statut=RELAYEE", "--store", other}), "Saved.");
  stores_.CarryChanges(other, store_);

  const auto conflicts = PrintJson({"conflicts"});
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0]["id"], id);
  EXPECT_EQ(conflicts[0]["field"], "statut");
  ASSERT_EQ(conflicts[0]["siblings"].size(), 2U);
  EXPECT_EQ(conflicts[0]["first_applies"], "furthest");
  EXPECT_EQ(conflicts[0]["siblings"][0]["value"], "CLOSE");
  EXPECT_EQ(conflicts[0]["siblings"][0]["author"], "Claire Martin");
  EXPECT_EQ(conflicts[0]["siblings"][1]["value"], "RELAYEE");
  EXPECT_EQ(conflicts[0]["siblings"][1]["author"], "Marc Petit");
  EXPECT_THAT(Print({"conflicts"}), HasSubstr("2. RELAYEE (Relayée)   — Marc Petit"));
  EXPECT_THAT(Print({"conflicts"}), HasSubstr("closed while somebody still worked on it"));
  EXPECT_THAT(Print({"show", id}), HasSubstr("1. CLOSE (Close)   — Claire Martin"));
  EXPECT_THAT(Print({"list"}), HasSubstr("[conflict]"));
  const auto exported = nlohmann::json::parse(Print({"export"}));
  EXPECT_EQ(exported["fields"]["statut"]["siblings"].size(), 2U);
  EXPECT_EQ(Run({"resolve", id, "statut", "--take", "3"}).status, 1);
  EXPECT_EQ(Run({"resolve", id, "statut", "--take", "0"}).status, 1);

  EXPECT_EQ(Print({"resolve", id, "statut", "--take", "2"}), "Resolved: Statut: RELAYEE (Relayée)");
  EXPECT_EQ(Print({"conflicts"}), "No open conflicts.");
  EXPECT_EQ(PrintJson({"show", id})["fields"]["statut"]["value"], "RELAYEE");
  EXPECT_THAT(Print({"history", id}), HasSubstr("CLOSE"));
}

TEST_F(RecordCommandsTest, WhatAColleagueNotedInAClosedCaseIsShownUntilSomebodyLooked) {
  const std::string id = NewDossier();
  const std::string other = Colleague();
  EXPECT_EQ(Print({"edit", id, "statut=CLOSE"}), "Saved.");
  const std::string note = Print({"note", id, "Elle a rappelé.", "--store", other});
  stores_.CarryChanges(other, store_);
  const auto conflicts = PrintJson({"conflicts"});
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0]["first_applies"], "closed");
  EXPECT_EQ(conflicts[0]["siblings"].size(), 1U);
  ASSERT_FALSE(conflicts[0]["unseen"].empty());
  EXPECT_EQ(conflicts[0]["unseen"][0]["id"], note);
  EXPECT_EQ(conflicts[0]["unseen"][0]["author"], "Marc Petit");
  EXPECT_EQ(PrintJson({"show", id})["fields"]["statut"]["unseen"], conflicts[0]["unseen"]);
  EXPECT_THAT(Print({"show", id}), HasSubstr("CLOSED, while somebody who did not know"));
  EXPECT_THAT(Print({"conflicts"}),
              HasSubstr("closed it: Intervention " + note + ", Date; Note   — Marc Petit"));
  EXPECT_THAT(Print({"conflicts"}), HasSubstr("sacoche resolve " + id + " statut --as-is"));
  EXPECT_THAT(Print({"list"}), HasSubstr("[conflict]"));
  EXPECT_EQ(Print({"resolve", id, "statut", "--as-is"}), "Resolved: Statut: CLOSE (Close)");
  EXPECT_EQ(Print({"conflicts"}), "No open conflicts.");
  EXPECT_THAT(Print({"history", id}), HasSubstr("Statut: relu, bien ainsi"));
  EXPECT_EQ(PrintJson({"history", id}).back()["settles"], true);
}

TEST_F(RecordCommandsTest, AStateGoesBackOnlyByAReopening) {
  const std::string task =
      Print({"create", "tache", "intitule=Rappeler", "fait=oui", "--in", NewDossier()});
  EXPECT_EQ(Run({"edit", task, "fait=non"}).status, 1);
  EXPECT_EQ(PrintJson({"show", task})["fields"]["fait"]["value"], true);
  EXPECT_EQ(Print({"edit", task, "fait=non", "--reopen"}), "Saved.");
  EXPECT_EQ(PrintJson({"show", task})["fields"]["fait"]["value"], false);
  EXPECT_EQ(PrintJson({"history", task})[2]["value"], false);
}

TEST_F(RecordCommandsTest, AnErasureLeavesTheReasonAndFlagsWhatWasWrittenWithoutKnowing) {
  const std::string id = NewDossier();
  const std::string other = Colleague();
  EXPECT_EQ(Print({"edit", id, "effacement=DEMANDE"}), "Saved.");
  EXPECT_EQ(PrintJson({"show", id})["fields"].size(), 1U);
  EXPECT_EQ(Run({"edit", id, "intitule=Encore"}).status, 1);
  EXPECT_EQ(Print({"conflicts"}), "No open conflicts.");

  EXPECT_EQ(Print({"edit", id, "danger=2", "--store", other}), "Saved.");
  stores_.CarryChanges(other, store_);
  EXPECT_EQ(PrintJson({"show", id})["fields"]["danger"]["value"], "2");
  const auto conflicts = PrintJson({"conflicts"});
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0]["first_applies"], "erased");
  EXPECT_THAT(Print({"conflicts"}), HasSubstr("then erase again"));
  EXPECT_EQ(Print({"edit", id, "effacement=DEMANDE"}), "Saved.");
  EXPECT_EQ(Print({"conflicts"}), "No open conflicts.");
}

TEST_F(RecordCommandsTest, AConflictIsResolvedByAThirdValue) {
  const std::string id = NewDossier();
  const std::string other = Colleague();
  EXPECT_EQ(Print({"edit", id, "statut=CLOSE"}), "Saved.");
  EXPECT_EQ(Print({"edit", id, "statut=RELAYEE", "--store", other}), "Saved.");
  stores_.CarryChanges(other, store_);
  EXPECT_EQ(Run({"resolve", id, "statut", "--value", "FAUX"}).status, 1);
  EXPECT_EQ(PrintJson({"resolve", id, "statut", "--value", "ROUVERTE"})["changed"], true);
  EXPECT_EQ(PrintJson({"show", id})["fields"]["statut"]["value"], "ROUVERTE");
}

TEST_F(RecordCommandsTest, TwoLaptopsThatHoldTheSameChangesHaveOneDigest) {
  const std::string id = NewDossier();
  const std::string other = Colleague();
  EXPECT_EQ(Print({"digest"}), Print({"digest", "--store", other}));
  EXPECT_EQ(Print({"edit", id, "statut=CLOSE"}), "Saved.");
  EXPECT_NE(Print({"digest"}), Print({"digest", "--store", other}));
  stores_.CarryChanges(store_, other);
  EXPECT_EQ(Print({"digest"}), Print({"digest", "--store", other}));
  EXPECT_EQ(Print({"digest"}).size(), 64U);
}

TEST_F(RecordCommandsTest, AColleaguesTextCannotSteerTheTerminal) {
  const std::string id = NewDossier();
  const std::string evil =
      "\x1b]0;title\x07 \xc2\x9b"
      "2J \xe2\x80\xae";
  (void)Print({"note", id, evil});
  (void)Print({"edit", id, "intitule=" + evil, "synthese=line\n" + evil});
  const std::vector<std::vector<std::string>> commands = {
      {"show", id}, {"list"}, {"search", "title"}, {"history", id}, {"export"}};
  for (const auto& command : commands) {
    for (const char* json : {"", "--json"}) {
      std::vector<std::string> arguments = command;
      if (*json != '\0') arguments.emplace_back(json);
      const std::string shown = Print(arguments);
      EXPECT_THAT(shown, HasSubstr("\\u001b"));
      for (const char* raw : {"\x1b", "\x07", "\xc2\x9b", "\xe2\x80\xae"})
        EXPECT_EQ(shown.find(raw), std::string::npos) << command[0];
    }
  }
}

TEST_F(RecordCommandsTest, AnExportHoldsEveryRecordOnALineOfItsOwn) {
  const std::string id = NewDossier();
  const std::string note = Print({"note", id, "Une note"});
  const std::string file = folder_ / "export.jsonl";
  EXPECT_EQ(PrintJson({"export", "--out", file})["records"], 2);
  std::istringstream lines(ReadWholeFile(file));
  std::vector<std::string> ids;
  for (std::string line; std::getline(lines, line);)
    ids.push_back(nlohmann::json::parse(line)["id"].get<std::string>());
  EXPECT_THAT(ids, testing::ElementsAre(id, note));
  EXPECT_EQ(ReadWholeFile(file), Print({"export"}) + "\n");
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(RecordCommandsTest, TheStatusTellsWhatWaitsForTheServer) {
  (void)NewDossier();
  const auto status = PrintJson({"status"});
  EXPECT_EQ(status["admitted"], true);
  EXPECT_EQ(status["changes_waiting"], 1);
  EXPECT_EQ(status["records"], 1);
  EXPECT_EQ(status["spaces"][0]["name"], EnrolledStores::kSpaceName);
  const std::string phrase = status["comparison_phrase"];
  EXPECT_EQ(std::ranges::count(phrase, ' '), 5);
  EXPECT_THAT(Print({"status"}), HasSubstr("Comparison phrase: " + phrase + "\n"));
}

TEST_F(RecordCommandsTest, ANewDossierGoesIntoTheSpaceThatIsNamed) {
  const SpaceId second = stores_.AddSpace("Suivi");
  const std::string both = folder_ / "both";
  std::filesystem::create_directory(both);
  stores_.Enrol(both, {"Anne Roy", "Portable Evry"});
  EXPECT_EQ(Run({"create", "situation", "intitule=X", "--store", both}).status, 1);
  const std::string by_name =
      Print({"create", "situation", "intitule=X", "--space", "Suivi", "--store", both});
  const std::string by_id =
      Print({"create", "situation", "intitule=Y", "--space", second.ToUuid(), "--store", both});
  EXPECT_EQ(PrintJson({"show", by_name, "--store", both})["space"], second.ToUuid());
  EXPECT_EQ(PrintJson({"show", by_id, "--store", both})["space"], second.ToUuid());
}

TEST_F(RecordCommandsTest, TheSchemaNamesEveryKindFieldAndCode) {
  const auto kinds = PrintJson({"schema"});
  ASSERT_GE(kinds.size(), 4U);
  EXPECT_EQ(kinds[0]["kind"], "situation");
  EXPECT_EQ(kinds[0]["fields"][1]["codes"]["EN_COURS"], "En cours");
  EXPECT_THAT(Print({"schema", "intervention"}), HasSubstr("ENT_TEL   Entretien téléphonique"));
}

TEST_F(RecordCommandsTest, WordsThatAreCommandsAreStillWords) {
  const std::string id = NewDossier();
  (void)Print({"note", id, "list"});
  EXPECT_EQ(PrintJson({"search", "list"}).size(), 1U);
}

}  // namespace
}  // namespace sacoche
