#include "engine/membership/statement.h"

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::size_t kSignatureBytes = Signature{}.size();
// 6 stands for an unknown kind in the golden vectors.
constexpr std::uint8_t kServerKind = 7;

std::uint8_t KindOf(const StatementPayload& payload) {
  if (std::holds_alternative<ServerStatement>(payload)) return kServerKind;
  return static_cast<std::uint8_t>(payload.index() + 1);
}

bool IsKnownKind(std::uint8_t kind) { return kind <= 5 || kind == kServerKind; }

void WritePayload(ByteWriter& out, const OrganisationStatement& payload) {
  out.Raw(payload.root_signing_key);
  out.Raw(payload.root_box_key);
}

void WritePayload(ByteWriter& out, const SpaceStatement& payload) {
  out.Raw(payload.space.view());
  out.Sized(payload.sealed_name);
}

void WritePayload(ByteWriter& out, const AdmissionStatement& payload) {
  out.Raw(payload.signing_key);
  out.Raw(payload.box_key);
  out.Byte(static_cast<std::uint8_t>(payload.role));
  out.Varint(payload.spaces.size());
  for (const SpaceId& space : payload.spaces) out.Raw(space.view());
  out.Raw(payload.sealed_directory_key);
  out.Sized(payload.sealed_profile);
}

void WritePayload(ByteWriter& out, const EpochStatement& payload) {
  out.Raw(payload.space.view());
  out.Varint(payload.epoch);
  out.Raw(payload.key_commitment);
}

void WritePayload(ByteWriter& out, const GrantStatement& payload) {
  out.Raw(payload.space.view());
  out.Varint(payload.epoch);
  out.Raw(payload.device.view());
  out.Raw(payload.sealed_key);
}

void WritePayload(ByteWriter& out, const ServerStatement& payload) { out.Raw(payload.time_key); }

template <class Id>
Id ReadId(ByteReader& in) {
  return Id::FromArray(in.Array<Id::kSize>());
}

OrganisationStatement ReadOrganisation(ByteReader& in) {
  OrganisationStatement payload;
  payload.root_signing_key = in.Array<32>();
  payload.root_box_key = in.Array<32>();
  return payload;
}

SpaceStatement ReadSpace(ByteReader& in) {
  SpaceStatement payload;
  payload.space = ReadId<SpaceId>(in);
  payload.sealed_name = CopyOf(in.Sized(kSealedTextBytesMax));
  return payload;
}

AdmissionStatement ReadAdmission(ByteReader& in) {
  AdmissionStatement payload;
  payload.signing_key = in.Array<32>();
  payload.box_key = in.Array<32>();
  const std::uint8_t role = in.Byte();
  if (role != static_cast<std::uint8_t>(Role::kIntervenant) &&
      role != static_cast<std::uint8_t>(Role::kTechnicalSupervisor))
    in.SetFailed();
  payload.role = static_cast<Role>(role);
  const std::size_t count = in.Count(kStatementSpacesMax, SpaceId::kSize);
  for (std::size_t i = 0; i < count; ++i) payload.spaces.push_back(ReadId<SpaceId>(in));
  payload.sealed_directory_key = in.Array<80>();
  payload.sealed_profile = CopyOf(in.Sized(kSealedTextBytesMax));
  return payload;
}

EpochStatement ReadEpoch(ByteReader& in) {
  EpochStatement payload;
  payload.space = ReadId<SpaceId>(in);
  payload.epoch = in.Varint();
  payload.key_commitment = in.Array<32>();
  return payload;
}

GrantStatement ReadGrant(ByteReader& in) {
  GrantStatement payload;
  payload.space = ReadId<SpaceId>(in);
  payload.epoch = in.Varint();
  payload.device = ReadId<DeviceId>(in);
  payload.sealed_key = in.Array<80>();
  return payload;
}

StatementPayload ReadPayload(ByteReader& in, std::uint8_t kind) {
  switch (kind) {
    case 1:
      return ReadOrganisation(in);
    case 2:
      return ReadSpace(in);
    case 3:
      return ReadAdmission(in);
    case 4:
      return ReadEpoch(in);
    case 5:
      return ReadGrant(in);
    case kServerKind:
      return ServerStatement{in.Array<32>()};
    default:
      in.SetFailed();
      return OrganisationStatement{};
  }
}

Hash256 HashOf(ByteView bytes) { return HashFor("sacoche.stmt", {bytes}); }

}  // namespace

SignedStatement SignStatement(Statement statement, const SigningKey& key) {
  ByteWriter out;
  out.Byte(kStatementVersion);
  out.Byte(KindOf(statement.payload));
  out.Raw(statement.signer.view());
  out.Varint(statement.counter);
  out.Raw(statement.previous);
  std::visit([&](const auto& payload) { WritePayload(out, payload); }, statement.payload);
  out.Raw(key.Sign(SigningPurpose::kStatement, out.bytes()));
  SignedStatement result{std::move(statement), std::move(out).Take(), {}};
  result.hash = HashOf(result.bytes);
  return result;
}

Result<SignedStatement> DecodeStatement(ByteView bytes) {
  if (bytes.size() > kStatementBytesMax)
    return Fail(ErrorCode::kLimit, "a directory statement is longer than allowed");
  ByteReader in(bytes);
  SignedStatement result;
  if (in.Byte() != kStatementVersion && in.ok())
    return Fail(ErrorCode::kNewerFormat, "a directory statement has an unknown version",
                "Update Sacoche.");
  const std::uint8_t kind = in.Byte();
  if (in.ok() && !IsKnownKind(kind))
    return Fail(ErrorCode::kNewerFormat, "a directory statement has an unknown kind",
                "Update Sacoche.");
  result.statement.signer = ReadId<DeviceId>(in);
  result.statement.counter = in.Varint();
  if (result.statement.counter == 0) in.SetFailed();
  result.statement.previous = in.Array<32>();
  result.statement.payload = ReadPayload(in, kind);
  in.Array<kSignatureBytes>();
  SACOCHE_TRY(in.Finish("a directory statement"));
  result.bytes = CopyOf(bytes);
  result.hash = HashOf(bytes);
  return result;
}

bool VerifyStatementSignature(const SignedStatement& statement, const SigningPublicKey& key) {
  const ByteView all = statement.bytes;
  if (all.size() < kSignatureBytes) return false;
  Signature signature;
  std::copy(all.end() - kSignatureBytes, all.end(), signature.begin());
  return Verify(SigningPurpose::kStatement, all.first(all.size() - kSignatureBytes), signature,
                key);
}

}  // namespace sacoche
