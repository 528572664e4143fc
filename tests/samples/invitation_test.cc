#include "samples/cli/invitation.h"

#include "samples/cli/output.h"
#include "tests/support/results.h"

namespace sacoche {
namespace {

using testing::HasSubstr;

Invitation Sample() {
  Invitation invitation{"https://serveur.example:8443",
                        "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n",
                        {},
                        {}};
  invitation.organisation.fill(0x11);
  invitation.organisation_box.fill(0x22);
  return invitation;
}

Json SampleJson() { return Json::parse(EncodeInvitation(Sample())); }

ErrorCode CodeOf(const Json& json) {
  const auto decoded = DecodeInvitation(json.dump());
  EXPECT_FALSE(decoded.has_value());
  if (decoded) return ErrorCode{};
  EXPECT_NE(decoded.error().message, "");
  EXPECT_NE(decoded.error().advice, "");
  return decoded.error().code;
}

TEST(Invitation, ComesBackAsItWasWritten) {
  const auto decoded = DecodeInvitation(EncodeInvitation(Sample()));
  ASSERT_THAT(decoded, Succeeds());
  EXPECT_EQ(decoded->server_url, Sample().server_url);
  EXPECT_EQ(decoded->ca_pem, Sample().ca_pem);
  EXPECT_EQ(decoded->organisation, Sample().organisation);
  EXPECT_EQ(decoded->organisation_box, Sample().organisation_box);
}

TEST(Invitation, CarriesATicketOrNone) {
  EXPECT_EQ(DecodeInvitation(EncodeInvitation(Sample()))->ticket, std::nullopt);
  Invitation with_ticket = Sample();
  with_ticket.ticket = InvitationTicket{{1, 2, 3, 4, 5, 6}, 20'789, {7}};
  EXPECT_EQ(DecodeInvitation(EncodeInvitation(with_ticket))->ticket, with_ticket.ticket);
  Json json = SampleJson();
  json["ticket"] = "0102";
  EXPECT_EQ(CodeOf(json), ErrorCode::kCorrupt);
}

TEST(Invitation, IgnoresMembersThatItDoesNotKnow) {
  Json json = SampleJson();
  json["later"] = {1, 2, 3};
  EXPECT_THAT(DecodeInvitation(json.dump()), Succeeds());
}

TEST(Invitation, OfANewerReleaseAsksForAnUpdate) {
  for (const std::uint64_t version : {std::uint64_t{2}, std::uint64_t{1000}, UINT64_MAX}) {
    const auto decoded = DecodeInvitation(Json{{"sacoche_invitation", version}}.dump());
    ASSERT_THAT(decoded, FailsWith(ErrorCode::kNewerFormat));
    EXPECT_THAT(decoded.error().advice, HasSubstr("Update"));
  }
}

TEST(Invitation, OfAnImpossibleVersionIsRefused) {
  for (const Json& version : {Json(0), Json(-1), Json("1"), Json(1.0), Json(nullptr), Json(true)}) {
    Json json = SampleJson();
    json["sacoche_invitation"] = version;
    EXPECT_EQ(CodeOf(json), ErrorCode::kCorrupt) << version;
  }
}

TEST(Invitation, WithoutOneOfItsMembersIsRefused) {
  for (const char* member :
       {"sacoche_invitation", "server", "ca_pem", "organisation", "organisation_box"}) {
    Json json = SampleJson();
    json.erase(member);
    EXPECT_EQ(CodeOf(json), ErrorCode::kCorrupt) << member;
    json[member] = {{"not", "a text"}};
    EXPECT_EQ(CodeOf(json), ErrorCode::kCorrupt) << member;
  }
}

TEST(Invitation, WithAMemberThatCannotBeRightIsRefused) {
  const std::vector<std::pair<const char*, std::string>> wrong = {
      {"server", "http://serveur.example"},
      {"server", "https://serveur.example/\x1b[2J"},
      {"server", "https://" + std::string(kServerUrlBytesMax, 'a')},
      {"ca_pem", "no certificate"},
      {"ca_pem", "-----BEGIN CERTIFICATE-----" + std::string(kCaPemBytesMax, 'a')},
      {"organisation", std::string(62, 'a')},
      {"organisation", std::string(64, 'g')},
      {"organisation_box", std::string(66, 'a')},
      {"organisation_box", ""},
  };
  for (const auto& [member, value] : wrong) {
    Json json = SampleJson();
    json[member] = value;
    EXPECT_EQ(CodeOf(json), ErrorCode::kCorrupt) << member << " " << value.substr(0, 80);
  }
}

TEST(Invitation, ThatIsSomethingElseOrTooLargeIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("null"), std::string("{"),
        std::string("caf\xe9"), std::string(kInvitationBytesMax, '['),
        EncodeInvitation(Sample()) + std::string(kInvitationBytesMax, ' ')})
    EXPECT_THAT(DecodeInvitation(text), FailsWith(ErrorCode::kCorrupt)) << text.substr(0, 80);
}

TEST(Invitation, CutShortIsRefused) {
  const std::string whole = EncodeInvitation(Sample());
  const std::size_t last_brace = whole.rfind('}');
  for (std::size_t size = 0; size <= last_brace; ++size)
    EXPECT_FALSE(DecodeInvitation(std::string_view(whole).substr(0, size)).has_value()) << size;
}

}  // namespace
}  // namespace sacoche
