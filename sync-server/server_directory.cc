#include "sync-server/server_directory.h"

#include "sync-server/or_problem.h"
#include "sync-server/server_limits.h"

namespace sacoche {
namespace {

constexpr ReadLimits kLoadPage{kAnswerChunkBytesTarget, kAnswerChunkRowsMax};

std::optional<DeviceId> AdmittedBy(const Statement& statement) {
  const auto* admission = std::get_if<AdmissionStatement>(&statement.payload);
  if (admission == nullptr) return std::nullopt;
  return DeviceIdOf(admission->signing_key);
}

ServerDirectory::Outcome Judge(Directory& directory, ByteView bytes, LostEpochs& lost,
                               std::vector<NewStatement>& accepted, std::vector<Hash256>& hashes) {
  auto decoded = DecodeStatement(bytes);
  if (!decoded) return {ProblemFor(decoded.error().code), std::nullopt};
  // Of what the same device says with it, and rests on what was refused.
  if (lost.Concerns(decoded->statement) && !directory.Knows(decoded->hash)) {
    lost.Note(decoded->statement);
    return {ProblemType::kConflict, std::move(*decoded)};
  }
  const Status applied = directory.Apply(*decoded);
  if (applied) {
    accepted.push_back({decoded->bytes, AdmittedBy(decoded->statement)});
    hashes.push_back(decoded->hash);
  } else if (applied.error().code != ErrorCode::kAlreadyExists) {
    lost.Note(decoded->statement);
    return {ProblemFor(applied.error().code), std::move(*decoded)};
  }
  return {std::nullopt, std::move(*decoded)};
}

}  // namespace

Result<std::unique_ptr<ServerDirectory>> ServerDirectory::Load(
    EnvelopeStore& store, std::optional<SigningPublicKey> pinned) {
  std::unique_ptr<ServerDirectory> log(new ServerDirectory(store, pinned));
  SACOCHE_TRY(log->ReadAll());
  return log;
}

Status ServerDirectory::ReadAll() {
  while (true) {
    SACOCHE_ASSIGN(const std::vector<Bytes> page,
                   store_.ReadStatements(directory_.statement_count(), kLoadPage));
    if (page.empty()) return {};
    for (const Bytes& bytes : page) {
      SACOCHE_ASSIGN(const SignedStatement statement, DecodeStatement(bytes));
      if (const Status applied = directory_.Apply(statement); !applied)
        return Fail(ErrorCode::kUntrusted,
                    "the server's store does not hold the directory of this organisation",
                    "Check `organisation` and `data` in the configuration, or restore a backup.");
      order_.Append(statement.hash);
    }
  }
}

Result<std::vector<ServerDirectory::Outcome>> ServerDirectory::Append(
    std::span<const Bytes> statements) {
  LostEpochs lost;
  return Append(statements, lost);
}

Result<std::vector<ServerDirectory::Outcome>> ServerDirectory::Append(
    std::span<const Bytes> statements, LostEpochs& lost) {
  // Judged on a copy, which becomes the directory once the store has them: nobody ever reads a
  // statement that a full disk then refused.
  Directory next = directory_;
  std::vector<NewStatement> accepted;
  std::vector<Outcome> outcomes;
  outcomes.reserve(statements.size());
  std::vector<Hash256> accepted_hashes;
  for (const Bytes& bytes : statements)
    outcomes.push_back(Judge(next, bytes, lost, accepted, accepted_hashes));
  if (accepted.empty()) return outcomes;
  SACOCHE_TRY(store_.AppendStatements(accepted));
  directory_ = std::move(next);
  for (const Hash256& hash : accepted_hashes) order_.Append(hash);
  return outcomes;
}

}  // namespace sacoche
