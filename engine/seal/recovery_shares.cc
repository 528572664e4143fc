#include "engine/seal/recovery_shares.h"

#include <sodium.h>

#include "engine/seal/secret_sharing.h"
#include "engine/sign/hash.h"
#include "platform/base/byte_codec.h"
#include "platform/base/check.h"
#include "platform/base/paper_groups.h"

namespace sacoche {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kChecksumBytes = 2;
constexpr PaperForm kPaper{.name = "recovery share", .groups = 28, .groups_per_line = 7};
static_assert(kPaper.bytes() == kRecoveryShareBytes && kPaper.groups * 20 % 8 == 0);

template <std::size_t N>
ByteArray<N> FirstBytes(const Hash256& hash) {
  ByteArray<N> first{};
  std::copy_n(hash.begin(), N, first.begin());
  return first;
}

// What all shares of a set have in common.
void WriteSetHead(ByteWriter& out, const RecoveryShare& share) {
  out.Byte(kFormat);
  out.Raw(share.organisation);
  out.Raw(share.set);
  out.Byte(static_cast<std::uint8_t>(share.plan.needed));
  out.Byte(static_cast<std::uint8_t>(share.plan.holders));
}

RecoveryKeyCheck KeyCheckFor(const RecoveryShare& share, const BoxPublicKey& key) {
  ByteWriter head;
  WriteSetHead(head, share);
  return FirstBytes<16>(HashFor("sacoche.recovery", {head.bytes(), key}));
}

ByteArray<kChecksumBytes> ChecksumOf(ByteView preceding) {
  return FirstBytes<kChecksumBytes>(HashFor("sacoche.share", {preceding}));
}

bool IsAllowed(const RecoveryPlan& plan) {
  return plan.needed >= kRecoveryNeededMin && plan.needed <= plan.holders &&
         plan.holders <= kRecoveryHoldersMax;
}

bool IsWellFormed(const RecoveryShare& share) {
  return IsAllowed(share.plan) && share.number >= 1 && share.number <= share.plan.holders &&
         IsFieldElement(share.value.view());
}

tl::unexpected<Error> DamagedShare() {
  return Fail(ErrorCode::kCorrupt, "this is not a recovery share, or it is damaged",
              "Compare it with the paper, or ask another holder.");
}

tl::unexpected<Error> NewerShare() {
  return Fail(ErrorCode::kNewerFormat, "the recovery share was made by a newer release",
              "Update Sacoche.");
}

// m of the secret 2^254 + 8 m.
SecretBytes ElementOf(const BoxKey& key) {
  const ByteView secret = key.secret();
  SecretBytes element(kFieldElementBytes);
  for (std::size_t i = 0; i < kFieldElementBytes; ++i) {
    const unsigned above = i + 1 < kFieldElementBytes ? secret[i + 1] : 0U;
    element.span()[i] = static_cast<std::uint8_t>(secret[i] >> 3 | above << 5);
  }
  element.span().back() &= 0x07;
  return element;
}

// Nothing if the element is no m below 2^251, so comes from no key.
std::optional<SecretBytes> SecretOf(const SecretBytes& element) {
  if (element.view().back() > 0x07) return std::nullopt;
  SecretBytes secret(kFieldElementBytes);
  for (std::size_t i = 0; i < kFieldElementBytes; ++i) {
    const unsigned below = i > 0 ? element.view()[i - 1] : 0U;
    secret.span()[i] = static_cast<std::uint8_t>(element.view()[i] << 3 | below >> 5);
  }
  secret.span().back() |= 0x40;
  return secret;
}

std::string Entry(std::size_t index) { return "entry " + std::to_string(index + 1); }

Status CheckSameSet(std::span<const RecoveryShare> shares) {
  const RecoveryShare& first = shares.front();
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const RecoveryShare& share = shares[i];
    if (!IsWellFormed(share)) return DamagedShare();
    if (share.organisation != first.organisation)
      return Fail(ErrorCode::kInvalidInput,
                  Entry(i) + " is a share of another organisation than entry 1",
                  "Put the share of the other organisation aside.");
    if (share.set != first.set)
      return Fail(ErrorCode::kInvalidInput, Entry(i) + " is of another set of shares than entry 1",
                  "Use shares that were made on the same day, together.");
    if (share.plan.needed != first.plan.needed || share.plan.holders != first.plan.holders ||
        share.key_check != first.key_check)
      return Fail(ErrorCode::kCorrupt, Entry(i) + " contradicts entry 1, of the same set",
                  "One of the two is damaged or false: compare them with their papers.");
  }
  return {};
}

Status CheckDifferent(std::span<const RecoveryShare> shares) {
  for (std::size_t i = 0; i < shares.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (shares[i].number != shares[j].number) continue;
      const std::string both = Entry(j) + " and " + Entry(i);
      if (sodium_memcmp(shares[i].value.view().data(), shares[j].value.view().data(),
                        kFieldElementBytes) == 0)
        return Fail(ErrorCode::kInvalidInput, both + " are the same share",
                    "Ask a holder whose share was not entered yet.");
      return Fail(ErrorCode::kCorrupt,
                  both + " both say that they are share " + std::to_string(shares[i].number) +
                      ", and differ",
                  "One of the two is damaged or false: compare them with their papers.");
    }
  return {};
}

