#include "engine/membership/statement.h"

#include <algorithm>
#include <functional>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::size_t kSignatureBytes = Signature{}.size();

// Never renumbered. 6 stands for an unknown kind in the golden vectors.
enum Kind : std::uint8_t {
  kOrganisation = 1,
  kSpace = 2,
  kAdmission = 3,
  kEpoch = 4,
  kGrant = 5,
  kServer = 7,
  kAdmissionOfUser = 8,
  kOfficer = 9,
  kRevocation = 10,
  kNextEpoch = 11,
  kRecoveryKey = 12,
  kRecoveryUse = 13,
  kEpochWithKey = 14,
  kNextEpochWithKey = 15,
  kSharing = 16,
  kPolicy = 17,
  kLostKey = 18,
  kReplacedView = 19,
  kEpochPassingOver = 20,
};

struct KindOf {
  Kind operator()(const OrganisationStatement&) const { return kOrganisation; }
  Kind operator()(const SpaceStatement&) const { return kSpace; }
  Kind operator()(const AdmissionStatement& payload) const {
    return payload.user.is_zero() ? kAdmission : kAdmissionOfUser;
  }
  Kind operator()(const EpochStatement& payload) const {
    if (payload.succession && payload.succession->passed_over > 0) {
      SACOCHE_CHECK(payload.own_key.has_value());
      return kEpochPassingOver;
    }
    if (payload.own_key) return payload.succession ? kNextEpochWithKey : kEpochWithKey;
    return payload.succession ? kNextEpoch : kEpoch;
  }
  Kind operator()(const GrantStatement&) const { return kGrant; }
  Kind operator()(const ServerStatement&) const { return kServer; }
  Kind operator()(const OfficerStatement&) const { return kOfficer; }
  Kind operator()(const RevocationStatement&) const { return kRevocation; }
  Kind operator()(const RecoveryKeyStatement&) const { return kRecoveryKey; }
  Kind operator()(const RecoveryUseStatement&) const { return kRecoveryUse; }
  Kind operator()(const SharingStatement&) const { return kSharing; }
  Kind operator()(const PolicyStatement&) const { return kPolicy; }
  Kind operator()(const LostKeyStatement&) const { return kLostKey; }
  Kind operator()(const ReplacedViewStatement&) const { return kReplacedView; }
};

bool IsKnownKind(std::uint8_t kind) {
  return (kind <= kGrant || kind >= kServer) && kind <= kEpochPassingOver;
}

void WritePayload(ByteWriter& out, const OrganisationStatement& payload) {
  out.Raw(payload.root_signing_key);
  out.Raw(payload.root_box_key);
}

void WritePayload(ByteWriter& out, const SpaceStatement& payload) {
  out.Raw(payload.space.view());
  out.Sized(payload.sealed_name);
}

void WriteSpaces(ByteWriter& out, const std::vector<SpaceId>& spaces) {
  out.Varint(spaces.size());
  for (const SpaceId& space : spaces) out.Raw(space.view());
}

void WritePayload(ByteWriter& out, const AdmissionStatement& payload) {
  out.Raw(payload.signing_key);
  out.Raw(payload.box_key);
  out.Byte(static_cast<std::uint8_t>(payload.role));
  WriteSpaces(out, payload.spaces);
  out.Raw(payload.sealed_directory_key);
  out.Sized(payload.sealed_profile);
  if (!payload.user.is_zero()) out.Raw(payload.user.view());
}

void WriteSuccession(ByteWriter& out, const EpochStatement::Succession& succession) {
  out.Raw(succession.previous_key);
  out.Varint(succession.leavers.size());
  for (const LeaverEnd& end : succession.leavers) {
    out.Raw(end.device.view());
    out.Varint(end.counter);
    out.Raw(end.hash);
  }
}

void WritePayload(ByteWriter& out, const EpochStatement& payload) {
  out.Raw(payload.space.view());
  out.Varint(payload.epoch);
  out.Raw(payload.key_commitment);
  if (payload.succession) WriteSuccession(out, *payload.succession);
  if (payload.succession && payload.succession->passed_over > 0)
    out.Varint(payload.succession->passed_over);
  if (payload.own_key) out.Raw(*payload.own_key);
}

void WritePayload(ByteWriter& out, const GrantStatement& payload) {
  out.Raw(payload.space.view());
  out.Varint(payload.epoch);
  out.Raw(payload.device.view());
  out.Raw(payload.sealed_key);
}

void WritePayload(ByteWriter& out, const LostKeyStatement& payload) {
  out.Raw(payload.space.view());
  out.Varint(payload.epoch);
  out.Raw(payload.key_commitment);
  out.Varint(payload.under);
  out.Raw(payload.under_commitment);
  out.Raw(payload.sealed_key);
}

void WritePayload(ByteWriter& out, const ReplacedViewStatement& payload) {
  out.Varint(payload.envelopes.size());
  for (const auto& [space, counter] : payload.envelopes) {
    out.Raw(space.view());
    out.Varint(counter);
  }
}

void WritePayload(ByteWriter& out, const ServerStatement& payload) { out.Raw(payload.time_key); }

