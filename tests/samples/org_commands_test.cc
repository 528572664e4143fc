// Set-up as far as it goes without a server: key files, passphrases, invitations.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include "samples/cli/exit_code.h"
#include "samples/cli/invitation.h"
#include "tests/samples/command_line_fixture.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPassphrase = "une phrase de passe";
constexpr const char* kPhrase = "tulipe papillon moulin neige orage cigogne";
constexpr const char* kPrompt = "Passphrase of the organisation's key: ";
constexpr const char* kSecondPrompt = "The same once more: ";

class OrgCommandsTest : public testing::Test {
 protected:
  OrgCommandsTest() { WriteFile(ca_, EnrolledStores::CaPem()); }

  void WriteKey() const { WriteFile(key_, TextOf(stores_.KeyFile(kPassphrase))); }

  [[nodiscard]] std::vector<std::string> Command(std::vector<std::string> words) const {
    words.insert(words.begin(), "org");
    words.insert(words.end(), {"--key", key_, "--server", EnrolledStores::kServerUrl, "--ca", ca_});
    return words;
  }

  [[nodiscard]] static Outcome Run(std::vector<std::string> arguments,
                                   const std::string& passphrase = kPassphrase) {
    return RunSacoche({std::move(arguments), {}, {{"SACOCHE_PASSPHRASE", passphrase}}});
  }

  TemporaryDirectory folder_;
  EnrolledStores stores_;
  std::string key_ = folder_ / "org.key";
  std::string ca_ = folder_ / "ca.pem";
  std::string invitation_ = folder_ / "invitation.json";
};

TEST_F(OrgCommandsTest, TheInvitationHoldsWhatALaptopNeeds) {
  WriteKey();
  ASSERT_EQ(Run(Command({"invite", "--out", invitation_})).status, 0);
  const auto invitation = DecodeInvitation(ReadWholeFile(invitation_));
  ASSERT_THAT(invitation, Succeeds());
  EXPECT_EQ(invitation->server_url, EnrolledStores::kServerUrl);
  EXPECT_EQ(invitation->ca_pem, EnrolledStores::CaPem());
  EXPECT_EQ(invitation->organisation, stores_.key().signing_key.public_key());
  EXPECT_EQ(invitation->organisation_box, stores_.key().box_key.public_key());
}

