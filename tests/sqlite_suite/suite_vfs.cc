// Puts the vault under SQLite's own tests. SACOCHE_SUITE_VFS=plain in the environment leaves it
// out, for comparison.

#include "tests/sqlite_suite/suite_vfs.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/secret_bytes.h"
#include "platform/vault/stored_database.h"
#include "platform/vault/vault_vfs.h"

// SQLite's simulator of I/O errors counts calls; what the tests themselves look up is no such call.
extern "C" int sqlite3_io_error_pending;
extern "C" int sqlite3_io_error_hit;
extern "C" int sqlite3_diskfull_pending;

namespace sacoche {
namespace {

constexpr const char* kVaultName = "vault";
constexpr const char* kStorageName = "unix";

struct Simulator {
  const char* name;        // the suite's
  std::string name_below;  // what the simulator itself is called now
  std::unique_ptr<VaultVfs> vault;
};

// Live as long as the process: SQLite's tests initialise and shut down as they like.
std::unique_ptr<VaultVfs>& MainVault() {
  static auto* vault = new std::unique_ptr<VaultVfs>();
  return *vault;
}
std::map<sqlite3_vfs*, Simulator>& Simulators() {
  static auto* simulators = new std::map<sqlite3_vfs*, Simulator>();
  return *simulators;
}

bool IsPlain() {
  const char* choice = std::getenv("SACOCHE_SUITE_VFS");
  return choice != nullptr && std::string_view(choice) == "plain";
}

// The same in every process: the suite's crash tests write in one and read in another.
DataKey FixedKey() {
  SecretBytes bytes(DataKey::kBytes);
  std::ranges::fill(bytes.span(), std::uint8_t{42});
  return DataKey(std::move(bytes));
}

std::unique_ptr<VaultVfs> MakeVault(const std::string& name, const std::string& below,
                                    bool makes_default) {
  VaultHeader header;
  header.vault.fill(7);
  auto vault = VaultVfs::Register({.name = name,
                                   .below = below,
                                   .header_of_new_files = header,
                                   .allows_shared_memory = true,
                                   .makes_default = makes_default},
                                  FixedKey());
  return vault ? std::move(*vault) : nullptr;
}

class WithoutSimulatedErrors {
 public:
  WithoutSimulatedErrors()
      : pending_(sqlite3_io_error_pending),
        hit_(sqlite3_io_error_hit),
        full_(sqlite3_diskfull_pending) {
    sqlite3_io_error_pending = 0;
    sqlite3_diskfull_pending = 0;
  }
  WithoutSimulatedErrors(const WithoutSimulatedErrors&) = delete;
  WithoutSimulatedErrors& operator=(const WithoutSimulatedErrors&) = delete;
  ~WithoutSimulatedErrors() {
    sqlite3_io_error_pending = pending_;
    sqlite3_io_error_hit = hit_;
    sqlite3_diskfull_pending = full_;
  }

 private:
  int pending_;
  int hit_;
  int full_;
};

bool IsVault(const std::string& path) {
  StoredDatabase stored(kStorageName, path, StoredDatabase::Mode::kExisting);
  return stored.opened() == SQLITE_OK && ReadHeader(stored.file()).has_value();
}

// A stored file's plain side, opened in the vault.
class PlainSide {
 public:
  explicit PlainSide(const std::string& path) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(kVaultName);
    if (vfs == nullptr || IsPlain()) return;
    std::vector<char> full(static_cast<std::size_t>(vfs->mxPathname) + 1);
    if (vfs->xFullPathname(vfs, path.c_str(), vfs->mxPathname, full.data()) != SQLITE_OK) return;
    const std::string name = full.data();
    const auto [database, kind] = Kind(name);
    if (!IsVault(database)) return;
    memory_.resize(static_cast<std::size_t>(vfs->szOsFile));
    name_ = sqlite3_create_filename(name.c_str(), "", "", 0, nullptr);
    kind_ = kind;
    if (vfs->xOpen(vfs, name_, file(), SQLITE_OPEN_READWRITE | kind, nullptr) != SQLITE_OK)
      memory_.clear();
  }
  PlainSide(const PlainSide&) = delete;
  PlainSide& operator=(const PlainSide&) = delete;
  ~PlainSide() {
    if (!memory_.empty()) file()->pMethods->xClose(file());
    sqlite3_free_filename(name_);
  }

  [[nodiscard]] bool is_open() const { return !memory_.empty(); }
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }

  struct Piece {
    sqlite3_int64 from;
    sqlite3_int64 to;
  };
  // What SQLite would read or write at once: the header of a WAL goes alone. If there is one it
  // comes last, because without it the frames are not found.
  [[nodiscard]] std::vector<Piece> Pieces(sqlite3_int64 offset, int size) {
    const sqlite3_int64 end = offset + size;
    if (size == 0) return {};
    if (kind_ != SQLITE_OPEN_WAL || offset >= kWalHeaderBytes || end <= kWalHeaderBytes)
      return {{offset, end}};
    sqlite3_int64 there = 0;
    if (file()->pMethods->xFileSize(file(), &there) == SQLITE_OK && there < kWalHeaderBytes)
      return {{offset, kWalHeaderBytes}, {kWalHeaderBytes, end}};
    return {{kWalHeaderBytes, end}, {offset, kWalHeaderBytes}};
  }
  // Gives SQLite's code. A WAL's header is only ever written whole.
  int Write(const char* bytes, const Piece& piece) {
    const auto size = static_cast<int>(piece.to - piece.from);
    const bool is_header = kind_ == SQLITE_OPEN_WAL && piece.to <= kWalHeaderBytes;
    if (!is_header || size == kWalHeaderBytes)
      return file()->pMethods->xWrite(file(), bytes, size, piece.from);
    char header[kWalHeaderBytes];
    const int code = file()->pMethods->xRead(file(), header, kWalHeaderBytes, 0);
    if (code != SQLITE_OK) return code;
    std::copy_n(bytes, size, header + piece.from);
    return file()->pMethods->xWrite(file(), header, kWalHeaderBytes, 0);
  }

