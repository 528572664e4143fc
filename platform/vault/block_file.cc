#include "platform/vault/block_file.h"

#include <algorithm>
#include <utility>

namespace sacoche {
namespace {

// So many bytes of records are sealed before they are handed on in one write.
constexpr std::size_t kGatheredBytesMax = 64 * 1024;

}  // namespace

BlockFile::BlockFile(StoredFile file, std::unique_ptr<PageCipher> cipher, const Options& options)
    : file_(file), cipher_(std::move(cipher)), options_(options), record_(RecordBytes()) {}

std::int64_t BlockFile::StoredOffsetOf(std::int64_t block) const {
  return options_.stored_offset + block * static_cast<std::int64_t>(RecordBytes());
}

std::int64_t BlockFile::PlainSizeOf(std::int64_t stored_size) const {
  const std::int64_t records = std::max<std::int64_t>(0, stored_size - options_.stored_offset);
  const auto record_bytes = static_cast<std::int64_t>(RecordBytes());
  const std::int64_t rest = records % record_bytes;
  const auto overhead = static_cast<std::int64_t>(PageCipher::kOverheadBytes);
  return records / record_bytes * static_cast<std::int64_t>(options_.block_bytes) +
         std::max<std::int64_t>(0, rest - overhead);
}

int BlockFile::Size(std::int64_t* size) {
  std::int64_t stored_size = 0;
  const int code = file_.Size(&stored_size);
  *size = PlainSizeOf(stored_size);
  if (open_block_ != kNoBlock && open_changed_)
    *size = std::max(*size, open_block_ * static_cast<std::int64_t>(options_.block_bytes) +
                                static_cast<std::int64_t>(open_size_));
  return code;
}

int BlockFile::LoadBlock(std::int64_t block, std::span<std::uint8_t> out, std::size_t* size) {
  std::size_t record_size = record_.size();
  int code = file_.Read(record_, StoredOffsetOf(block));
  if (code == SQLITE_IOERR_SHORT_READ) {
    std::int64_t stored_size = 0;
    code = file_.Size(&stored_size);
    record_size = static_cast<std::size_t>(std::clamp<std::int64_t>(
        stored_size - StoredOffsetOf(block), 0, static_cast<std::int64_t>(record_.size())));
    // The bytes are there and did not come: a journal cut short by that would undo half a commit.
    if (code == SQLITE_OK && record_size == record_.size()) return SQLITE_IOERR_READ;
  }
  if (code != SQLITE_OK) return code;
  if (record_size <= PageCipher::kOverheadBytes) {
    *size = 0;
    std::ranges::fill(out, std::uint8_t{0});
    return SQLITE_OK;
  }
  *size = record_size - PageCipher::kOverheadBytes;
  const bool whole = cipher_->Open(options_.kind, static_cast<std::uint64_t>(block),
                                   ByteView(record_).first(record_size), out.data());
  std::ranges::fill(out.subspan(*size), std::uint8_t{0});
  return whole || options_.damage_reads_as_zeros ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int BlockFile::Read(std::span<std::uint8_t> out, std::int64_t offset) {
  const auto block_bytes = static_cast<std::int64_t>(options_.block_bytes);
  while (!out.empty()) {
    const std::int64_t block = offset / block_bytes;
    const auto inside = static_cast<std::size_t>(offset % block_bytes);
    const std::size_t wanted = std::min(out.size(), options_.block_bytes - inside);
    std::size_t size = open_size_;
    if (block == open_block_) {
      CopyTo(out, open_bytes_.view().subspan(inside, wanted));
    } else if (wanted == options_.block_bytes) {
      if (const int code = LoadBlock(block, out.first(wanted), &size); code != SQLITE_OK)
        return code;
    } else {
      if (scratch_.empty()) scratch_ = SecretBytes(options_.block_bytes);
      if (const int code = LoadBlock(block, scratch_.span(), &size); code != SQLITE_OK) return code;
      CopyTo(out, scratch_.view().subspan(inside, wanted));
    }
    if (size < inside + wanted) {
      std::ranges::fill(out.subspan(size > inside ? size - inside : 0), std::uint8_t{0});
      return SQLITE_IOERR_SHORT_READ;
    }
    out = out.subspan(wanted);
    offset += static_cast<std::int64_t>(wanted);
  }
  return SQLITE_OK;
}

int BlockFile::Write(ByteView bytes, std::int64_t offset) {
  std::int64_t size = 0;
  if (const int code = Size(&size); code != SQLITE_OK) return code;
  const bool goes_on = offset > 0 && offset >= written_to_;
  written_to_ = offset + static_cast<std::int64_t>(bytes.size());
  ends_unfilled_ = !bytes.empty() && std::ranges::equal(bytes, options_.unfilled_end);
  const bool holds =
      options_.gathers_writes && (goes_on || !options_.gathers_on_only) && !ends_unfilled_;
  int code = offset > size ? GrowTo(offset) : SQLITE_OK;
  if (code == SQLITE_OK) code = WriteBlocks(bytes, offset);
  if (code == SQLITE_OK && !holds) code = Flush();
  if (code != SQLITE_OK && ends_unfilled_) ForgetFrom(offset);
  return code;
}

int BlockFile::WriteBlocks(ByteView bytes, std::int64_t offset) {
  const auto block_bytes = static_cast<std::int64_t>(options_.block_bytes);
  while (!bytes.empty()) {
    const std::int64_t block = offset / block_bytes;
    const auto inside = static_cast<std::size_t>(offset % block_bytes);
    std::size_t taken = std::min(bytes.size(), options_.block_bytes - inside);
    int code = SQLITE_OK;
    if (taken == options_.block_bytes) {
      const std::size_t blocks_max = std::max<std::size_t>(1, kGatheredBytesMax / RecordBytes());
      taken *= std::min(bytes.size() / options_.block_bytes, blocks_max);
      code = WriteWholeBlocks(bytes.first(taken), block);
    } else {
      code = WriteInside(bytes.first(taken), block, inside);
    }
    if (code != SQLITE_OK) return code;
    bytes = bytes.subspan(taken);
    offset += static_cast<std::int64_t>(taken);
  }
  return SQLITE_OK;
}

int BlockFile::WriteWholeBlocks(ByteView bytes, std::int64_t first_block) {
  const std::size_t count = bytes.size() / options_.block_bytes;
  if (open_block_ >= first_block && open_block_ < first_block + static_cast<std::int64_t>(count)) {
    open_block_ = kNoBlock;
    open_changed_ = false;
  }
  if (record_.size() < count * RecordBytes()) record_.resize(count * RecordBytes());
  for (std::size_t i = 0; i < count; ++i)
    cipher_->Seal(options_.kind, static_cast<std::uint64_t>(first_block) + i,
                  bytes.subspan(i * options_.block_bytes, options_.block_bytes),
                  record_.data() + i * RecordBytes());
  const int code =
      file_.Write(ByteView(record_).first(count * RecordBytes()), StoredOffsetOf(first_block));
  record_.resize(RecordBytes());
  return code;
}

int BlockFile::WriteInside(ByteView bytes, std::int64_t block, std::size_t offset) {
  if (block != open_block_) {
    if (const int code = Flush(); code != SQLITE_OK) return code;
    if (open_bytes_.empty()) open_bytes_ = SecretBytes(options_.block_bytes);
    open_block_ = kNoBlock;
    if (const int code = LoadBlock(block, open_bytes_.span(), &open_size_); code != SQLITE_OK)
      return code;
    open_block_ = block;
  }
  CopyTo(open_bytes_.span().subspan(offset), bytes);
  open_size_ = std::max(open_size_, offset + bytes.size());
  open_changed_ = true;
  return SQLITE_OK;
}

int BlockFile::Flush() {
  if (open_block_ == kNoBlock || !open_changed_) return SQLITE_OK;
  if (options_.fills_blocks && !ends_unfilled_) {
    std::ranges::fill(open_bytes_.span().subspan(open_size_), std::uint8_t{0});
    open_size_ = options_.block_bytes;
  }
  return StoreOpenBlock();
}

void BlockFile::ForgetFrom(std::int64_t size) {
  ends_unfilled_ = false;
  const std::int64_t before = size - open_block_ * static_cast<std::int64_t>(options_.block_bytes);
  if (open_block_ == kNoBlock || before >= static_cast<std::int64_t>(open_size_)) return;
  open_size_ = static_cast<std::size_t>(std::max<std::int64_t>(0, before));
  std::ranges::fill(open_bytes_.span().subspan(open_size_), std::uint8_t{0});
  if (open_size_ > 0) return;
  open_block_ = kNoBlock;
  open_changed_ = false;
}

int BlockFile::StoreOpenBlock() {
  cipher_->Seal(options_.kind, static_cast<std::uint64_t>(open_block_),
                open_bytes_.view().first(open_size_), record_.data());
  const int code = file_.Write(ByteView(record_).first(open_size_ + PageCipher::kOverheadBytes),
                               StoredOffsetOf(open_block_));
  if (code == SQLITE_OK) open_changed_ = false;
  // Kept open only while it gathers: somebody else may change the file between two writes, and what
  // could not be written is not read as if it had been.
  if (!options_.gathers_writes) {
    open_changed_ = false;
    open_block_ = kNoBlock;
  }
  return code;
}

// Zeros from the end up to `size`, sealed like everything else: a hole of raw zeros would not open.
int BlockFile::GrowTo(std::int64_t size) {
  const auto block_bytes = static_cast<std::int64_t>(options_.block_bytes);
  const Bytes zeros(options_.block_bytes);
  std::int64_t end = 0;
  if (const int code = Size(&end); code != SQLITE_OK) return code;
  while (end < size) {
    const std::int64_t block = end / block_bytes;
    const auto inside = static_cast<std::size_t>(end % block_bytes);
    const auto count = static_cast<std::size_t>(
        std::min<std::int64_t>(size - end, block_bytes - static_cast<std::int64_t>(inside)));
    const ByteView piece = ByteView(zeros).first(count);
    int code = count == options_.block_bytes ? WriteWholeBlocks(piece, block)
                                             : WriteInside(piece, block, inside);
    // A torn end stays damaged: made longer, not taken for zeros.
    if (code == SQLITE_IOERR_DATA) code = StoreDamagedBlock(block, inside + count);
    if (code != SQLITE_OK) return code;
    end += static_cast<std::int64_t>(count);
  }
  return SQLITE_OK;
}

int BlockFile::StoreDamagedBlock(std::int64_t block, std::size_t size) {
  std::int64_t stored_size = 0;
  if (const int code = file_.Size(&stored_size); code != SQLITE_OK) return code;
  const std::int64_t end =
      StoredOffsetOf(block) + static_cast<std::int64_t>(size + PageCipher::kOverheadBytes);
  const Bytes zeros(static_cast<std::size_t>(std::max<std::int64_t>(0, end - stored_size)));
  return file_.Write(zeros, stored_size);
}

int BlockFile::Truncate(std::int64_t size) {
  std::int64_t end = 0;
  if (const int code = Size(&end); code != SQLITE_OK) return code;
  if (size > end) {
    if (const int code = GrowTo(size); code != SQLITE_OK) return code;
    return Flush();
  }
  const auto block_bytes = static_cast<std::int64_t>(options_.block_bytes);
  const std::int64_t block = size / block_bytes;
  const auto rest = static_cast<std::size_t>(size % block_bytes);
  if (rest == 0) {
    if (open_block_ >= block) {
      open_block_ = kNoBlock;
      open_changed_ = false;
    }
    return file_.Truncate(StoredOffsetOf(block));
  }
  if (const int code = WriteInside({}, block, 0); code != SQLITE_OK) return code;
  std::ranges::fill(open_bytes_.span().subspan(rest), std::uint8_t{0});
  open_size_ = rest;
  if (const int code = StoreOpenBlock(); code != SQLITE_OK) return code;
  return file_.Truncate(StoredOffsetOf(block) +
                        static_cast<std::int64_t>(rest + PageCipher::kOverheadBytes));
}

}  // namespace sacoche
