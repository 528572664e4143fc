#include "engine/organisation.h"

#include "engine/wire/wire_codec.h"

namespace sacoche {
namespace {

// Takes the frames of an answer to the root: the directory, and what became of the statements.
struct RootAnswer {
  Directory& directory;
  std::optional<ProblemType>& refused;
  std::optional<SigningPublicKey>& time_key;
  FrameSplitter splitter;
  bool ended = false;

  Status Feed(ByteView piece) {
    splitter.Feed(piece);
    while (true) {
      SACOCHE_ASSIGN(const auto raw, splitter.Next());
      if (!raw) return {};
      SACOCHE_ASSIGN(const PullFrame frame, DecodePullFrame(*raw));
      SACOCHE_TRY(Take(frame));
    }
  }

  Status Take(const PullFrame& frame) {
    if (const auto* entry = std::get_if<DirectoryFrame>(&frame)) {
      if (entry->sequence != directory.statement_count() + 1)
        return Fail(ErrorCode::kUntrusted, "the server left out part of the directory",
                    "Do not admit anybody; check the server.");
      SACOCHE_ASSIGN(const SignedStatement statement, DecodeStatement(entry->statement));
      return directory.Apply(statement);
    }
    if (const auto* outcome = std::get_if<StatementOutcomeFrame>(&frame)) {
      if (outcome->problem) refused = outcome->problem;
    }
    if (const auto* server = std::get_if<ServerKeyFrame>(&frame)) time_key = server->time_key;
    ended |= std::holds_alternative<PullEndFrame>(frame);
    return {};
  }
};

tl::unexpected<Error> UnknownDevice() {
  return Fail(ErrorCode::kNotFound, "no laptop of that id was ever admitted",
              "See `sacoche org show` for the laptops and their ids.");
}

}  // namespace

Organisation::Organisation(OrganisationKey key, const ServerLink& link)
    : key_(std::move(key)), link_(link), directory_(key_.signing_key.public_key()) {}

Status Organisation::Exchange(const std::vector<Bytes>& statements,
                              std::optional<ProblemType>& refused) {
  Bytes body;
  AppendFrame(body, PushFrame(HelloFrame{directory_.statement_count()}));
  for (const Bytes& statement : statements) AppendFrame(body, PushFrame(StatementFrame{statement}));
  AppendFrame(body, PushFrame(PushEndFrame{}));
  RootAnswer answer{directory_, refused, time_key_, {}};
  const SignedCall call{
      "POST", "/v1/sync",        kSyncContentType,
      body,   &key_.signing_key, RequestSigner::Organisation(key_.signing_key.public_key())};
  SACOCHE_TRY(SendSigned(link_, call, [&](ByteView piece) { return answer.Feed(piece); }));
  if (answer.ended) return {};
  return Fail(ErrorCode::kNetwork, "the server's answer was cut short", "Try again.");
}

Status Organisation::Refresh() {
  std::optional<ProblemType> refused;
  SACOCHE_TRY(Exchange({}, refused));
  return NameServer();
}

Status Organisation::NameServer() {
  if (!time_key_ || time_key_ == directory_.time_key()) return {};
  return Say(ServerStatement{*time_key_});
}

Status Organisation::Say(StatementPayload payload) {
  const DeviceId root;
  const SignedStatement statement = SignStatement(
      Statement{root, directory_.NextCounter(root), directory_.LastHash(root), std::move(payload)},
      key_.signing_key);
  SACOCHE_TRY(directory_.Check(statement));
  std::optional<ProblemType> refused;
  SACOCHE_TRY(Exchange({statement.bytes}, refused));
  if (!refused) return {};
  return Fail(ErrorCode::kRefused,
              "the server did not take the directory's new statement (" +
                  std::string(ProblemName(*refused)) + ")",
              "Somebody else may have changed the directory at the same time: try again.");
}

Status Organisation::Found() {
  // A server that serves nobody answers nothing before it was founded, so say it first.
  const OrganisationStatement payload{key_.signing_key.public_key(), key_.box_key.public_key()};
  const SignedStatement first =
      SignStatement(Statement{DeviceId{}, 1, Hash256{}, payload}, key_.signing_key);
  std::optional<ProblemType> refused;
  SACOCHE_TRY(Exchange({first.bytes}, refused));
  if (directory_.has_organisation()) return NameServer();
  return Fail(ErrorCode::kRefused, "the server serves another organisation",
              "Check the address, or start a new server for this organisation.");
}

Result<SpaceId> Organisation::AddSpace(const SpaceLabel& label) {
  SACOCHE_ASSIGN(const std::string plain, EncodeSpaceLabel(label));
  SACOCHE_TRY(Refresh());
  const SpaceId space = link_.random->NextId<SpaceId>();
  SACOCHE_TRY(Say(SpaceStatement{space, SealName(key_.directory_key.view(), plain)}));
  return space;
}

Result<std::vector<PendingDevice>> Organisation::Requests() {
  Bytes body;
  const SignedCall call{
      "GET", "/v1/enrolment",   "",
      {},    &key_.signing_key, RequestSigner::Organisation(key_.signing_key.public_key())};
  constexpr std::size_t kListBytesMax =
      limits::kPendingEnrolmentsMax * (kEnrolmentRequestBytesMax + 4);
  SACOCHE_TRY(SendSigned(link_, call, [&](ByteView piece) -> Status {
    if (body.size() + piece.size() > kListBytesMax)
      return Fail(ErrorCode::kLimit, "the server's list of requests is too long");
    Append(body, piece);
    return {};
  }));
  SACOCHE_ASSIGN(const auto list, DecodeEnrolmentList(body, kEnrolmentRequestBytesMax));
  std::vector<PendingDevice> pending;
  for (const Bytes& bytes : list) {
    // What anybody can put there may be anything; what does not read is no request.
    auto request = DecodeEnrolmentRequest(bytes);
    if (!request) continue;
    const auto plain = key_.box_key.Open(request->sealed_profile);
    if (!plain) continue;
    auto profile = DecodeProfile(TextOf(plain->view()));
    if (!profile) continue;
    std::string phrase =
        ComparisonPhrase({key_.signing_key.public_key(), request->signing_key, request->box_key});
    pending.push_back(PendingDevice{std::move(*request), std::move(*profile), std::move(phrase)});
  }
  return pending;
}

Status Organisation::Admit(const PendingDevice& device, Role role,
                           const std::vector<SpaceId>& spaces, std::optional<UserId> user) {
  SACOCHE_TRY(Refresh());
  SACOCHE_ASSIGN(const std::string profile, EncodeProfile(device.profile));
  // Anybody may ask, with any bytes for a key.
  const auto sealed_key = TrySealKeyTo(device.request.box_key, key_.directory_key.view());
  if (!sealed_key)
    return Fail(ErrorCode::kUntrusted, "that laptop names a key to which nothing can be sealed",
                "Do not admit it; let `sacoche enrol` be run on the laptop with our program.");
  AdmissionStatement admission;
  admission.signing_key = device.request.signing_key;
  admission.box_key = device.request.box_key;
  admission.role = role;
  admission.spaces = spaces;
  admission.sealed_directory_key = *sealed_key;
  admission.sealed_profile = SealName(key_.directory_key.view(), profile);
  admission.user = user ? *user : link_.random->NextId<UserId>();
  return Say(std::move(admission));
}

Status Organisation::Move(const DeviceId& device, Role role, const std::vector<SpaceId>& spaces) {
  SACOCHE_TRY(Refresh());
  const Member* member = directory_.FindMember(device);
  if (member == nullptr) return UnknownDevice();
  AdmissionStatement admission = member->admission;
  admission.role = role;
  admission.spaces = spaces;
  return Say(std::move(admission));
}

Status Organisation::Revoke(const DeviceId& device, RevocationStatement::Reason reason) {
  SACOCHE_TRY(Refresh());
  const Member* member = directory_.FindMember(device);
  if (member == nullptr) return UnknownDevice();
  // That its person left after the laptop was lost ends the code on paper too.
  const bool ends_code = reason == RevocationStatement::Reason::kDeparture &&
                         directory_.FindRecoveryKey(device) != nullptr;
  if (member->revoked && !ends_code)
    return Fail(ErrorCode::kAlreadyExists, "that laptop is withdrawn already",
                "There is nothing more to do.");
  return Say(RevocationStatement{device, reason});
}

Status Organisation::Appoint(const OfficerStatement& officer) {
  SACOCHE_TRY(Refresh());
  return Say(officer);
}

Status Organisation::SetPolicy(const PolicyStatement& policy) {
  if (policy.lock_after_days > kLockAfterDaysMax ||
      policy.break_glass_hours_max > kBreakGlassHoursMax)
    return Fail(ErrorCode::kInvalidInput, "a policy goes up to 366 days and 72 hours",
                "Choose smaller numbers.");
  SACOCHE_TRY(Refresh());
  return Say(policy);
}

Result<std::vector<LabelledSpace>> Organisation::Spaces() {
  SACOCHE_TRY(Refresh());
  std::vector<LabelledSpace> spaces;
  for (const auto& [space, statement] : directory_.spaces()) {
    SACOCHE_ASSIGN(const std::string label,
                   OpenName(key_.directory_key.view(), statement.sealed_name));
    spaces.push_back(LabelledSpace{space, DecodeSpaceLabel(label)});
  }
  return spaces;
}

}  // namespace sacoche
