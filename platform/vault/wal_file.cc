#include "platform/vault/wal_file.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sacoche {
namespace {

constexpr std::size_t kOverhead = PageCipher::kOverheadBytes;
constexpr std::size_t kPageSizeOffset = 8;  // in the log's header, big-endian (SQLite's format)
constexpr std::size_t kPageBytesMin = 512;
constexpr std::size_t kPageBytesMax = 65536;

}  // namespace

WalFile::WalFile(StoredFile file, std::unique_ptr<PageCipher> cipher)
    : file_(file), cipher_(std::move(cipher)) {}

std::int64_t WalFile::StoredOffsetOf(std::int64_t frame) const {
  return static_cast<std::int64_t>(kHeaderBytes + kOverhead) +
         frame * static_cast<std::int64_t>(FrameBytes() + kOverhead);
}

void WalFile::TakePageSize(ByteView header) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | header[kPageSizeOffset + i];
  if (!std::has_single_bit(size) || size < kPageBytesMin || size > kPageBytesMax) return;
  if (size == page_bytes_) return;
  page_bytes_ = size;
  frame_ = SecretBytes(FrameBytes());
  record_.resize(FrameBytes() + kOverhead);
}

int WalFile::LoadHeader(std::span<std::uint8_t> header) {
  ByteArray<kHeaderBytes + kOverhead> record{};
  const int code = file_.Read(record, 0);
  if (code == SQLITE_IOERR_SHORT_READ) {
    std::ranges::fill(header, std::uint8_t{0});
    return SQLITE_IOERR_SHORT_READ;
  }
  if (code != SQLITE_OK) return code;
  // One that does not open reads as zeros: for SQLite that is no log.
  if (cipher_->Open(RecordKind::kWalHeader, 0, record, header.data())) TakePageSize(header);
  return SQLITE_OK;
}

int WalFile::EnsurePageSize() {
  if (page_bytes_ != 0) return SQLITE_OK;
  ByteArray<kHeaderBytes> header{};
  const int code = LoadHeader(header);
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code;
}

int WalFile::Size(std::int64_t* size) {
  *size = 0;
  std::int64_t stored = 0;
  if (const int code = file_.Size(&stored); code != SQLITE_OK) return code;
  if (const int code = EnsurePageSize(); code != SQLITE_OK) return code;
  const auto header_record = static_cast<std::int64_t>(kHeaderBytes + kOverhead);
  if (stored >= header_record) *size = kHeaderBytes;
  if (page_bytes_ == 0) return SQLITE_OK;
  const auto frame_bytes = static_cast<std::int64_t>(FrameBytes());
  const std::int64_t frames = std::max<std::int64_t>(0, stored - header_record) /
                              (frame_bytes + static_cast<std::int64_t>(kOverhead));
  *size += frames * frame_bytes;
  if (held_)
    *size = std::max(*size, static_cast<std::int64_t>(kHeaderBytes + kFrameHeaderBytes) +
                                held_->frame * frame_bytes);
  return SQLITE_OK;
}

WalFile::LoadedFrame WalFile::LoadFrame(std::int64_t frame) {
  const int code = file_.Read(record_, StoredOffsetOf(frame));
  if (code != SQLITE_OK) {
    std::ranges::fill(frame_.span(), std::uint8_t{0});
    return {code, false};
  }
  const bool opens = cipher_->Open(RecordKind::kWalFrame, static_cast<std::uint64_t>(frame) + 1,
                                   record_, frame_.span().data());
  return {SQLITE_OK, opens};
}

int WalFile::StoreFrame(std::int64_t frame) {
  cipher_->Seal(RecordKind::kWalFrame, static_cast<std::uint64_t>(frame) + 1, frame_.view(),
                record_.data());
  const int code = file_.Write(record_, StoredOffsetOf(frame));
  if (code != SQLITE_OK) return code;
  if (first_written_ == end_written_) first_written_ = end_written_ = frame;
  first_written_ = std::min(first_written_, frame);
  end_written_ = std::max(end_written_, frame + 1);
  return SQLITE_OK;
}

int WalFile::Read(std::span<std::uint8_t> out, std::int64_t offset) {
  if (const int code = Flush(); code != SQLITE_OK) return code;
  if (offset == 0 && out.size() == kHeaderBytes) {
    // SQLite recovers the log: others may have written since, and torn what this handle wrote.
    first_written_ = end_written_ = 0;
    return LoadHeader(out);
  }
  if (const int code = EnsurePageSize(); code != SQLITE_OK) return code;
  const auto header_bytes = static_cast<std::int64_t>(kHeaderBytes);
  // The checksum from which those of the first frames are computed anew.
  if (offset + static_cast<std::int64_t>(out.size()) <= header_bytes) {
    ByteArray<kHeaderBytes> header{};
    const int code = LoadHeader(header);
    std::ranges::copy_n(header.begin() + offset, static_cast<std::ptrdiff_t>(out.size()),
                        out.begin());
    return code;
  }
  if (page_bytes_ == 0 || offset < header_bytes) {
    std::ranges::fill(out, std::uint8_t{0});
    return SQLITE_IOERR_SHORT_READ;
  }
  const auto frame_bytes = static_cast<std::int64_t>(FrameBytes());
  std::int64_t place = offset - static_cast<std::int64_t>(kHeaderBytes);
  while (!out.empty()) {
    const std::int64_t frame = place / frame_bytes;
    const auto inside = static_cast<std::size_t>(place % frame_bytes);
    const std::size_t taken = std::min(out.size(), FrameBytes() - inside);
    const LoadedFrame loaded = LoadFrame(frame);
    if (loaded.code != SQLITE_OK) {
      std::ranges::fill(out, std::uint8_t{0});
      return loaded.code;
    }
    const bool scans = inside == 0;  // with the frame's header: as after a crash
    if (!loaded.opens && (!scans || WroteItself(frame))) return SQLITE_IOERR_DATA;
    CopyTo(out, frame_.view().subspan(inside, taken));
    out = out.subspan(taken);
    place += static_cast<std::int64_t>(taken);
  }
  return SQLITE_OK;
}