void WritePayload(ByteWriter& out, const OfficerStatement& payload) {
  out.Raw(payload.signing_key);
  out.Byte(static_cast<std::uint8_t>(payload.rank));
  WriteSpaces(out, payload.spaces);
}

void WritePayload(ByteWriter& out, const RevocationStatement& payload) {
  out.Raw(payload.device.view());
  out.Byte(static_cast<std::uint8_t>(payload.reason));
}

void WritePayload(ByteWriter& out, const SharingStatement& payload) {
  out.Raw(payload.space.view());
  out.Raw(payload.parent.view());
  out.Varint(payload.guests.size());
  for (const DeviceId& guest : payload.guests) out.Raw(guest.view());
  out.Varint(payload.until_s);
  out.Sized(payload.sealed_label);
}

void WritePayload(ByteWriter& out, const PolicyStatement& payload) {
  out.Varint(payload.lock_after_days);
  out.Varint(payload.break_glass_hours_max);
}

void WritePayload(ByteWriter& out, const RecoveryKeyStatement& payload) {
  out.Raw(payload.box_key);
}

void WritePayload(ByteWriter& out, const RecoveryUseStatement& payload) {
  out.Raw(payload.recipient.view());
  out.Raw(payload.device.view());
  WriteSpaces(out, payload.spaces);
}

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

std::vector<SpaceId> ReadSpaces(ByteReader& in) {
  std::vector<SpaceId> spaces;
  const std::size_t count = in.Count(kStatementSpacesMax, SpaceId::kSize);
  for (std::size_t i = 0; i < count; ++i) spaces.push_back(ReadId<SpaceId>(in));
  return spaces;
}

AdmissionStatement ReadAdmission(ByteReader& in, std::uint8_t kind) {
  AdmissionStatement payload;
  payload.signing_key = in.Array<32>();
  payload.box_key = in.Array<32>();
  const std::uint8_t role = in.Byte();
  if (!IsKnownRole(role)) in.SetFailed();
  payload.role = static_cast<Role>(role);
  payload.spaces = ReadSpaces(in);
  payload.sealed_directory_key = in.Array<80>();
  payload.sealed_profile = CopyOf(in.Sized(kSealedTextBytesMax));
  if (kind == kAdmission) return payload;
  payload.user = ReadId<UserId>(in);
  if (payload.user.is_zero()) in.SetFailed();
  return payload;
}

EpochStatement::Succession ReadSuccession(ByteReader& in) {
  EpochStatement::Succession succession;
  succession.previous_key = in.Array<72>();
  const std::size_t count = in.Count(kStatementLeaversMax, DeviceId::kSize);
  for (std::size_t i = 0; i < count; ++i) {
    LeaverEnd end;
    end.device = ReadId<DeviceId>(in);
    end.counter = in.Varint();
    end.hash = in.Array<32>();
    // One way only to write the same list.
    if (!succession.leavers.empty() && succession.leavers.back().device >= end.device)
      in.SetFailed();
    succession.leavers.push_back(end);
  }
  return succession;
}

