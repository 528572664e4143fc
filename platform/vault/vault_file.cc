#include "platform/vault/vault_file.h"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "platform/vault/block_file.h"
#include "platform/vault/stored_database.h"
#include "platform/vault/wal_file.h"

namespace sacoche {
namespace {

constexpr int kJournalKinds = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
constexpr int kTemporaryKinds = SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TEMP_JOURNAL |
                                SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_SUBJOURNAL;
constexpr int kKinds =
    SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_SUPER_JOURNAL | kJournalKinds | kTemporaryKinds;

// SQLite aligns the parts of a journal that are synced apart to sectors, and takes a sector for
// 512 bytes where a write harms no neighbours: so a synced block, if it is full, is never written
// again, and a cut cannot tear it.
constexpr std::size_t kJournalBlockBytes = 512;

// With these a journal ends that names a super-journal (SQLite's format), and it must be its end.
constexpr ByteArray<8> kSuperJournalEnd = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

// The part of SQLite's header that it reads before it holds a lock, to learn the page size.
constexpr std::size_t kUnlockedReadBytes = 100;

constexpr std::string_view kJournalSuffix = "-journal";

// SQLite's flag for the kind of file, but for one: to learn whether a journal still names a
// super-journal, SQLite opens it as if it were a super-journal itself.
int KindOf(const std::string& name, int open_flags) {
  const int kind = open_flags & kKinds;
  return kind == SQLITE_OPEN_SUPER_JOURNAL && name.ends_with(kJournalSuffix)
             ? SQLITE_OPEN_MAIN_JOURNAL
             : kind;
}

// The page size of a database of which this is the first that SQLite writes: a page, or the head of
// its journal. Blocks of another size would let a torn page take its neighbours with it.
std::uint32_t PageBytesFrom(int kind_flag, ByteView bytes, std::int64_t offset) {
  constexpr std::size_t kJournalPageSizeOffset = 24;  // big-endian (SQLite's format)
  std::size_t size = 0;
  if (kind_flag == SQLITE_OPEN_MAIN_DB && !bytes.empty() &&
      offset % static_cast<std::int64_t>(bytes.size()) == 0)
    size = bytes.size();
  if (kind_flag == SQLITE_OPEN_MAIN_JOURNAL && offset == 0 &&
      bytes.size() >= kJournalPageSizeOffset + 4)
    for (const std::uint8_t byte : bytes.subspan(kJournalPageSizeOffset, 4))
      size = size << 8 | byte;
  const bool is_page_size = std::has_single_bit(size) && size >= 512 && size <= 65536;
  return is_page_size ? static_cast<std::uint32_t>(size) : VaultHeader::kBlockBytes;
}

// Empty if SQLite did not name the journal after its database.
std::string MainPathOf(const std::string& name, int kind_flag) {
  const std::string_view suffix = kind_flag == SQLITE_OPEN_WAL ? "-wal" : kJournalSuffix;
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : std::string();
}

}  // namespace

VaultFile::VaultFile(VaultFileContext* context, StoredFile file, const std::string& name,
                     int open_flags)
    : context_(context), file_(file), kind_flag_(KindOf(name, open_flags)) {
  if (kind_flag_ == SQLITE_OPEN_MAIN_DB) main_path_ = name;
  if ((kind_flag_ & kJournalKinds) != 0) main_path_ = MainPathOf(name, kind_flag_);
  if (!main_path_.empty()) identity_ = context_->identities.Of(main_path_);
}

VaultFile::~VaultFile() {
  if (identity_ && plain_) identity_->ForgetJournal(plain_.get());
}

void VaultFile::MakePlain(const MainIdentity::Known& known) {
  const ByteView key = temporary_key_.empty() ? context_->key.page_key() : temporary_key_.view();
  auto cipher = std::make_unique<PageCipher>(key, known.file);
  if (kind_flag_ == SQLITE_OPEN_WAL) {
    plain_ = std::make_unique<WalFile>(file_, std::move(cipher));
    return;
  }
  BlockFile::Options options{.kind = RecordKind::kTemporaryBlock,
                             .block_bytes = VaultHeader::kBlockBytes,
                             .gathers_writes = true};
  if (kind_flag_ == SQLITE_OPEN_MAIN_DB) {
    options = {.kind = RecordKind::kMainPage,
               .stored_offset = VaultHeader::kBytes,
               .block_bytes = known.block_bytes};
  } else if ((kind_flag_ & kTemporaryKinds) == 0) {
    const bool is_super = kind_flag_ == SQLITE_OPEN_SUPER_JOURNAL;
    options = {.kind = is_super ? RecordKind::kSuperJournalBlock : RecordKind::kJournalBlock,
               .block_bytes = kJournalBlockBytes,
               .gathers_writes = !is_super,
               .gathers_on_only = true,
               .damage_reads_as_zeros = true,
               .fills_blocks = !is_super,
               .unfilled_end = kSuperJournalEnd};
  }
  plain_ = std::make_unique<BlockFile>(file_, std::move(cipher), options);
}

int VaultFile::Prepare(Purpose purpose, std::uint32_t block_bytes) {
  if (kind_flag_ == SQLITE_OPEN_MAIN_DB) return PrepareMain(purpose, block_bytes);
  if (plain_) return SQLITE_OK;
  if ((kind_flag_ & kJournalKinds) != 0) return PrepareJournal(purpose, block_bytes);
  if ((kind_flag_ & kTemporaryKinds) != 0) {
    temporary_key_ = SecretBytes(PageCipher::kKeyBytes);
    randombytes_buf(temporary_key_.span().data(), temporary_key_.size());
    MakePlain({});
  } else {
    MakePlain({context_->header_of_new_files.vault, 0, false});
  }
  return SQLITE_OK;
}

int VaultFile::PrepareMain(Purpose purpose, std::uint32_t block_bytes) {
  // What has a header keeps it: that is not looked up for each page. A file without one may be read
  // as empty, under the identity that its path had before, until it gets its own.
  if (has_header_) return SQLITE_OK;
  int code = SQLITE_OK;
  const ByteView header_key = context_->key.header_key();
  const auto known = purpose == Purpose::kRead
                         ? identity_->Load(file_, header_key, &code)
                         : identity_->LoadOrMake(file_, context_->header_of_new_files, block_bytes,
                                                 header_key, &code);
  has_header_ = known && known->is_stored;
  if (known && (!plain_ || has_header_)) MakePlain(*known);
  return code;
}

int VaultFile::PrepareJournal(Purpose purpose, std::uint32_t block_bytes) {
  if (main_path_.empty()) return SQLITE_CANTOPEN;
  StoredDatabase main(context_->below, main_path_, StoredDatabase::Mode::kExisting);
  int code = main.opened();
  if (code == SQLITE_CANTOPEN && purpose == Purpose::kRead) {
    // SQLite also looks into journals whose database is gone; nothing in them opens then. One that
    // is there and cannot be opened just now must not make its journal look empty.
    int exists = 1;
    sqlite3_vfs* below = context_->below;
    if (below->xAccess(below, main_path_.c_str(), SQLITE_ACCESS_EXISTS, &exists) != SQLITE_OK)
      return SQLITE_IOERR_ACCESS;
    if (exists != 0) return SQLITE_CANTOPEN;
    MakePlain({});
    return SQLITE_OK;
  }
  if (code != SQLITE_OK) return code;
  if (purpose == Purpose::kWrite && main.is_read_only()) return SQLITE_CANTOPEN;
  const ByteView header_key = context_->key.header_key();
  const VaultHeader& model = context_->header_of_new_files;
  const auto known =
      purpose == Purpose::kRead
          ? identity_->Load(main.file(), header_key, &code)
          : identity_->LoadOrMake(main.file(), model, block_bytes, header_key, &code);
  if (known) MakePlain(*known);
  return code;
}

int VaultFile::Read(std::span<std::uint8_t> out, std::int64_t offset) {
  const auto nothing = [&] {
    std::ranges::fill(out, std::uint8_t{0});
    return SQLITE_IOERR_SHORT_READ;
  };
  int code = Prepare(Purpose::kRead, 0);
  if (code == SQLITE_OK && !plain_) return nothing();
  if (code == SQLITE_OK) code = plain_->Read(out, offset);
  const bool unlocked =
      kind_flag_ == SQLITE_OPEN_MAIN_DB && offset == 0 && out.size() == kUnlockedReadBytes;
  // SQLite takes what this says for a hint, and looks again when it holds a lock. A crash may have
  // torn the first page; the journal or the WAL still has it whole, and SQLite comes to them only
  // if this read succeeds. What is no vault is refused then, and may be replaced until then.
  return unlocked && (code == SQLITE_IOERR_DATA || code == SQLITE_NOTADB) ? nothing() : code;
}

int VaultFile::Write(ByteView bytes, std::int64_t offset) {
  const std::uint32_t block_bytes =
      plain_ ? VaultHeader::kBlockBytes : PageBytesFrom(kind_flag_, bytes, offset);
  if (const int code = Prepare(Purpose::kWrite, block_bytes); code != SQLITE_OK) return code;
  if (kind_flag_ == SQLITE_OPEN_MAIN_JOURNAL && identity_) identity_->SetJournal(plain_.get());
  if (kind_flag_ == SQLITE_OPEN_MAIN_DB)
    if (const int code = identity_->FlushJournal(); code != SQLITE_OK) return code;
  return plain_->Write(bytes, offset);
}

int VaultFile::Truncate(std::int64_t size) {
  if (const int code = Prepare(Purpose::kRead, 0); code != SQLITE_OK) return code;
  return plain_ ? plain_->Truncate(size) : file_.Truncate(0);
}

int VaultFile::Size(std::int64_t* size) {
  *size = 0;
  if (const int code = Prepare(Purpose::kRead, 0); code != SQLITE_OK) return code;
  return plain_ ? plain_->Size(size) : SQLITE_OK;
}

int VaultFile::Sync(int flags) {
  if (const int code = Flush(); code != SQLITE_OK) return code;
  return file_.Sync(flags);
}

}  // namespace sacoche
