// Recovery as far as it goes without a server: codes, shares, and what is shown of them.

#include <gmock/gmock.h>

#include "engine/recovery.h"
#include "platform/vault/recovery_code.h"
#include "samples/cli/exit_code.h"
#include "tests/samples/command_line_fixture.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPassphrase = "une phrase de passe";
constexpr const char* kPrompt = "Passphrase of the organisation's key: ";

class RecoveryCommandsTest : public CommandLineFixture {
 protected:
  RecoveryCommandsTest() {
    WriteFile(ca_, EnrolledStores::CaPem());
    WriteFile(key_, TextOf(stores_.KeyFile(kPassphrase)));
  }

  [[nodiscard]] std::vector<std::string> Org(std::vector<std::string> words) const {
    words.insert(words.begin(), {"org", "recovery"});
    words.insert(words.end(), {"--key", key_, "--server", EnrolledStores::kServerUrl, "--ca", ca_});
    return words;
  }

  [[nodiscard]] static Outcome RunOrg(std::vector<std::string> arguments) {
    return RunSacoche({std::move(arguments), {}, {{"SACOCHE_PASSPHRASE", kPassphrase}}});
  }

  static std::vector<std::string> Shares(const SigningPublicKey& root) {
    const auto shares = SplitRecoveryKey(BoxKey::Generate(), FingerprintOf(root), {2, 3});
    std::vector<std::string> texts;
    for (const RecoveryShare& share : *shares)
      texts.emplace_back(TextOf(PrintRecoveryShare(share).view()));
    return texts;
  }

  [[nodiscard]] std::string ShareFile(const std::string& name, const std::string& text) const {
    WriteFile(folder_ / name, text);
    return folder_ / name;
  }

  std::string ca_ = folder_ / "ca.pem";
  std::string key_ = folder_ / "org.key";
};

TEST_F(RecoveryCommandsTest, ANewCodeWaitsForTheNextSynchronisation) {
  EXPECT_EQ(PrintJson({"status"})["recovery"]["code"], "none");
  EXPECT_THAT(Print({"status"}), HasSubstr("make one with `sacoche recovery-code`"));
  const Outcome changed = Run({"recovery-code"});
  EXPECT_EQ(changed.status, 0) << changed.err;
  EXPECT_EQ(PrintJson({"status"})["recovery"]["code"], "waiting");
  EXPECT_EQ(PrintJson({"status"})["recovery"]["organisation"], false);
  EXPECT_TRUE(PrintJson({"status"})["recovery"]["notices"].empty());
}

TEST_F(RecoveryCommandsTest, RekeyingMakesACodeForBothPurposesToo) {
  const Outcome rekeyed = Run({"--unlock-ms", "50", "rekey"});
  EXPECT_EQ(rekeyed.status, 0) << rekeyed.err;
  EXPECT_EQ(PrintJson({"status"})["recovery"]["code"], "waiting");
}