TEST_F(OrgCommandsTest, AnInvitationStandsForServerAndCertificate) {
  WriteKey();
  ASSERT_EQ(Run(Command({"invite", "--out", invitation_})).status, 0);
  const Outcome away = Run({"org", "requests", "--key", key_, "--invitation", invitation_});
  EXPECT_EQ(away.status, static_cast<int>(ExitCode::kServerAway)) << away.err;

  WriteFile(key_, TextOf(EnrolledStores().KeyFile(kPassphrase)));
  const Outcome mixed_up = Run({"org", "requests", "--key", key_, "--invitation", invitation_});
  EXPECT_EQ(mixed_up.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(mixed_up.err, HasSubstr("two organisations"));
}

TEST_F(OrgCommandsTest, TheKeyIsKeptBeforeTheServerIsAskedAndServesTheNextAttempt) {
  const Outcome away = Run(Command({"create", "--space", "Poste", "--invitation", invitation_}));
  EXPECT_EQ(away.status, static_cast<int>(ExitCode::kServerAway)) << away.err;
  const std::string key = ReadWholeFile(key_);
  EXPECT_THAT(DecodeOrganisationKey(ViewOf(key), ViewOf(kPassphrase)), Succeeds());
  EXPECT_EQ(std::filesystem::status(key_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(std::filesystem::exists(invitation_));

  const Outcome again = Run(Command({"create", "--space", "Poste"}));
  EXPECT_EQ(again.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(again.err, HasSubstr("--resume"));
  const Outcome wrong =
      Run(Command({"create", "--space", "Poste", "--resume"}), "tout autre chose");
  EXPECT_EQ(wrong.status, static_cast<int>(ExitCode::kCannotDo));
  const Outcome resumed = Run(Command({"create", "--space", "Poste", "--resume"}));
  EXPECT_EQ(resumed.status, static_cast<int>(ExitCode::kServerAway)) << resumed.err;
  EXPECT_EQ(ReadWholeFile(key_), key);
}

TEST_F(OrgCommandsTest, AnExistingFileIsNeverOverwrittenByAKey) {
  WriteFile(key_, "somebody's only copy");
  EXPECT_EQ(Run(Command({"create", "--space", "Poste"})).status,
            static_cast<int>(ExitCode::kCannotDo));
  EXPECT_EQ(ReadWholeFile(key_), "somebody's only copy");
}

TEST_F(OrgCommandsTest, NoKeyIsMadeIfTheRestOfTheCommandIsWrong) {
  const auto refused = [&](const std::vector<std::string>& arguments, const char* passphrase) {
    EXPECT_NE(Run(arguments, passphrase).status, 0);
    EXPECT_FALSE(std::filesystem::exists(key_));
  };
  refused(Command({"create", "--space", "Poste"}), "trop court");
  refused(Command({"create", "--space", ""}), kPassphrase);
  refused(Command({"create", "--space", "caf\xe9"}), kPassphrase);
  refused(Command({"create", "--space", std::string(200, 'x')}), kPassphrase);
  refused({"org", "create", "--key", key_, "--server", "http://x", "--ca", ca_, "--space", "Poste"},
          kPassphrase);
  refused({"org", "create", "--key", key_, "--server", "https://x/path", "--ca", ca_, "--space",
           "Poste"},
          kPassphrase);
  WriteFile(ca_, "no certificate");
  refused(Command({"create", "--space", "Poste"}), kPassphrase);
}

TEST_F(OrgCommandsTest, APassphraseIsTheFirstLineOfItsFile) {
  WriteKey();
  WriteFile(folder_ / "pass", std::string(kPassphrase) + "\r\nsecond line\n");
  const Outcome outcome = RunSacoche(
      {Command({"invite", "--out", invitation_, "--passphrase-file", folder_ / "pass"})});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(OrgCommandsTest, APassphraseIsTypedOnceToOpenAndNeverShown) {
  WriteKey();
  const Outcome outcome = RunSacocheOnTerminal(Command({"invite", "--out", invitation_}),
                                               {{kPrompt, std::string(kPassphrase) + "\n"}});
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr(kPrompt));
  EXPECT_THAT(outcome.out, Not(HasSubstr(kPassphrase)));
  EXPECT_TRUE(std::filesystem::exists(invitation_));
}

TEST_F(OrgCommandsTest, APassphraseIsTypedTwiceToMakeAKey) {
  const Outcome different = RunSacocheOnTerminal(
      Command({"create", "--space", "Poste"}),
      {{kPrompt, std::string(kPassphrase) + "\n"}, {kSecondPrompt, "une phrase de pase\n"}});
  EXPECT_EQ(different.status, static_cast<int>(ExitCode::kCannotDo)) << different.out;
  EXPECT_FALSE(std::filesystem::exists(key_));

  const Outcome same = RunSacocheOnTerminal(Command({"create", "--space", "Poste"}),
                                            {{kPrompt, std::string(kPassphrase) + "\n"},
                                             {kSecondPrompt, std::string(kPassphrase) + "\n"}});
  EXPECT_EQ(same.status, static_cast<int>(ExitCode::kServerAway)) << same.out;
  EXPECT_THAT(same.out, Not(HasSubstr(kPassphrase)));
  EXPECT_TRUE(std::filesystem::exists(key_));
}

TEST_F(OrgCommandsTest, AnInterruptedPromptEndsTheProgramAndMakesNothing) {
  const Outcome outcome =
      RunSacocheOnTerminal(Command({"create", "--space", "Poste"}), {{kPrompt, "\x03"}});
  EXPECT_EQ(outcome.status, -SIGINT) << outcome.out;
  EXPECT_FALSE(std::filesystem::exists(key_));
}

TEST_F(OrgCommandsTest, ARoleThatDoesNotExistIsAWrongCommandLine) {
  WriteKey();
  EXPECT_EQ(Run(Command({"admit", "--phrase", kPhrase, "--role", "chef", "--space", "x"})).status,
            static_cast<int>(ExitCode::kCommandLine));
}

// Whoever misheard a word is told before the passphrase is asked for and the server is.
TEST_F(OrgCommandsTest, AWordThatWasMisheardIsNamedBesideTheNearest) {
  WriteKey();
  const auto admit = [&](const std::string& phrase) {
    return Run(Command({"admit", "--phrase", phrase, "--role", "intervenant", "--space", "Poste"}));
  };
  const Outcome misheard = admit("tulipe papiyon moulin neige orage cigogne");
  EXPECT_EQ(misheard.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(misheard.err, HasSubstr("\"papiyon\""));
  EXPECT_THAT(misheard.err, HasSubstr("\"papillon\""));

  const Outcome short_of_one = admit("tulipe papillon moulin neige orage");
  EXPECT_EQ(short_of_one.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(short_of_one.err, HasSubstr("six words"));

  EXPECT_EQ(admit("Tulipe, Papi moul neige orage-cigogne").status,
            static_cast<int>(ExitCode::kServerAway));
}

TEST_F(OrgCommandsTest, EnrollingWhileTheServerIsAwayMayBeRepeated) {
  WriteKey();
  ASSERT_EQ(Run(Command({"invite", "--out", invitation_})).status, 0);
  const std::string store = folder_ / "new/store";
  const std::vector<std::string> enrol = {"enrol",  "--invitation", invitation_, "--person",
                                          "A. Roy", "--device",     "Portable",  "--store",
                                          store,    "--unlock-ms",  "50"};
  EXPECT_EQ(Run(enrol).status, static_cast<int>(ExitCode::kServerAway));
  const std::string device = Run({"status", "--json", "--store", store}).out;
  EXPECT_EQ(Run(enrol).status, static_cast<int>(ExitCode::kServerAway));
  EXPECT_EQ(Run({"status", "--json", "--store", store}).out, device);
  EXPECT_EQ(std::filesystem::status(store).permissions(), std::filesystem::perms::owner_all);
  EXPECT_EQ(std::filesystem::status(store + "/sacoche.db").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(OrgCommandsTest, TwoProgramsDoNotWorkWithOneKeyAtATime) {
  WriteKey();
  const int held = open(key_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(held, 0);
  ASSERT_EQ(flock(held, LOCK_EX), 0);
  const Outcome busy = Run(Command({"requests"}));
  EXPECT_EQ(busy.status, static_cast<int>(ExitCode::kUnusableFile));
  EXPECT_THAT(busy.err, HasSubstr("another program works with the key file"));
  close(held);
  EXPECT_EQ(Run(Command({"requests"})).status, static_cast<int>(ExitCode::kServerAway));
}

}  // namespace
}  // namespace sacoche