EpochStatement ReadEpoch(ByteReader& in, std::uint8_t kind) {
  EpochStatement payload;
  payload.space = ReadId<SpaceId>(in);
  payload.epoch = in.Varint();
  payload.key_commitment = in.Array<32>();
  const bool passes_over = kind == kEpochPassingOver;
  if (passes_over || kind == kNextEpoch || kind == kNextEpochWithKey)
    payload.succession = ReadSuccession(in);
  if (passes_over) {
    const std::uint64_t passed_over = in.Varint();
    if (passed_over == 0 || passed_over >= payload.epoch) in.SetFailed();
    payload.succession->passed_over = passed_over;
  }
  if (passes_over || kind == kEpochWithKey || kind == kNextEpochWithKey)
    payload.own_key = in.Array<80>();
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

OfficerStatement ReadOfficer(ByteReader& in) {
  OfficerStatement payload;
  payload.signing_key = in.Array<32>();
  const std::uint8_t rank = in.Byte();
  if (rank > static_cast<std::uint8_t>(OfficerStatement::Rank::kReferent)) in.SetFailed();
  payload.rank = static_cast<OfficerStatement::Rank>(rank);
  payload.spaces = ReadSpaces(in);
  return payload;
}

RevocationStatement ReadRevocation(ByteReader& in) {
  RevocationStatement payload;
  payload.device = ReadId<DeviceId>(in);
  const std::uint8_t reason = in.Byte();
  if (reason < 1 || reason > static_cast<std::uint8_t>(RevocationStatement::Reason::kReplaced))
    in.SetFailed();
  payload.reason = static_cast<RevocationStatement::Reason>(reason);
  return payload;
}

SharingStatement ReadSharing(ByteReader& in) {
  SharingStatement payload;
  payload.space = ReadId<SpaceId>(in);
  payload.parent = ReadId<SpaceId>(in);
  const std::size_t count = in.Count(kStatementGuestsMax, DeviceId::kSize);
  for (std::size_t i = 0; i < count; ++i) {
    const auto guest = ReadId<DeviceId>(in);
    if (!payload.guests.empty() && payload.guests.back() >= guest) in.SetFailed();
    payload.guests.push_back(guest);
  }
  payload.until_s = in.Varint();
  payload.sealed_label = CopyOf(in.Sized(kSealedTextBytesMax));
  return payload;
}

PolicyStatement ReadPolicy(ByteReader& in) {
  PolicyStatement payload;
  payload.lock_after_days = in.Varint();
  payload.break_glass_hours_max = in.Varint();
  if (payload.lock_after_days > kLockAfterDaysMax ||
      payload.break_glass_hours_max > kBreakGlassHoursMax)
    in.SetFailed();
  return payload;
}

LostKeyStatement ReadLostKey(ByteReader& in) {
  LostKeyStatement payload;
  payload.space = ReadId<SpaceId>(in);
  payload.epoch = in.Varint();
  payload.key_commitment = in.Array<32>();
  payload.under = in.Varint();
  payload.under_commitment = in.Array<32>();
  payload.sealed_key = in.Array<std::tuple_size_v<SealedPreviousKey>>();
  if (payload.epoch == 0 || payload.under == 0) in.SetFailed();
  return payload;
}

ReplacedViewStatement ReadReplacedView(ByteReader& in) {
  ReplacedViewStatement payload;
  const std::size_t count = in.Count(kStatementSpacesMax, SpaceId::kSize + 1);
  for (std::size_t i = 0; i < count; ++i) {
    const auto space = ReadId<SpaceId>(in);
    const std::uint64_t counter = in.Varint();
    const bool in_order = payload.envelopes.empty() || payload.envelopes.back().space < space;
    if (!in_order || counter == 0) in.SetFailed();
    payload.envelopes.push_back({space, counter});
  }
  if (payload.envelopes.empty()) in.SetFailed();
  return payload;
}

RecoveryUseStatement ReadRecoveryUse(ByteReader& in) {
  RecoveryUseStatement payload;
  payload.recipient = ReadId<DeviceId>(in);
  payload.device = ReadId<DeviceId>(in);
  payload.spaces = ReadSpaces(in);
  const bool in_order =
      std::ranges::adjacent_find(payload.spaces, std::greater_equal<>{}) == payload.spaces.end();
  if (payload.spaces.empty() || !in_order) in.SetFailed();
  return payload;
}

StatementPayload ReadPayload(ByteReader& in, std::uint8_t kind) {
  switch (kind) {
    case kOrganisation:
      return ReadOrganisation(in);
    case kSpace:
      return ReadSpace(in);
    case kAdmission:
    case kAdmissionOfUser:
      return ReadAdmission(in, kind);
    case kEpoch:
    case kNextEpoch:
    case kEpochWithKey:
    case kNextEpochWithKey:
    case kEpochPassingOver:
      return ReadEpoch(in, kind);
    case kGrant:
      return ReadGrant(in);
    case kServer:
      return ServerStatement{in.Array<32>()};
    case kOfficer:
      return ReadOfficer(in);
    case kRevocation:
      return ReadRevocation(in);
    case kSharing:
      return ReadSharing(in);
    case kPolicy:
      return ReadPolicy(in);
    case kLostKey:
      return ReadLostKey(in);
    case kReplacedView:
      return ReadReplacedView(in);
    case kRecoveryKey:
      return RecoveryKeyStatement{in.Array<32>()};
    case kRecoveryUse:
      return ReadRecoveryUse(in);
    default:
      in.SetFailed();
      return OrganisationStatement{};
  }
}

Hash256 HashOf(ByteView bytes) { return HashFor("sacoche.stmt", {bytes}); }

}  // namespace

bool IsKnownRole(std::uint8_t role) {
  return role >= 1 && role <= static_cast<std::uint8_t>(Role::kAdministrator) && role != 3;
}

Bytes EncodeSharing(const SharingStatement& sharing) {
  ByteWriter out;
  WritePayload(out, sharing);
  return std::move(out).Take();
}

Result<SharingStatement> DecodeSharing(ByteView bytes) {
  ByteReader in(bytes);
  SharingStatement sharing = ReadSharing(in);
  SACOCHE_TRY(in.Finish("a sharing"));
  return sharing;
}

DeviceId RecoveryRecipientOf(const BoxPublicKey& key) {
  const Hash256 hash = HashFor("sacoche.rec-id", {key});
  DeviceId recipient;
  std::copy_n(hash.begin(), DeviceId::kSize, recipient.bytes.begin());
  return recipient;
}

SignedStatement SignStatement(Statement statement, const SigningKey& key) {
  ByteWriter out;
  out.Byte(kStatementVersion);
  out.Byte(std::visit(KindOf{}, statement.payload));
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

Result<std::vector<SignedStatement>> DecodeStatements(const std::vector<Bytes>& statements) {
  std::vector<SignedStatement> decoded;
  decoded.reserve(statements.size());
  for (const Bytes& bytes : statements) {
    SACOCHE_ASSIGN(SignedStatement statement, DecodeStatement(bytes));
    decoded.push_back(std::move(statement));
  }
  return decoded;
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
