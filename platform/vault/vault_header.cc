#include "platform/vault/vault_header.h"

#include <sodium.h>

#include <bit>
#include <utility>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::string_view kMagic = "SACOCHE VAULT\r\n";
constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMacBytes = crypto_generichash_BYTES;
constexpr std::size_t kChecksumBytes = crypto_generichash_BYTES;
constexpr std::size_t kMacOffset = VaultHeader::kCopyBytes - kChecksumBytes - kMacBytes;
constexpr std::size_t kChecksumOffset = VaultHeader::kCopyBytes - kChecksumBytes;

using Hash = ByteArray<crypto_generichash_BYTES>;

Hash HashOf(ByteView bytes, ByteView key) {
  Hash hash{};
  SACOCHE_CHECK(crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(),
                                   key.empty() ? nullptr : key.data(), key.size()) == 0);
  return hash;
}

tl::unexpected<Error> Damaged() {
  return Fail(ErrorCode::kCorrupt, "the beginning of the store's file is damaged",
              "Keep the file as it is and restore a backup.");
}

tl::unexpected<Error> Empty() {
  return Fail(ErrorCode::kNotFound, "the store's file is empty", "Restore a backup.");
}

void EncodeSlot(ByteWriter& out, const KeySlot& slot) {
  out.Byte(static_cast<std::uint8_t>(slot.kind));
  out.Varint(slot.cost.ops);
  out.Varint(slot.cost.memory_kib);
  out.Raw(slot.salt);
  out.Raw(slot.nonce);
  out.Raw(slot.sealed);
}

KeySlot DecodeSlot(ByteReader& in) {
  KeySlot slot;
  const std::uint8_t kind = in.Byte();
  slot.kind = static_cast<KeySlotKind>(kind);
  slot.cost.ops = in.Varint();
  slot.cost.memory_kib = in.Varint();
  slot.salt = in.Array<KeySlot::kSaltBytes>();
  slot.nonce = in.Array<PageCipher::kNonceBytes>();
  slot.sealed = in.Array<KeySlot::kSealedBytes>();
  const bool bounded = slot.cost.ops >= Argon2Cost::kOpsMin &&
                       slot.cost.ops <= Argon2Cost::kOpsMax &&
                       slot.cost.memory_kib >= Argon2Cost::kMemoryKibMin &&
                       slot.cost.memory_kib <= Argon2Cost::kMemoryKibMax;
  const bool known = kind >= static_cast<std::uint8_t>(KeySlotKind::kPassphrase) &&
                     kind <= static_cast<std::uint8_t>(KeySlotKind::kPreviousDataKey);
  if (!bounded || !known) in.SetFailed();
  return slot;
}

// What stands before the padding.
Bytes EncodeFields(const VaultHeader& header) {
  ByteWriter out;
  out.Raw(ViewOf(kMagic));
  out.Byte(kFormat);
  out.Varint(header.sequence);
  out.Raw(header.vault);
  out.Raw(header.file);
  out.Varint(header.block_bytes);
  out.Varint(header.slots.size());
  for (const KeySlot& slot : header.slots) EncodeSlot(out, slot);
  return std::move(out).Take();
}

bool IsVault(ByteView copy) {
  return copy.size() >= kMagic.size() && Equal(copy.first(kMagic.size()), ViewOf(kMagic));
}

// What a file that has no whole header copy is.
tl::unexpected<Error> WhatElse(ByteView both) {
  const ByteView second = both.subspan(VaultHeader::kCopyBytes);
  if (IsVault(both) || IsVault(second)) return Damaged();
  return Fail(ErrorCode::kInvalidInput, "this file is not a store of Sacoche",
              "Choose the file of a store, or another folder.");
}

}  // namespace

Bytes EncodeHeader(const VaultHeader& header, ByteView header_key) {
  SACOCHE_CHECK(header.slots.size() <= VaultHeader::kSlotsMax);
  Bytes copy = EncodeFields(header);
  SACOCHE_CHECK(copy.size() <= kMacOffset);
  copy.resize(kMacOffset);
  Append(copy, HashOf(copy, header_key));
  Append(copy, HashOf(copy, {}));
  return copy;
}

