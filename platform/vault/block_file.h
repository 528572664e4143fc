#pragma once

#include <memory>
#include <vector>

#include "platform/vault/page_cipher.h"
#include "platform/vault/stored_file.h"

namespace sacoche {

// A plain file as a row of equal blocks, each stored as one sealed record; only the last may be
// shorter. A write of a whole block touches this block's record alone, so what SQLite demands of a
// disk for pages it also has from here, if its pages are the blocks.
class BlockFile final : public PlainFile {
 public:
  struct Options {
    RecordKind kind;
    std::int64_t stored_offset = 0;  // where the first record begins
    std::size_t block_bytes;
    // Small writes are gathered in memory until a block is full, or until Flush. For files that
    // nobody reads before they are flushed.
    bool gathers_writes = false;
    // Only what is written on from where the last write ended stays in memory; a write that goes
    // back, or to the beginning, is in the file when it returns.
    bool gathers_on_only = false;
    // A record that does not open reads as zeros: for journals, whose reader takes a torn end for
    // the end. Otherwise it is SQLITE_IOERR_DATA.
    bool damage_reads_as_zeros = false;
    // A block that is not full is stored with zeros up to its end, so that what comes behind it
    // need not touch it again.
    bool fills_blocks = false;
    // Not if these bytes, written by themselves, are the file's end. That end is one to be found,
    // by other handles too: it is in the file when the write returns, or nobody reads it.
    ByteView unfilled_end{};
  };

  BlockFile(StoredFile file, std::unique_ptr<PageCipher> cipher, const Options& options);

  int Read(std::span<std::uint8_t> out, std::int64_t offset) override;
  int Write(ByteView bytes, std::int64_t offset) override;
  int Truncate(std::int64_t size) override;
  int Size(std::int64_t* size) override;
  int Flush() override;

 private:
  static constexpr std::int64_t kNoBlock = -1;

  [[nodiscard]] std::size_t RecordBytes() const {
    return options_.block_bytes + PageCipher::kOverheadBytes;
  }
  [[nodiscard]] std::int64_t StoredOffsetOf(std::int64_t block) const;
  [[nodiscard]] std::int64_t PlainSizeOf(std::int64_t stored_size) const;

  // The block's plain bytes in `out`, zeros behind its end; how many it has in `size`.
  [[nodiscard]] int LoadBlock(std::int64_t block, std::span<std::uint8_t> out, std::size_t* size);
  [[nodiscard]] int WriteBlocks(ByteView bytes, std::int64_t offset);
  [[nodiscard]] int WriteWholeBlocks(ByteView bytes, std::int64_t first_block);
  [[nodiscard]] int WriteInside(ByteView bytes, std::int64_t block, std::size_t offset);
  [[nodiscard]] int GrowTo(std::int64_t size);
  // So long in plain bytes, and not to be opened.
  [[nodiscard]] int StoreDamagedBlock(std::int64_t block, std::size_t size);
  [[nodiscard]] int StoreOpenBlock();
  // What was written behind `size` and is not stored yet.
  void ForgetFrom(std::int64_t size);

  StoredFile file_;
  std::unique_ptr<PageCipher> cipher_;
  Options options_;
  Bytes record_;
  SecretBytes scratch_;          // for reads of less than a block
  std::int64_t written_to_ = 0;  // where the last write ended
  bool ends_unfilled_ = false;   // the last write was Options::unfilled_end

  // The block that is being changed: read from the file, not yet written back.
  std::int64_t open_block_ = kNoBlock;
  std::size_t open_size_ = 0;
  bool open_changed_ = false;
  SecretBytes open_bytes_;
};

}  // namespace sacoche