 private:
  static constexpr int kWalHeaderBytes = 32;

  static std::pair<std::string, int> Kind(const std::string& name) {
    const std::string_view all = name;
    for (const auto& [suffix, kind] :
         {std::pair<std::string_view, int>("-wal", SQLITE_OPEN_WAL),
          std::pair<std::string_view, int>("-journal", SQLITE_OPEN_MAIN_JOURNAL)})
      if (all.ends_with(suffix)) return {name.substr(0, name.size() - suffix.size()), kind};
    return {name, SQLITE_OPEN_MAIN_DB};
  }

  WithoutSimulatedErrors without_errors_;
  int kind_ = SQLITE_OPEN_MAIN_DB;
  std::vector<char> memory_;
  const char* name_ = nullptr;
};

}  // namespace
}  // namespace sacoche

using sacoche::IsPlain;
using sacoche::kStorageName;
using sacoche::kVaultName;
using sacoche::MainVault;
using sacoche::MakeVault;
using sacoche::PlainSide;
using sacoche::Simulators;

// SQLITE_EXTRA_INIT: at the end of each sqlite3_initialize that does something.
extern "C" int sacoche_suite_init(const char*) {
  if (IsPlain()) return SQLITE_OK;
  if (!MainVault()) {
    MainVault() = MakeVault(kVaultName, kStorageName, true);
    return MainVault() ? SQLITE_OK : SQLITE_NOMEM;
  }
  // After a shutdown: SQLite made its own the default again.
  sqlite3_vfs* vault = sqlite3_vfs_find(kVaultName);
  return vault == nullptr ? SQLITE_ERROR : sqlite3_vfs_register(vault, 1);
}

extern "C" sqlite3_vfs* suite_vfs_find(const char* name) {
  sqlite3_vfs* found = sqlite3_vfs_find(name);
  if (found == nullptr || IsPlain()) return found;
  if (std::string_view(found->zName) == kVaultName) return sqlite3_vfs_find(kStorageName);
  for (auto& [simulator, entry] : Simulators())
    if (std::string_view(entry.name) == found->zName) return simulator;
  return found;
}

extern "C" int suite_vfs_register(sqlite3_vfs* vfs, int make_default) {
  if (IsPlain()) return sqlite3_vfs_register(vfs, make_default);
  auto& entry = Simulators()[vfs];
  if (entry.vault == nullptr) {
    entry.name = vfs->zName;
    entry.name_below = std::string(entry.name) + "-below";
    vfs->zName = entry.name_below.c_str();
  }
  entry.vault.reset();
  const int code = sqlite3_vfs_register(vfs, 0);
  if (code != SQLITE_OK) return code;
  entry.vault = MakeVault(entry.name, entry.name_below, make_default != 0);
  return entry.vault ? SQLITE_OK : SQLITE_NOMEM;
}

extern "C" int suite_vfs_unregister(sqlite3_vfs* vfs) {
  const auto entry = Simulators().find(vfs);
  if (entry == Simulators().end()) return sqlite3_vfs_unregister(vfs);
  entry->second.vault.reset();
  const int code = sqlite3_vfs_unregister(vfs);
  vfs->zName = entry->second.name;
  Simulators().erase(entry);
  return code;
}

extern "C" int suite_vfs_read(const char* path, sqlite3_int64 offset, void* out, int size) {
  PlainSide plain(path);
  if (!plain.is_open()) return -1;
  sqlite3_int64 end = 0;
  if (plain.file()->pMethods->xFileSize(plain.file(), &end) != SQLITE_OK) return -2;
  const int there = static_cast<int>(std::clamp<sqlite3_int64>(end - offset, 0, size));
  auto* bytes = static_cast<char*>(out);
  for (const auto& [from, to] : plain.Pieces(offset, there))
    if (plain.file()->pMethods->xRead(plain.file(), bytes + (from - offset),
                                      static_cast<int>(to - from), from) != SQLITE_OK)
      return -2;
  return there;
}

extern "C" int suite_vfs_write(const char* path, sqlite3_int64 offset, const void* bytes,
                               int size) {
  PlainSide plain(path);
  if (!plain.is_open()) return -1;
  const auto* from_bytes = static_cast<const char*>(bytes);
  for (const auto& piece : plain.Pieces(offset, size))
    if (plain.Write(from_bytes + (piece.from - offset), piece) != SQLITE_OK) return -2;
  return plain.file()->pMethods->xSync(plain.file(), SQLITE_SYNC_NORMAL) == SQLITE_OK ? size : -2;
}

extern "C" int suite_vfs_truncate(const char* path, sqlite3_int64 size) {
  PlainSide plain(path);
  if (!plain.is_open()) return -1;
  return plain.file()->pMethods->xTruncate(plain.file(), size) == SQLITE_OK ? 0 : -2;
}

extern "C" sqlite3_int64 suite_vfs_size(const char* path) {
  PlainSide plain(path);
  sqlite3_int64 size = 0;
  if (!plain.is_open()) return -1;
  return plain.file()->pMethods->xFileSize(plain.file(), &size) == SQLITE_OK ? size : -1;
}
