#include "sync-server/service.h"

#include "engine/membership/enrolment_request.h"
#include "engine/membership/organisation_facts.h"

namespace sacoche {
namespace {

constexpr std::string_view kSyncPath = "/v1/sync";
constexpr std::string_view kEnrolmentPath = "/v1/enrolment";
constexpr std::string_view kHealthPath = "/healthz";
constexpr std::size_t kLoggedIdDigits = 8;

std::string ShortName(const RequestSigner& signer) {
  if (signer.kind == RequestSigner::Kind::kOrganisation) return "root";
  return signer.device.ToHex().substr(0, kLoggedIdDigits);
}

// An answer that is one small piece of bytes.
class ShortAnswer : public Exchange {
 public:
  OrProblem<Bytes> NextChunk() override { return std::exchange(answer_, {}); }

 protected:
  Bytes answer_;
};

class HealthExchange final : public ShortAnswer {
 public:
  HealthExchange() { answer_ = CopyOf(ViewOf("ok\n")); }
  [[nodiscard]] std::string_view content_type() const override { return "text/plain"; }
};

class EnrolmentListExchange final : public ShortAnswer {
 public:
  EnrolmentListExchange(Bytes list, std::string signer) : signer_(std::move(signer)) {
    answer_ = std::move(list);
  }
  [[nodiscard]] std::string_view content_type() const override { return kEnrolmentContentType; }
  [[nodiscard]] std::string signer() const override { return signer_; }

 private:
  std::string signer_;
};

class EnrolmentExchange final : public ShortAnswer {
 public:
  explicit EnrolmentExchange(EnrolmentHandler& handler) : handler_(handler) {}
  [[nodiscard]] std::size_t body_bytes_max() const override { return kEnrolmentRequestBytesMax; }
  OrProblem<void> Feed(ByteView piece) override {
    Append(request_, piece);
    return {};
  }
  OrProblem<void> Finish() override { return handler_.Submit(request_); }
  [[nodiscard]] int status() const override { return 202; }
  [[nodiscard]] std::string_view content_type() const override { return "text/plain"; }

 private:
  EnrolmentHandler& handler_;
  Bytes request_;
};

class OrganisationExchange final : public ShortAnswer {
 public:
  explicit OrganisationExchange(const OrganisationFacts& facts) {
    answer_ = EncodeOrganisationFacts(facts);
  }
  [[nodiscard]] std::string_view content_type() const override { return kOrganisationContentType; }
};

class SyncExchange final : public Exchange {
 public:
  SyncExchange(const SyncHandler::Rooms& rooms, const VerifiedRequest& request,
               std::size_t& running)
      : handler_(rooms, request.signer),
        digest_(request.content_digest),
        signer_(ShortName(request.signer)),
        running_(running) {
    ++running_;
  }
  SyncExchange(const SyncExchange&) = delete;
  SyncExchange& operator=(const SyncExchange&) = delete;
  ~SyncExchange() override { --running_; }

  [[nodiscard]] std::size_t body_bytes_max() const override { return limits::kRequestBytesMax; }
  OrProblem<void> Feed(ByteView piece) override {
    digest_.Add(piece);
    return handler_.Feed(piece);
  }
  OrProblem<void> Finish() override {
    if (auto same = digest_.Finish(); !same) {
      handler_.Cut();
      return same;
    }
    return handler_.FinishPush();
  }
  std::vector<NewEnvelope> TakeUncommitted() override { return handler_.TakeUncommitted(); }
  OrProblem<void> Committed(std::span<const NewEnvelope> batch,
                            const Result<std::vector<AppendOutcome>>& outcomes) override {
    return handler_.Committed(batch, outcomes);
  }
  void Cut() override { handler_.Cut(); }
  [[nodiscard]] std::string_view content_type() const override { return kSyncContentType; }
  OrProblem<Bytes> NextChunk() override { return handler_.NextChunk(); }
  [[nodiscard]] std::string signer() const override { return signer_; }
  [[nodiscard]] std::optional<SyncCounts> counts() const override { return handler_.counts(); }

