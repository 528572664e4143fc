#include "bench/enrol_devices.h"

#include <filesystem>

#include "bench/bench_store.h"
#include "platform/curl/curl_http_client.h"
#include "platform/posix/posix_file_system.h"

namespace sacoche::bench {
namespace {

constexpr std::string_view kPassphrase = "everybody knows it";

struct PlannedDevice {
  std::string name;
  Role role;
};
const PlannedDevice kDevices[] = {
    {"A", Role::kIntervenant}, {"B", Role::kIntervenant}, {"S", Role::kTechnicalSupervisor}};

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder))
    return Fail(ErrorCode::kAlreadyExists, folder + " exists already",
                "Give a new folder to init.");
  std::filesystem::create_directories(folder, error);
  if (error) return Fail(ErrorCode::kIo, "cannot make " + folder, "Check the path.");
  return {};
}

Status AskForAdmission(const std::string& dir, const std::string& name,
                       const Invitation& invitation, std::string& phrase) {
  SACOCHE_TRY(MakeFolder(dir + "/" + name));
  SACOCHE_ASSIGN(const auto device, BenchDevice::Open(dir, name));
  SACOCHE_TRY(device->engine().Join(invitation));
  SACOCHE_ASSIGN(const auto http, device->Connect());
  SACOCHE_TRY(device->engine().RequestAdmission(*http, Profile{"Bench " + name, name}));
  SACOCHE_ASSIGN(const EngineStatus status, device->engine().ReadStatus());
  phrase = status.comparison_phrase.value_or("");
  return {};
}

Status AdmitByPhrase(Organisation& organisation, const std::string& phrase, Role role,
                     const SpaceId& space) {
  SACOCHE_ASSIGN(const auto requests, organisation.Requests());
  for (const PendingDevice& pending : requests)
    if (pending.phrase == phrase) return organisation.Admit(pending, role, {space});
  return Fail(ErrorCode::kNotFound, "the server does not show the request of a device", "");
}

Status SyncDevice(const EnrolmentPlan& plan, const std::string& name) {
  SACOCHE_ASSIGN(const auto device, BenchDevice::Open(plan.dir, name));
  SACOCHE_ASSIGN(const auto http, device->Connect());
  SyncReport report;
  return device->engine().Sync(*http, report);
}

}  // namespace

Status EnrolDevices(const EnrolmentPlan& plan) {
  SystemClock clock;
  SystemRandom random;
  SACOCHE_ASSIGN(const auto http, CurlHttpClient::Create(plan.server_url, plan.ca_pem));
  Organisation organisation(OrganisationKey::Generate(), {http.get(), &clock, &random});
  SACOCHE_TRY(organisation.Found());
  SACOCHE_ASSIGN(const SpaceId space, organisation.AddSpace("bench"));
  const Invitation invitation{plan.server_url, plan.ca_pem,
                              organisation.key().signing_key.public_key(),
                              organisation.key().box_key.public_key()};
  for (const PlannedDevice& planned : kDevices) {
    std::string phrase;
    SACOCHE_TRY(AskForAdmission(plan.dir, planned.name, invitation, phrase));
    SACOCHE_TRY(AdmitByPhrase(organisation, phrase, planned.role, space));
  }
  // A opens the space's epoch and grants its key to B and S, who receive it.
  for (const PlannedDevice& planned : kDevices) SACOCHE_TRY(SyncDevice(plan, planned.name));
  SACOCHE_ASSIGN(const Bytes key,
                 EncodeOrganisationKey(organisation.key(), ViewOf(kPassphrase), {1, 8 * 1024}));
  return PosixFileSystem().WriteFileAtomically(plan.dir + "/" + kBenchKeyFile, key);
}

Status AdmitDevice(const std::string& dir, const std::string& name) {
  SACOCHE_ASSIGN(const auto colleague, BenchDevice::Open(dir, kDevices[0].name));
  SACOCHE_ASSIGN(const auto invitation, colleague->engine().JoinedTo());
  SACOCHE_ASSIGN(const EngineStatus status, colleague->engine().ReadStatus());
  SACOCHE_ASSIGN(const Bytes file, PosixFileSystem().ReadFile(dir + "/" + kBenchKeyFile,
                                                              kOrganisationKeyFileBytesMax));
  SACOCHE_ASSIGN(OrganisationKey key, DecodeOrganisationKey(file, ViewOf(kPassphrase)));
  SystemClock clock;
  SystemRandom random;
  SACOCHE_ASSIGN(const auto http, colleague->Connect());
  Organisation organisation(std::move(key), {http.get(), &clock, &random});
  std::string phrase;
  SACOCHE_TRY(AskForAdmission(dir, name, *invitation, phrase));
  return AdmitByPhrase(organisation, phrase, Role::kIntervenant, status.spaces.front());
}

}  // namespace sacoche::bench