int WalFile::WriteHeader(ByteView bytes) {
  held_.reset();
  first_written_ = end_written_ = 0;
  TakePageSize(bytes);
  ByteArray<kHeaderBytes + kOverhead> record{};
  cipher_->Seal(RecordKind::kWalHeader, 0, bytes, record.data());
  return file_.Write(record, 0);
}

int WalFile::Write(ByteView bytes, std::int64_t offset) {
  if (offset == 0 && bytes.size() == kHeaderBytes) return WriteHeader(bytes);
  if (const int code = EnsurePageSize(); code != SQLITE_OK) return code;
  // SQLite writes the log's header before any frame, whole.
  if (page_bytes_ == 0 || offset < static_cast<std::int64_t>(kHeaderBytes))
    return SQLITE_IOERR_WRITE;
  const auto frame_bytes = static_cast<std::int64_t>(FrameBytes());
  std::int64_t place = offset - static_cast<std::int64_t>(kHeaderBytes);
  while (!bytes.empty()) {
    const std::int64_t frame = place / frame_bytes;
    const auto inside = static_cast<std::size_t>(place % frame_bytes);
    const std::size_t taken = std::min(bytes.size(), FrameBytes() - inside);
    if (const int code = WriteInside(bytes.first(taken), frame, inside); code != SQLITE_OK)
      return code;
    bytes = bytes.subspan(taken);
    place += static_cast<std::int64_t>(taken);
  }
  return SQLITE_OK;
}

int WalFile::WriteInside(ByteView bytes, std::int64_t frame, std::size_t offset) {
  const bool completes_held =
      held_ && held_->frame == frame && offset == kFrameHeaderBytes && bytes.size() == page_bytes_;
  if (!completes_held)
    if (const int code = Flush(); code != SQLITE_OK) return code;
  // A header of a frame that is already there may be all that SQLite has to rewrite, and nothing
  // need follow it: commits that are not synced would wait in memory.
  if (offset == 0 && bytes.size() == kFrameHeaderBytes && !WroteItself(frame)) {
    held_.emplace(HeldHeader{frame, {}});
    CopyTo(held_->bytes, bytes);
    return SQLITE_OK;
  }
  if (completes_held) {
    CopyTo(frame_.span(), held_->bytes);
    held_.reset();
  } else if (bytes.size() < FrameBytes()) {
    const LoadedFrame loaded = LoadFrame(frame);
    if (loaded.code != SQLITE_OK && loaded.code != SQLITE_IOERR_SHORT_READ) return loaded.code;
    // Sealing zeros beside the new bytes would make them part of a frame.
    if (loaded.code == SQLITE_OK && !loaded.opens && WroteItself(frame)) return SQLITE_IOERR_DATA;
  }
  CopyTo(frame_.span().subspan(offset), bytes);
  return StoreFrame(frame);
}

// A header whose page did not follow: SQLite rewrote it alone.
int WalFile::Flush() {
  if (!held_) return SQLITE_OK;
  const HeldHeader held = *held_;
  const LoadedFrame loaded = LoadFrame(held.frame);
  if (loaded.code != SQLITE_OK && loaded.code != SQLITE_IOERR_SHORT_READ) return loaded.code;
  // The same rule as for a page alone.
  if (loaded.code == SQLITE_OK && !loaded.opens && WroteItself(held.frame))
    return SQLITE_IOERR_DATA;
  CopyTo(frame_.span(), held.bytes);
  held_.reset();
  return StoreFrame(held.frame);
}

int WalFile::Truncate(std::int64_t size) {
  if (const int code = EnsurePageSize(); code != SQLITE_OK) return code;
  held_.reset();
  if (size == 0 || page_bytes_ == 0) {
    first_written_ = end_written_ = 0;
    return file_.Truncate(0);
  }
  // Down to whole frames; SQLite cuts inside a frame only to limit the file's size.
  const auto frame_bytes = static_cast<std::int64_t>(FrameBytes());
  const std::int64_t frames =
      (std::max<std::int64_t>(0, size - static_cast<std::int64_t>(kHeaderBytes)) + frame_bytes -
       1) /
      frame_bytes;
  return file_.Truncate(StoredOffsetOf(frames));
}

}  // namespace sacoche
