#include "bench/enrol_devices.h"

#include <filesystem>

#include "bench/bench_store.h"
#include "platform/curl/curl_http_client.h"

namespace sacoche::bench {
namespace {

struct PlannedDevice {
  const char* name;
  Role role;
};
constexpr PlannedDevice kDevices[] = {
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

Status AskForAdmission(const EnrolmentPlan& plan, const PlannedDevice& planned,
                       const Invitation& invitation, std::string& phrase) {
  SACOCHE_TRY(MakeFolder(plan.dir + "/" + planned.name));
  SACOCHE_ASSIGN(const auto device, BenchDevice::Open(plan.dir, planned.name));
  SACOCHE_TRY(device->engine().Join(invitation));
  SACOCHE_ASSIGN(const auto http, device->Connect());
  SACOCHE_TRY(device->engine().RequestAdmission(
      *http, Profile{std::string("Bench ") + planned.name, planned.name}));
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

Status SyncDevice(const EnrolmentPlan& plan, const char* name) {
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
    SACOCHE_TRY(AskForAdmission(plan, planned, invitation, phrase));
    SACOCHE_TRY(AdmitByPhrase(organisation, phrase, planned.role, space));
  }
  // A opens the space's epoch and grants its key to B and S, who receive it.
  for (const PlannedDevice& planned : kDevices) SACOCHE_TRY(SyncDevice(plan, planned.name));
  return {};
}

}  // namespace sacoche::bench
