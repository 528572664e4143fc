// The part of Engine that has to do with recovery codes, and with who used one.

#include <map>

#include "engine/engine_parts.h"
#include "engine/recovery.h"
#include "engine/sync/key_exchange.h"
#include "engine/sync/recovery_chest.h"
#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kHeard = "recovery.heard";
constexpr std::size_t kHeardMax = 1 << 16;

// What this laptop knows of a use of a recovery key, beside the directory.
struct Heard {
  std::uint64_t at_ms = 0;
  bool acknowledged = false;
};
using HeardOf = std::map<Hash256, Heard>;

Result<HeardOf> LoadHeard(Store& store) {
  SACOCHE_ASSIGN(const SecretBytes bytes, store.keys().Read(kHeard));
  HeardOf heard;
  if (bytes.empty()) return heard;
  ByteReader in(bytes.view());
  const std::size_t count = in.Count(kHeardMax, sizeof(Hash256) + 2);
  for (std::size_t i = 0; i < count; ++i) {
    const auto statement = in.Array<32>();
    const std::uint64_t at_ms = in.Varint();
    heard[statement] = Heard{at_ms, in.Byte() != 0};
  }
  SACOCHE_TRY(in.Finish("what the store holds of recoveries"));
  return heard;
}

Status SaveHeard(Store& store, const HeardOf& heard) {
  ByteWriter out;
  out.Varint(heard.size());
  for (const auto& [statement, each] : heard) {
    out.Raw(statement);
    out.Varint(each.at_ms);
    out.Byte(each.acknowledged ? 1 : 0);
  }
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.keys().Write(kHeard, out.bytes()));
  return transaction.Commit();
}

// Of the spaces of a use, those that concern this laptop.
std::vector<SpaceId> Concerned(const Directory& directory, const DeviceId& self,
                               const RecoveryUse& use) {
  std::vector<SpaceId> spaces;
  for (const SpaceId& space : use.used.spaces)
    if (directory.WasEverMember(self, space)) spaces.push_back(space);
  return spaces;
}

tl::unexpected<Error> NotTheCode() {
  return Fail(ErrorCode::kInvalidInput,
              "this is not the code of a lost laptop of this person, or not the last one",
              "Compare it with the paper. If it is right, ask your administrator whether this "
              "laptop was admitted as the same person's as the lost one.");
}

}  // namespace

Status Engine::NoteRecoveryCode(ByteView code) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_ASSIGN(const BoxKey key, BoxKeyOfRecoveryCode(code));
  SACOCHE_ASSIGN(Transaction transaction, parts_->store->Begin());
  SACOCHE_TRY(RecoveryChest(parts_->store.get()).PutCodeKey(key.public_key()));
  return transaction.Commit();
}

Result<TypedRecovery> Engine::UseRecoveryCode(ByteView code) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_ASSIGN(const BoxKey key, BoxKeyOfRecoveryCode(code));
  const Directory& directory = parts_->directory;
  if (directory.FindMember(device()) == nullptr)
    return Fail(ErrorCode::kNotEnrolled, "this laptop is not admitted yet",
                "Finish the enrolment: give your administrator the words that `status` shows, then "
                "try again.");
  const DeviceId recipient = RecoveryRecipientOf(key.public_key());
  const auto holder = directory.HolderOf(recipient);
  if (!holder || !directory.IsOfSamePerson(*holder, device())) return NotTheCode();
  KeyExchange keys(parts_->store.get(), &parts_->directory, &parts_->identity);
  SACOCHE_ASSIGN(std::vector<SpaceId> spaces, keys.SpacesToRecover(recipient));
  if (spaces.empty())
    return Fail(ErrorCode::kAlreadyExists, "the code opens nothing that this laptop cannot read",
                "Synchronise. If a space still waits for its key, a colleague or your "
                "administrator has to give it.");
  SACOCHE_ASSIGN(Transaction transaction, parts_->store->Begin());
  SACOCHE_TRY(RecoveryChest(parts_->store.get()).PutTyped(key));
  SACOCHE_TRY(transaction.Commit());
  return TypedRecovery{*holder, std::move(spaces)};
}

Result<std::optional<std::uint64_t>> Engine::LastReceivedFrom(const DeviceId& author) {
  return parts_->store->log().LastReceivedFrom(author);
}

Status Engine::HearOfRecoveries() {
  SACOCHE_ASSIGN(HeardOf heard, LoadHeard(*parts_->store));
  const std::size_t before = heard.size();
  for (const RecoveryUse& use : parts_->directory.recovery_uses()) {
    if (Concerned(parts_->directory, device(), use).empty()) continue;
    // Whoever typed the code here knows.
    heard.try_emplace(use.statement, Heard{Now().ms, use.signer == device()});
  }
  return heard.size() == before ? Status() : SaveHeard(*parts_->store, heard);
}

Result<RecoveryStatus> Engine::ReadRecovery() {
  RecoveryStatus status;
  RecoveryChest chest(parts_->store.get());
  const Directory& directory = parts_->directory;
  SACOCHE_ASSIGN(const auto code_key, chest.CodeKey());
  const RecoveryKey* said = directory.FindRecoveryKey(device());
  const bool in_force = said != nullptr && (!code_key || said->box_key == *code_key);
  status.code = in_force   ? RecoveryStatus::Code::kInForce
                : code_key ? RecoveryStatus::Code::kWaiting
                           : RecoveryStatus::Code::kNone;
  SACOCHE_ASSIGN(const auto typed, chest.Typed());
  status.code_was_typed = typed.has_value();
  status.organisation = directory.FindRecoveryKey(DeviceId()) != nullptr;
  SACOCHE_ASSIGN(const HeardOf heard, LoadHeard(*parts_->store));
  for (const RecoveryUse& use : directory.recovery_uses()) {
    const auto found = heard.find(use.statement);
    if (found == heard.end() || found->second.acknowledged) continue;
    status.notices.push_back({use.statement, use.signer.is_zero(), use.used.device,
                              Concerned(directory, device(), use), found->second.at_ms});
  }
  return status;
}

Status Engine::AcknowledgeRecoveries(const std::vector<Hash256>& statements) {
  SACOCHE_TRY(CheckWritable());
  SACOCHE_ASSIGN(HeardOf heard, LoadHeard(*parts_->store));
  for (const Hash256& statement : statements)
    if (const auto found = heard.find(statement); found != heard.end())
      found->second.acknowledged = true;
  return SaveHeard(*parts_->store, heard);
}

// What is one person's secret is not the organisation's to open: a clinician's own notes, what a
// woman told for herself. A lent copy is found where the dossier is.
bool Engine::OrganisationRecovers(const SpaceId& space) const {
  const auto kind = SpaceLabelOf(space).kind;
  return kind != SpaceKind::kClinical && kind != SpaceKind::kProtocol && kind != SpaceKind::kShared;
}

}  // namespace sacoche
