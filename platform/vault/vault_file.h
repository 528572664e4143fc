#pragma once

#include <memory>
#include <string>

#include "platform/vault/data_key.h"
#include "platform/vault/main_identity.h"
#include "platform/vault/stored_file.h"

namespace sacoche {

// What the files of one VaultVfs share. Outlives them.
struct VaultFileContext {
  sqlite3_vfs* below;
  DataKey key;
  VaultHeader header_of_new_files;
  MainIdentities identities;
};

// One file that SQLite opened through the vault: which kind it is decides how it is sealed. The
// plain side comes into being when the database's identity is known, that is, at the latest with
// the first write. Offsets are plain ones, results SQLite's codes.
class VaultFile {
 public:
  // `open_flags` are SQLite's, with one SQLITE_OPEN_xxx kind among them; `name` is empty for a
  // nameless temporary file.
  VaultFile(VaultFileContext* context, StoredFile file, const std::string& name, int open_flags);
  VaultFile(const VaultFile&) = delete;
  VaultFile& operator=(const VaultFile&) = delete;
  ~VaultFile();

  [[nodiscard]] int Read(std::span<std::uint8_t> out, std::int64_t offset);
  [[nodiscard]] int Write(ByteView bytes, std::int64_t offset);
  [[nodiscard]] int Truncate(std::int64_t size);
  [[nodiscard]] int Size(std::int64_t* size);
  [[nodiscard]] int Sync(int flags);
  [[nodiscard]] int Flush() { return plain_ ? plain_->Flush() : SQLITE_OK; }

  [[nodiscard]] StoredFile stored() const { return file_; }

 private:
  enum class Purpose { kRead, kWrite };

  // Makes plain_ if what it needs is there; SQLITE_OK without plain_ means an empty database.
  [[nodiscard]] int Prepare(Purpose purpose, std::uint32_t block_bytes);
  [[nodiscard]] int PrepareMain(Purpose purpose, std::uint32_t block_bytes);
  [[nodiscard]] int PrepareJournal(Purpose purpose, std::uint32_t block_bytes);
  void MakePlain(const MainIdentity::Known& known);

  VaultFileContext* context_;
  StoredFile file_;
  int kind_flag_;
  std::string main_path_;
  std::shared_ptr<MainIdentity> identity_;
  bool has_header_ = false;  // of a database: this handle saw its header in the file
  SecretBytes temporary_key_;
  std::unique_ptr<PlainFile> plain_;
};

}  // namespace sacoche