TEST_F(RecoveryCommandsTest, AMistypedCodeIsNamedBeforeTheServerIsAsked) {
  const RecoveryCode code = RecoveryCode::Generate();
  std::string text(TextOf(code.text.view()));
  text[0] = text[0] == '7' ? '8' : '7';
  const Outcome slip = Run({"recover", "--recovery-code-file", ShareFile("code", text)});
  EXPECT_EQ(slip.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(slip.err, HasSubstr("mistyped in group 1"));
  const Outcome none = Run({"recover"});
  EXPECT_EQ(none.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(none.err, HasSubstr("--recovery-code-file"));
}

TEST_F(RecoveryCommandsTest, WithoutTheServerNoCodeIsKept) {
  const RecoveryCode code = RecoveryCode::Generate();
  const Outcome away = Run({"recover", "--recovery-code-file",
                            ShareFile("code", std::string(TextOf(code.text.view())))});
  EXPECT_EQ(away.status, static_cast<int>(ExitCode::kServerAway)) << away.err;
  EXPECT_EQ(PrintJson({"status"})["recovery"]["code_typed"], false);
}

TEST_F(RecoveryCommandsTest, ThereMayBeNoNoticeToTakeAway) {
  EXPECT_EQ(PrintJson({"recovery-seen"})["acknowledged"], 0);
}

TEST_F(RecoveryCommandsTest, AnImpossiblePlanIsRefusedAndNoShareIsShown) {
  for (const auto& [needed, holders] : {std::pair{"1", "3"}, {"4", "3"}, {"2", "17"}}) {
    const Outcome refused =
        RunOrg(Org({"split", "--needed", needed, "--holders", holders, "--json"}));
    EXPECT_EQ(refused.status, static_cast<int>(ExitCode::kCannotDo)) << refused.err;
    EXPECT_EQ(refused.out, "");
  }
}

TEST_F(RecoveryCommandsTest, WithoutTheServerNoShareIsMade) {
  const std::string folder = folder_ / "shares";
  const Outcome away = RunOrg(Org({"split", "--needed", "2", "--holders", "3", "--out", folder}));
  EXPECT_EQ(away.status, static_cast<int>(ExitCode::kServerAway)) << away.err;
  EXPECT_EQ(away.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(RecoveryCommandsTest, SharesThatDoNotJoinAreNamedByTheirFile) {
  const auto shares = Shares(stores_.key().signing_key.public_key());
  std::string slip = shares[1];
  slip[0] = slip[0] == '7' ? '8' : '7';
  const std::string first = ShareFile("first", shares[0]);
  const std::string damaged = ShareFile("damaged", slip);
  const Outcome mistyped =
      RunOrg(Org({"use", "00112233", "--share-file", first, "--share-file", damaged}));
  EXPECT_EQ(mistyped.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(mistyped.err, HasSubstr("damaged: the recovery share is mistyped in group 1"));
  const Outcome one = RunOrg(Org({"use", "00112233", "--share-file", first}));
  EXPECT_THAT(one.err, HasSubstr("1 is missing"));
  const Outcome missing =
      RunOrg(Org({"use", "00112233", "--share-file", first, "--share-file", folder_ / "none"}));
  EXPECT_EQ(missing.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(missing.err, HasSubstr("none cannot be read"));
}

TEST_F(RecoveryCommandsTest, SharesOfAnotherOrganisationAreRefused) {
  const auto shares = Shares(EnrolledStores().key().signing_key.public_key());
  const Outcome refused = RunOrg(Org({"use", "00112233", "--share-file", ShareFile("1", shares[0]),
                                      "--share-file", ShareFile("3", shares[2])}));
  EXPECT_EQ(refused.status, static_cast<int>(ExitCode::kCannotDo));
  EXPECT_THAT(refused.err, HasSubstr("another organisation"));
}

// Holder after holder, line by line; a slip costs its share only.
TEST_F(RecoveryCommandsTest, SharesAreTypedOnTheTerminalUntilThereAreEnough) {
  const auto shares = Shares(stores_.key().signing_key.public_key());
  std::vector<std::pair<std::string, std::string>> dialogue;
  const auto type = [&](const std::string& number, std::string text) {
    std::istringstream lines(text);
    std::string line;
    for (int i = 1; std::getline(lines, line); ++i)
      dialogue.emplace_back("Share " + number + ", line " + std::to_string(i) + " of 4: ",
                            line + "\n");
  };
  std::string slip = shares[0];
  slip[0] = slip[0] == '7' ? '8' : '7';
  type("1", slip);
  type("1", shares[0]);
  type("2", shares[2]);
  dialogue.emplace_back(kPrompt, std::string(kPassphrase) + "\n");
  const Outcome typed = RunSacocheOnTerminal(Org({"use", "00112233"}), dialogue);
  EXPECT_THAT(typed.out, HasSubstr("mistyped in group 1"));
  EXPECT_EQ(typed.status, static_cast<int>(ExitCode::kServerAway)) << typed.out;
  EXPECT_THAT(typed.out, Not(HasSubstr(shares[0].substr(0, 20))));
}

}  // namespace
}  // namespace sacoche
