#include "engine/first_contact.h"

#include <chrono>

#include "engine/wire/problem.h"

namespace sacoche {
namespace {

tl::unexpected<Error> Explained(const HttpResponse& response, ByteView body) {
  const auto problem = ParseProblem(TextOf(body));
  if (problem && problem->type == ProblemType::kNotFound)
    return Fail(ErrorCode::kNotFound,
                "the server serves no organisation yet, or does not say which",
                "Tell your administrator; the invitation may be newer than the server. The "
                "invitation as a file needs no such answer.");
  if (problem)
    // Nobody vouches yet for who says so: no word of it is shown.
    return Fail(ErrorCode::kNetwork,
                "the server refused (" + std::string(ProblemName(problem->type)) + ")",
                "Enrol again later; the invitation stays good.");
  return Fail(ErrorCode::kNetwork,
              "something that is not a Sacoche server answered (HTTP " +
                  std::to_string(response.status) + ")",
              "Check the address in the invitation and the network's login page.");
}

Result<OrganisationFacts> Ask(HttpClient& http) {
  Bytes body;
  const HttpRequest request{"GET", std::string(kOrganisationPath), {}, {}};
  const auto response = http.Send(request, [&](const HttpResponse&, ByteView piece) {
    Append(body, piece);
    return body.size() <= kOrganisationFactsBytesMax;
  });
  if (!response && response.error().code == ErrorCode::kNetwork)
    return Fail(ErrorCode::kNetwork, response.error().message,
                "Nothing was asked yet, and the invitation stays good. Check the network, then "
                "enrol again.");
  if (!response) return tl::unexpected(response.error());
  if (response->status != 200) return Explained(*response, body);
  return DecodeOrganisationFacts(body);
}

}  // namespace

Result<Invitation> CompleteInvitation(HttpClient& http, const InvitationText& text) {
  SACOCHE_ASSIGN(const OrganisationFacts facts, Ask(http));
  if (facts.ca_pem.empty())
    return Fail(ErrorCode::kNotFound,
                "the server does not say from which authority its certificate comes",
                "Have `ca` set in the server's configuration, or enrol with the invitation as a "
                "file.");
  if (InvitationFingerprintOf(facts) != text.fingerprint)
    return Fail(ErrorCode::kUntrusted,
                "the server at this address is not the one that the invitation vouches for",
                "Nothing was sent to it. It serves another organisation, has another certificate "
                "authority by now, or is somebody else's: ask your administrator for a new "
                "invitation, by a way that you trust.");
  if (IsPast(text.ticket, facts.time_s))
    return Fail(ErrorCode::kInvalidInput,
                "the invitation has expired: it was good until " + DateOfDay(text.ticket.last_day),
                "Ask your administrator for a new one.");
  // What was vouched for and nothing else: OpenSSL would take authorities from more kinds of
  // blocks.
  return Invitation{text.server_url, CertificatesIn(facts.ca_pem), facts.root_signing_key,
                    facts.root_box_key, text.ticket};
}

InvitationFingerprint InvitationFingerprintOf(const Invitation& invitation) {
  return InvitationFingerprintOf(OrganisationFacts{
      invitation.organisation, invitation.organisation_box, 0, invitation.ca_pem});
}

std::string DateOfDay(std::uint16_t days_since_1970) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days_since_1970))};
  const auto padded = [](unsigned number) {
    return (number < 10 ? "-0" : "-") + std::to_string(number);
  };
  return std::to_string(static_cast<int>(date.year())) + padded(unsigned{date.month()}) +
         padded(unsigned{date.day()});
}

}  // namespace sacoche