 private:
  SyncHandler handler_;
  BodyDigest digest_;
  std::string signer_;
  std::size_t& running_;
};

}  // namespace

Service::Service(const SyncHandler::Rooms& rooms, const Options& options)
    : rooms_(rooms),
      options_(options),
      usage_(rooms.store, options.space_bytes_max),
      device_rates_(options.device_rate, kRateKeysMax),
      group_(rooms.store, rooms.metrics),
      enrolments_(rooms.store, rooms.directory) {
  if (rooms_.usage == nullptr) rooms_.usage = &usage_;
}

void Service::SetOptions(const Options& options) {
  options_ = options;
  usage_.SetMax(options.space_bytes_max);
  device_rates_.SetRate(options.device_rate);
}

std::string_view Service::AllowedMethods(std::string_view path) {
  if (path == kSyncPath) return "POST";
  if (path == kEnrolmentPath) return "GET, POST";
  if (path == kHealthPath || path == kOrganisationPath) return "GET";
  return {};
}

std::int64_t Service::NowSeconds() {
  return static_cast<std::int64_t>(rooms_.clock.NowMs() / 1000);
}

OrProblem<std::unique_ptr<Exchange>> Service::Begin(const RequestHead& head) {
  if (head.path == kSyncPath && head.method == "POST") return BeginSync(head);
  if (head.path == kEnrolmentPath && head.method == "POST")
    return std::make_unique<EnrolmentExchange>(enrolments_);
  if (head.path == kEnrolmentPath && head.method == "GET") return BeginEnrolmentList(head);
  if (head.path == kOrganisationPath && head.method == "GET") return BeginOrganisation();
  if (head.path == kHealthPath && head.method == "GET") return std::make_unique<HealthExchange>();
  if (AllowedMethods(head.path).empty())
    return Refuse(ProblemType::kNotFound, "There is nothing at this path.");
  return Refuse(ProblemType::kMethodNotAllowed, "This path does not know this method.");
}

// Only who proved to be a device is counted as that device. The root, too, has a bucket.
OrProblem<VerifiedRequest> Service::Verify(const RequestHead& head) {
  auto verified = auth_.Verify(head, rooms_.directory.directory(), NowSeconds());
  if (!verified) return verified;
  const std::uint64_t wait_s =
      device_rates_.Take(verified->signer.device.bytes, rooms_.clock.NowMs());
  if (wait_s == 0) return verified;
  if (rooms_.metrics != nullptr) rooms_.metrics->Refuse(LimitName::kRequestRatePerDevice);
  return RefuseFor(wait_s, "This device asks too often; come back later.");
}

OrProblem<std::unique_ptr<Exchange>> Service::BeginSync(const RequestHead& head) {
  const auto verified = Verify(head);
  if (!verified) return Refuse(verified.error());
  if (sync_requests_ >= options_.sync_requests_max && rooms_.metrics != nullptr)
    rooms_.metrics->Refuse(LimitName::kSyncRequests);
  if (sync_requests_ >= options_.sync_requests_max)
    return Refuse(ProblemType::kBusy, "Too many devices synchronise just now; come back later.");
  return std::make_unique<SyncExchange>(rooms_, *verified, sync_requests_);
}

OrProblem<std::unique_ptr<Exchange>> Service::BeginEnrolmentList(const RequestHead& head) {
  const auto verified = Verify(head);
  if (!verified) return Refuse(verified.error());
  if (!MayListEnrolments(verified->signer))
    return Refuse(ProblemType::kWrongOrganisation,
                  "Only the organisation that this server serves may read this.");
  auto list = enrolments_.List();
  if (!list) return Refuse(std::move(list).error());
  return std::make_unique<EnrolmentListExchange>(std::move(*list), ShortName(verified->signer));
}

// A key that merely could claim an unclaimed server may not read who asked.
bool Service::MayListEnrolments(const RequestSigner& signer) const {
  const Directory& directory = rooms_.directory.directory();
  if (signer.kind == RequestSigner::Kind::kOrganisation) return directory.has_organisation();
  return directory.FindOfficer(signer.device) != nullptr && !directory.IsRevoked(signer.device);
}

OrProblem<std::unique_ptr<Exchange>> Service::BeginOrganisation() {
  const auto& organisation = rooms_.directory.directory().organisation();
  if (!organisation)
    return Refuse(ProblemType::kNotFound, "This server serves no organisation yet.");
  return std::make_unique<OrganisationExchange>(
      OrganisationFacts{organisation->root_signing_key, organisation->root_box_key,
                        rooms_.clock.NowMs() / 1000, ca_pem_});
}

}  // namespace sacoche
