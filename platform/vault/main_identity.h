#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "platform/vault/vault_header.h"

namespace sacoche {

// Which file a path holds now. Shared by all handles on one database and on its journals, so that
// what the first learns or makes holds for all.
class MainIdentity {
 public:
  struct Known {
    VaultFileId file;
    std::uint32_t block_bytes;
    bool is_stored;  // the file has this header, and keeps it
  };

  // What the file's header says; nothing while the file is empty. SQLite's code in `code`:
  // SQLITE_NOTADB if it is no vault, or another vault's.
  std::optional<Known> Load(StoredFile file, ByteView header_key, int* code);

  // The same, and an empty file gets `model` as its header, with a new file id and these blocks.
  // The caller holds SQLite's lock for writing.
  std::optional<Known> LoadOrMake(StoredFile file, const VaultHeader& model,
                                  std::uint32_t block_bytes, ByteView header_key, int* code);

  // The rollback journal that was last written, by the handle that holds SQLite's lock for writing
  // (so there is one). It is to be in the file before a page of the database is: SQLite orders the
  // two by a sync, but for `synchronous=OFF`, where a killed program must lose nothing either.
  void SetJournal(PlainFile* journal);
  void ForgetJournal(const PlainFile* journal);
  [[nodiscard]] int FlushJournal();

 private:
  std::mutex mutex_;
  std::optional<VaultHeader> header_;
  PlainFile* journal_ = nullptr;
};

// The identities of the databases that are open, by path. SQLite names a journal after its
// database, and a journal's records are bound to the database that they belong to.
class MainIdentities {
 public:
  std::shared_ptr<MainIdentity> Of(const std::string& path);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<MainIdentity>> by_path_;
};

}  // namespace sacoche