Status CheckEnough(std::span<const RecoveryShare> shares) {
  const std::size_t needed = shares.front().plan.needed;
  if (shares.size() >= needed) return {};
  const std::size_t missing = needed - shares.size();
  return Fail(ErrorCode::kInvalidInput,
              std::to_string(shares.size()) + " of the " + std::to_string(needed) +
                  " shares that are needed were entered; " + std::to_string(missing) +
                  (missing == 1 ? " is missing" : " are missing"),
              "Ask other holders for their shares.");
}

tl::unexpected<Error> NotTheKey() {
  return Fail(ErrorCode::kUntrusted,
              "the shares do not give the key that they name: at least one is false",
              "Try with the shares of other holders.");
}

}  // namespace

OrganisationFingerprint FingerprintOf(const SigningPublicKey& root_signing_key) {
  return FirstBytes<8>(HashFor("sacoche.org", {root_signing_key}));
}

Result<std::vector<RecoveryShare>> SplitRecoveryKey(const BoxKey& key,
                                                    const OrganisationFingerprint& organisation,
                                                    const RecoveryPlan& plan) {
  if (!IsAllowed(plan))
    return Fail(ErrorCode::kInvalidInput,
                "a recovery key is shared among 2 to 16 holders, and 2 of them or more restore it",
                "Choose a number of holders, and how many of them are needed, within that.");
  RecoverySetId set{};
  randombytes_buf(set.data(), set.size());
  const SecretBytes polynomial = RandomPolynomial(ElementOf(key).view(), plan.needed);
  std::vector<RecoveryShare> shares;
  for (unsigned number = 1; number <= plan.holders; ++number) {
    const auto place = static_cast<std::uint8_t>(number);
    RecoveryShare share{organisation, set, plan,
                        place,        {},  ValueOfPolynomial(polynomial.view(), place)};
    share.key_check = KeyCheckFor(share, key.public_key());
    shares.push_back(std::move(share));
  }
  return shares;
}

Result<BoxKey> JoinRecoveryKey(std::span<const RecoveryShare> shares) {
  if (shares.empty())
    return Fail(ErrorCode::kInvalidInput, "no recovery share was entered",
                "Ask the holders for their shares.");
  SACOCHE_TRY(CheckSameSet(shares));
  SACOCHE_TRY(CheckDifferent(shares));
  SACOCHE_TRY(CheckEnough(shares));
  std::vector<PolynomialPoint> points;
  for (const RecoveryShare& share : shares) points.push_back({share.number, share.value.view()});
  const auto secret = SecretOf(ValueAtZero(points));
  if (!secret) return NotTheKey();
  SACOCHE_ASSIGN(BoxKey key, BoxKey::FromSecret(secret->view()));
  if (KeyCheckFor(shares.front(), key.public_key()) != shares.front().key_check) return NotTheKey();
  return key;
}

SecretBytes EncodeRecoveryShare(const RecoveryShare& share) {
  SACOCHE_CHECK(IsWellFormed(share));
  ByteWriter head;
  WriteSetHead(head, share);
  head.Byte(share.number);
  head.Raw(share.key_check);
  SecretBytes bytes(kRecoveryShareBytes);
  const auto value = std::ranges::copy(head.bytes(), bytes.span().begin()).out;
  const auto checksum = std::ranges::copy(share.value.view(), value).out;
  std::ranges::copy(ChecksumOf(bytes.view().first(kRecoveryShareBytes - kChecksumBytes)), checksum);
  return bytes;
}

Result<RecoveryShare> DecodeRecoveryShare(ByteView bytes) {
  ByteReader in(bytes);
  const std::uint8_t format = in.Byte();
  if (format > kFormat) return NewerShare();
  if (format != kFormat || bytes.size() != kRecoveryShareBytes) return DamagedShare();
  RecoveryShare share;
  share.organisation = in.Array<8>();
  share.set = in.Array<8>();
  share.plan.needed = in.Byte();
  share.plan.holders = in.Byte();
  share.number = in.Byte();
  share.key_check = in.Array<16>();
  share.value = SecretBytes(in.Raw(kFieldElementBytes));
  const auto checksum = in.Array<kChecksumBytes>();
  if (!in.Finish("a recovery share") || !IsWellFormed(share) ||
      checksum != ChecksumOf(bytes.first(kRecoveryShareBytes - kChecksumBytes)))
    return DamagedShare();
  return share;
}

SecretBytes PrintRecoveryShare(const RecoveryShare& share) {
  return WritePaperGroups(kPaper, EncodeRecoveryShare(share).view());
}

Result<RecoveryShare> ParseRecoveryShare(ByteView typed) {
  auto bytes = ReadPaperGroups(kPaper, typed);
  if (bytes) return DecodeRecoveryShare(bytes->view());
  // A later format may be longer, and should not be called mistyped.
  const auto first = ReadPaperGroups({.name = kPaper.name, .groups = 1}, FirstPaperGroup(typed));
  if (first && first->view().front() > kFormat) return NewerShare();
  return Forward(std::move(bytes).error());
}

}  // namespace sacoche