Result<StoredHeader> StoredHeader::Decode(ByteView copy) {
  if (copy.size() != VaultHeader::kCopyBytes || !IsVault(copy)) return Damaged();
  if (!Equal(HashOf(copy.first(kChecksumOffset), {}), copy.subspan(kChecksumOffset)))
    return Damaged();
  ByteReader in(copy.first(kMacOffset));
  in.Raw(kMagic.size());
  if (in.Byte() > kFormat)
    return Fail(ErrorCode::kNewerFormat, "this store was made by a newer release of Sacoche",
                "Update Sacoche on this computer; the store is untouched.");
  StoredHeader stored;
  VaultHeader& header = stored.header_;
  header.sequence = in.Varint();
  header.vault = in.Array<16>();
  header.file = in.Array<16>();
  header.block_bytes = in.VarintAs<std::uint32_t>();
  const std::size_t slots = in.Count(VaultHeader::kSlotsMax);
  for (std::size_t i = 0; i < slots; ++i) header.slots.push_back(DecodeSlot(in));
  const bool block_fits = std::has_single_bit(header.block_bytes) && header.block_bytes >= 512 &&
                          header.block_bytes <= 65536;
  // One header has one encoding, the padding included.
  Bytes again = EncodeFields(header);
  again.resize(kMacOffset);
  if (!in.ok() || !block_fits || !Equal(again, copy.first(kMacOffset))) return Damaged();
  std::ranges::copy(copy.subspan(kMacOffset, kMacBytes), stored.mac_.begin());
  return stored;
}

bool StoredHeader::IsAuthentic(ByteView header_key) const {
  Bytes fields = EncodeFields(header_);
  fields.resize(kMacOffset);
  const Hash expected = HashOf(fields, header_key);
  return sodium_memcmp(expected.data(), mac_.data(), mac_.size()) == 0;
}

int StoredCopies::Load(StoredFile file) {
  bytes_.assign(VaultHeader::kBytes, 0);
  if (const int code = file.Size(&file_bytes_); code != SQLITE_OK || file_bytes_ == 0) return code;
  const int code = file.Read(bytes_, 0);
  if (code != SQLITE_IOERR_SHORT_READ) return code;
  // The bytes are there and did not come: that must not look like a file without a header.
  const bool are_there = file_bytes_ >= static_cast<std::int64_t>(VaultHeader::kBytes);
  return are_there ? SQLITE_IOERR_READ : SQLITE_OK;
}

Result<StoredHeader> StoredCopies::Newest() const {
  if (file_bytes_ == 0) return Empty();
  const auto first = First();
  const auto second = Second();
  for (const auto* copy : {&first, &second})
    if (!*copy && copy->error().code == ErrorCode::kNewerFormat) return Forward(copy->error());
  if (!first && !second) {
    // A cut while the file was being made: the second copy is written first, and nothing behind it
    // before it is synced.
    const bool was_begun = file_bytes_ <= static_cast<std::int64_t>(VaultHeader::kBytes) &&
                           sodium_is_zero(bytes_.data(), VaultHeader::kCopyBytes) != 0;
    return was_begun ? Empty() : WhatElse(bytes_);
  }
  if (!second) return *first;
  if (!first) return *second;
  return second->unverified().sequence > first->unverified().sequence ? *second : *first;
}

Result<StoredHeader> StoredCopies::First() const {
  return StoredHeader::Decode(ByteView(bytes_).first(VaultHeader::kCopyBytes));
}

Result<StoredHeader> StoredCopies::Second() const {
  return StoredHeader::Decode(ByteView(bytes_).subspan(VaultHeader::kCopyBytes));
}

Result<StoredHeader> ReadHeader(StoredFile file) {
  StoredCopies copies;
  if (copies.Load(file) != SQLITE_OK)
    return Fail(ErrorCode::kIo, "the store's file could not be read", "Check the disk.");
  return copies.Newest();
}

int WriteHeader(StoredFile file, const VaultHeader& header, ByteView header_key) {
  StoredCopies there;
  if (const int code = there.Load(file); code != SQLITE_OK) return code;
  const Bytes copy = EncodeHeader(header, header_key);
  const std::int64_t first = 0;
  const std::int64_t second = VaultHeader::kCopyBytes;
  // While one copy is being written, the other must be whole. If none is, the file is being made,
  // and StoredCopies knows what a cut leaves of it by the first copy, which is not there yet.
  const std::int64_t begin_with = there.Second() && !there.First() ? first : second;
  for (const std::int64_t offset : {begin_with, second - begin_with}) {
    if (const int code = file.Write(copy, offset); code != SQLITE_OK) return code;
    if (const int code = file.Sync(SQLITE_SYNC_FULL); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

}  // namespace sacoche
