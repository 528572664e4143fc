#pragma once

#include <memory>
#include <optional>

#include "platform/vault/page_cipher.h"
#include "platform/vault/stored_file.h"

namespace sacoche {

// SQLite's write-ahead log. Its header and each of its frames is one sealed record at a mapped
// place, so page numbers, sizes, salts and checksums are hidden too, an append never touches an
// older record, and SQLite gets back exactly the bytes that its own frame checksums cover.
//
// SQLite writes a frame as a header and then a page; the header waits in memory for its page.
//
// A record that does not open reads as zeros where SQLite scans the log after a crash (it stops
// there, as at a torn frame), and is SQLITE_IOERR_DATA where it reads a page that it knows to be
// there, or a frame that this handle wrote.
class WalFile final : public PlainFile {
 public:
  WalFile(StoredFile file, std::unique_ptr<PageCipher> cipher);

  int Read(std::span<std::uint8_t> out, std::int64_t offset) override;
  int Write(ByteView bytes, std::int64_t offset) override;
  int Truncate(std::int64_t size) override;
  int Size(std::int64_t* size) override;
  int Flush() override;

 private:
  static constexpr std::size_t kHeaderBytes = 32;
  static constexpr std::size_t kFrameHeaderBytes = 24;

  struct HeldHeader {
    std::int64_t frame;
    ByteArray<kFrameHeaderBytes> bytes;
  };

  [[nodiscard]] std::size_t FrameBytes() const { return kFrameHeaderBytes + page_bytes_; }
  [[nodiscard]] std::int64_t StoredOffsetOf(std::int64_t frame) const;
  // Learns the page size from the log's header, if there is one.
  [[nodiscard]] int LoadHeader(std::span<std::uint8_t> header);
  [[nodiscard]] int EnsurePageSize();
  void TakePageSize(ByteView header);

  struct LoadedFrame {
    int code;
    bool opens;
  };
  // The frame's plain bytes into frame_; zeros if it is not there or does not open.
  [[nodiscard]] LoadedFrame LoadFrame(std::int64_t frame);
  [[nodiscard]] int StoreFrame(std::int64_t frame);
  [[nodiscard]] int WriteHeader(ByteView bytes);
  [[nodiscard]] int WriteInside(ByteView bytes, std::int64_t frame, std::size_t offset);
  [[nodiscard]] bool WroteItself(std::int64_t frame) const {
    return frame >= first_written_ && frame < end_written_;
  }

  StoredFile file_;
  std::unique_ptr<PageCipher> cipher_;
  std::size_t page_bytes_ = 0;  // 0: no header was seen yet
  std::optional<HeldHeader> held_;
  SecretBytes frame_;
  Bytes record_;
  // The frames that this handle wrote since the log began anew.
  std::int64_t first_written_ = 0;
  std::int64_t end_written_ = 0;
};

}  // namespace sacoche
