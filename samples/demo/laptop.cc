#include "samples/demo/laptop.h"

#include <chrono>
#include <filesystem>

#include "platform/curl/curl_http_client.h"

namespace sacoche::demo {
namespace {

// The demonstration unlocks nothing that anybody may steal.
constexpr Argon2Cost kQuickCost{.ops = 1, .memory_kib = 8 * 1024};

const Schema& TheSchema() { return casework::CaseworkSchema(); }

Result<std::vector<FieldEdit>> FieldEdits(const KindDef& kind, const Laptop::Fields& fields) {
  std::vector<FieldEdit> edits;
  std::map<FieldId, ValueList> sets;
  for (const auto& [name, text] : fields) {
    const FieldDef* field = kind.FindField(name);
    if (field == nullptr)
      return Fail(ErrorCode::kInvalidInput, "the demonstration names an unknown field: " + name,
                  "");
    SACOCHE_ASSIGN(Value value, TheSchema().ParseValue(*field, text));
    if (field->policy == MergePolicy::kAddWinsSet) {
      sets[field->id].push_back(std::move(value));
    } else {
      edits.push_back(FieldEdit{field->id, std::move(value), std::nullopt});
    }
  }
  for (auto& [field, list] : sets)
    edits.push_back(FieldEdit{field, Value::List(std::move(list)), std::nullopt});
  return edits;
}

}  // namespace

Result<std::unique_ptr<Laptop>> Laptop::Make(const std::string& folder, const Profile& profile,
                                             const Invitation& invitation) {
  std::filesystem::create_directories(folder);
  std::unique_ptr<Laptop> laptop(new Laptop());
  laptop->profile_ = profile;
  const std::string path = folder + "/sacoche.db";
  SACOCHE_ASSIGN(Vault::Created created,
                 Vault::Create({path, &laptop->files_, &laptop->clock_, ""},
                               ViewOf("une phrase de passe de demonstration"), kQuickCost));
  laptop->vault_ = std::move(created.vault);
  SACOCHE_ASSIGN(laptop->engine_, Engine::Open({.path = path,
                                                .schema = &TheSchema(),
                                                .clock = &laptop->clock_,
                                                .random = &laptop->random_,
                                                .vfs = laptop->vault_->vfs_name(),
                                                .projector = &laptop->projector_}));
  SACOCHE_TRY(laptop->engine_->Join(invitation));
  SACOCHE_ASSIGN(laptop->http_, CurlHttpClient::Create(invitation.server_url, invitation.ca_pem));
  return laptop;
}

Result<std::string> Laptop::AskForAdmission() {
  SACOCHE_TRY(engine_->RequestAdmission(*http_, profile_));
  SACOCHE_ASSIGN(const EngineStatus status, engine_->ReadStatus());
  return status.comparison_phrase.value_or("");
}

Result<RecordId> Laptop::Create(std::string_view kind, const Fields& fields,
                                std::optional<RecordId> dossier) {
  const RecordId id = engine_->NewRecordId();
  SACOCHE_TRY(Change(kind, id, dossier.value_or(id), fields));
  return id;
}

Status Laptop::Change(std::string_view kind_name, const RecordId& record, const RecordId& dossier,
                      const Fields& fields) {
  const KindDef* kind = TheSchema().FindKind(kind_name);
  SACOCHE_ASSIGN(std::vector<FieldEdit> edits, FieldEdits(*kind, fields));
  const Edit edit{dossier, {RecordEdit{record, kind->id, std::move(edits)}}};
  SACOCHE_ASSIGN(const auto dot, engine_->Edit(edit));
  if (dot) ++edits_;
  return {};
}

Status Laptop::Synchronise() {
  const auto start = std::chrono::steady_clock::now();
  SyncReport report;
  const Status status = engine_->Sync(*http_, report);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  sync_seconds_ += took.count();
  totals_.changes_out += report.changes_out;
  totals_.changes_in += report.changes_in;
  totals_.body_bytes_up += report.body_bytes_up;
  totals_.body_bytes_down += report.body_bytes_down;
  totals_.requests += report.requests;
  totals_.envelopes_refused += report.envelopes_refused;
  totals_.set_aside += report.set_aside;
  return status;
}

}  // namespace sacoche::demo
