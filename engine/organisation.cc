#include "engine/organisation.h"

#include "engine/wire/limits.h"
#include "engine/wire/wire_codec.h"

namespace sacoche {
namespace {

// Takes the frames of an answer to the root: the directory, and what became of the statements.
struct RootAnswer {
  OrganisationCopy::Shown from_the_beginning;
  OrganisationCopy::Shown shown;
  std::optional<SigningPublicKey>& time_key;
  std::optional<ProblemType> refused = std::nullopt;
  FrameSplitter splitter = {};
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
    if (std::holds_alternative<AnotherDirectoryFrame>(frame)) shown = from_the_beginning;
    if (const auto* entry = std::get_if<DirectoryFrame>(&frame))
      return shown.Take(entry->sequence, entry->statement);
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

tl::unexpected<Error> NotAnOfficer() {
  return Fail(ErrorCode::kRefused, "the server knows this key as no officer's",
              "It was never appointed at this server, or was dismissed. Ask whoever keeps the "
              "organisation's key.");
}

Status SignedAndKept(Error error) {
  error.advice += error.advice.empty() ? "" : " ";
  error.advice += "What was signed is kept, and is given to the server at the next contact.";
  return Forward(std::move(error));
}

}  // namespace

Organisation::Organisation(OrganisationKey key, const ServerLink& link)
    : key_(std::move(key)), link_(link), copy_(key_.root(), key_.signer()) {}

Status Organisation::KeepCopyIn(FileSystem* files, const std::string& path) {
  return copy_.KeepIn(files, path);
}

void Organisation::Tell(const std::vector<DirectoryNews>& news) const {
  if (on_news_)
    for (const DirectoryNews& one : news) on_news_(one);
}

RequestSigner Organisation::Signer() const {
  return key_.officer_of ? RequestSigner::Device(key_.signer())
                         : RequestSigner::Organisation(key_.root());
}

Status Organisation::Send(std::string method, const std::string& path,
                          std::string_view content_type, ByteView body,
                          const std::function<Status(ByteView)>& sink) const {
  Status sent = SendSigned(
      link_, {std::move(method), path, content_type, body, &key_.signing_key, Signer()}, sink);
  // The words are a laptop's.
  if (!sent && key_.officer_of && sent.error().code == ErrorCode::kNotEnrolled)
    return NotAnOfficer();
  return sent;
}

Result<Organisation::Answered> Organisation::Exchange(const std::vector<Bytes>& statements) {
  const KnownDirectoryFrame known = copy_.known();
  Bytes body;
  AppendFrame(body, PushFrame(HelloFrame{known.statements}));
  if (known.statements > 0) AppendFrame(body, PushFrame(known));
  for (const Bytes& statement : statements) AppendFrame(body, PushFrame(StatementFrame{statement}));
  AppendFrame(body, PushFrame(PushEndFrame{}));
  RootAnswer answer{copy_.ShownFromTheBeginning(), copy_.shown(), time_key_};
  SACOCHE_TRY(Send("POST", "/v1/sync", kSyncContentType, body,
                   [&](ByteView piece) { return answer.Feed(piece); }));
  if (!answer.ended)
    return Fail(ErrorCode::kNetwork, "the server's answer was cut short", "Try again.");
  SACOCHE_ASSIGN(auto news, copy_.TakeIn(std::move(answer.shown)));
  return Answered{answer.refused, std::move(news)};
}

Status Organisation::Refresh() {
  SACOCHE_ASSIGN(const Answered answered, Exchange({}));
  Tell(answered.news);
  SACOCHE_TRY(GiveBack());
  return MaySign() ? NameServer() : Status();
}

Status Organisation::GiveBack() {
  constexpr std::size_t kBatch = limits::kRequestBytesMax / (2 * kStatementBytesMax);
  std::size_t given = 0;
  while (!copy_.fork()) {
    std::vector<Bytes> missing = copy_.Missing();
    if (missing.empty()) break;
    const std::size_t before = missing.size();
    if (missing.size() > kBatch) missing.resize(kBatch);
    SACOCHE_ASSIGN(const Answered answered, Exchange(missing));
    Tell(answered.news);
    const std::size_t after = copy_.Missing().size();
    if (after >= before) {
      Tell({{DirectoryNews::Kind::kWithheld, after}});
      break;
    }
    given += before - after;
  }
  if (given > 0) Tell({{DirectoryNews::Kind::kGivenBack, given}});
  return {};
}

Status Organisation::NameServer() {
  if (key_.officer_of || !time_key_ || time_key_ == directory().time_key()) return {};
  return Say(ServerStatement{*time_key_});
}

Status Organisation::MaySign() const {
  if (const auto& fork = copy_.fork())
    return Fail(
        ErrorCode::kUntrusted,
        std::string(fork->here.statement.by_root() ? "the organisation's key" : "this key") +
            " signed two statements number " + std::to_string(fork->here.statement.counter) +
            ": here " + std::string(WordsFor(fork->here.statement.payload)) + ", at the server " +
            std::string(WordsFor(fork->there.statement.payload)),
        "Nothing is signed until that is settled. Find out on which machine the other was "
        "signed; if on none, somebody has the key. If what the server shows shall hold, move "
        "the copy of the directory beside the key away, and say again what is missing then.");
  if (copy_.Missing().empty()) return {};
  return Fail(ErrorCode::kRefused, "the server does not take back what it lacks of the directory",
              "Nothing is signed until it does. Have its release, its disk and its log looked at.");
}

Status Organisation::Say(StatementPayload payload) {
  SACOCHE_TRY(MaySign());
  const DeviceId signer = key_.signer();
  const SignedStatement statement =
      SignStatement(Statement{signer, directory().NextCounter(signer), directory().LastHash(signer),
                              std::move(payload)},
                    key_.signing_key);
  SACOCHE_TRY(CheckRank(statement.statement));
  SACOCHE_TRY(copy_.Say(statement));
  auto answered = Exchange({statement.bytes});
  if (!answered) return SignedAndKept(std::move(answered).error());
  const bool gave_way = !directory().Knows(statement.hash);
  if (gave_way) std::erase(answered->news, DirectoryNews{DirectoryNews::Kind::kGaveWay, 1});
  Tell(answered->news);
  if (!gave_way && !copy_.Waits(statement)) return {};
  return Fail(ErrorCode::kRefused,
              "the server did not take the directory's new statement" +
                  (answered->refused ? " (" + std::string(ProblemName(*answered->refused)) + ")"
                                     : std::string()),
              gave_way
                  ? "Somebody else may have changed the directory at the same time: try again."
                  : "It shows no reason. What was signed is kept, and is given to it again at the "
                    "next contact; until it takes that, nothing else is signed.");
}

Status Organisation::Found() {
  SACOCHE_TRY(RequireRoot());
  // A server that serves nobody answers nothing before it was founded, so say it first.
  const OrganisationStatement payload{key_.signing_key.public_key(), key_.box_key.public_key()};
  const SignedStatement first =
      SignStatement(Statement{DeviceId{}, 1, Hash256{}, payload}, key_.signing_key);
  SACOCHE_ASSIGN(const Answered answered, Exchange({first.bytes}));
  Tell(answered.news);
  if (!copy_.shown().directory.has_organisation())
    return Fail(ErrorCode::kRefused, "the server serves another organisation",
                "Check the address, or start a new server for this organisation.");
  SACOCHE_TRY(GiveBack());
  return MaySign() ? NameServer() : Status();
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
  constexpr std::size_t kListBytesMax =
      limits::kPendingEnrolmentsMax * (kEnrolmentRequestBytesMax + 4);
  SACOCHE_TRY(Send("GET", "/v1/enrolment", "", {}, [&](ByteView piece) -> Status {
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
    std::string phrase = ComparisonPhrase({key_.root(), request->signing_key, request->box_key});
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
  const Member* member = directory().FindMember(device);
  if (member == nullptr) return UnknownDevice();
  AdmissionStatement admission = member->admission;
  admission.role = role;
  admission.spaces = spaces;
  return Say(std::move(admission));
}

Status Organisation::Revoke(const DeviceId& device, RevocationStatement::Reason reason) {
  SACOCHE_TRY(Refresh());
  const Member* member = directory().FindMember(device);
  if (member == nullptr) return UnknownDevice();
  // That its person left after the laptop was lost ends the code on paper too.
  const bool ends_code = reason == RevocationStatement::Reason::kDeparture &&
                         directory().FindRecoveryKey(device) != nullptr;
  if (member->revoked && !member->upheld && !ends_code)
    return Fail(ErrorCode::kAlreadyExists, "that laptop is withdrawn already",
                "There is nothing more to do.");
  return Say(RevocationStatement{device, reason});
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
  for (const auto& [space, statement] : directory().spaces()) {
    // A member names the spaces of what it shares, and may have sealed anything.
    const auto sealed = OpenName(key_.directory_key.view(), statement.sealed_name);
    SpaceLabel label = sealed ? DecodeSpaceLabel(*sealed) : SpaceLabel{"?"};
    if (directory().FindSharing(space) != nullptr) {
      label.kind = SpaceKind::kShared;
      label.post = RecordId();
    }
    spaces.push_back(LabelledSpace{space, std::move(label)});
  }
  return spaces;
}

}  // namespace sacoche
