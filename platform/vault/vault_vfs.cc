#include "platform/vault/vault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

#include "platform/base/check.h"
#include "platform/vault/vault_file.h"

namespace sacoche {

struct VaultVfs::State {
  Options options;
  VaultFileContext context;
  sqlite3_vfs vfs{};
};

namespace {

// What SQLite sees of an open file; the file of the VFS below lies behind it in SQLite's memory.
struct Handle {
  sqlite3_file base;
  std::unique_ptr<VaultFile> file;
};

constexpr std::size_t kHandleBytes =
    (sizeof(Handle) + alignof(std::max_align_t) - 1) & ~(alignof(std::max_align_t) - 1);

Handle* HandleOf(sqlite3_file* file) { return reinterpret_cast<Handle*>(file); }
VaultFile& FileOf(sqlite3_file* file) { return *HandleOf(file)->file; }

sqlite3_file* Below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kHandleBytes);
}
const sqlite3_io_methods& MethodsBelow(sqlite3_file* file) { return *Below(file)->pMethods; }

VaultVfs::State& StateOf(sqlite3_vfs* vfs) { return *static_cast<VaultVfs::State*>(vfs->pAppData); }
sqlite3_vfs* VfsBelow(sqlite3_vfs* vfs) { return StateOf(vfs).context.below; }

std::span<std::uint8_t> Span(void* data, int size) {
  return {static_cast<std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

// -- Files: what is sealed ---------------------------------------------------------------------

int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  return FileOf(file).Read(Span(out, size), offset);
}
int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  return FileOf(file).Write(
      {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)}, offset);
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) { return FileOf(file).Truncate(size); }
int Sync(sqlite3_file* file, int flags) { return FileOf(file).Sync(flags); }
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  std::int64_t bytes = 0;
  const int code = FileOf(file).Size(&bytes);
  *size = bytes;
  return code;
}

int Close(sqlite3_file* file) {
  // What a journal still holds back is of use to a reader only; a commit has synced what it needs.
  const int flushed = FileOf(file).Flush();
  const int closed = MethodsBelow(file).xClose(Below(file));
  HandleOf(file)->file.reset();
  std::destroy_at(HandleOf(file));
  return flushed == SQLITE_OK ? closed : flushed;
}

int FileControl(sqlite3_file* file, int operation, void* argument) {
  switch (operation) {
    // Sizes that mean plain bytes, and ways around the vault.
    case SQLITE_FCNTL_SIZE_HINT:
    case SQLITE_FCNTL_CHUNK_SIZE:
      return SQLITE_OK;
    case SQLITE_FCNTL_MMAP_SIZE:
      *static_cast<sqlite3_int64*>(argument) = 0;
      return SQLITE_OK;
    case SQLITE_FCNTL_BEGIN_ATOMIC_WRITE:
    case SQLITE_FCNTL_COMMIT_ATOMIC_WRITE:
    case SQLITE_FCNTL_ROLLBACK_ATOMIC_WRITE:
      return SQLITE_NOTFOUND;
    default:
      break;
  }
  const int code = MethodsBelow(file).xFileControl(Below(file), operation, argument);
  if (operation == SQLITE_FCNTL_VFSNAME && code == SQLITE_OK) {
    auto** name = static_cast<char**>(argument);
    *name = sqlite3_mprintf("vault/%z", *name);
  }
  return code;
}

int DeviceCharacteristics(sqlite3_file* file) {
  // What stays true of a file whose records are larger than SQLite's pages. Whether a write harms
  // its neighbours is for the disk to say.
  return MethodsBelow(file).xDeviceCharacteristics(Below(file)) &
         (SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN | SQLITE_IOCAP_POWERSAFE_OVERWRITE |
          SQLITE_IOCAP_IMMUTABLE);
}

// -- Files: what is handed on ------------------------------------------------------------------

int Lock(sqlite3_file* file, int level) { return MethodsBelow(file).xLock(Below(file), level); }
int Unlock(sqlite3_file* file, int level) { return MethodsBelow(file).xUnlock(Below(file), level); }
int CheckReservedLock(sqlite3_file* file, int* reserved) {
  return MethodsBelow(file).xCheckReservedLock(Below(file), reserved);
}
int SectorSize(sqlite3_file* file) {
  // SQLite aligns to sectors what it syncs apart, and a journal is sealed in blocks of 512 bytes.
  constexpr int kSectorBytesMin = 512;
  return std::max(kSectorBytesMin, MethodsBelow(file).xSectorSize(Below(file)));
}
int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  return MethodsBelow(file).xShmMap(Below(file), region, size, extend, out);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return MethodsBelow(file).xShmLock(Below(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { MethodsBelow(file).xShmBarrier(Below(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return MethodsBelow(file).xShmUnmap(Below(file), remove);
}

// Version 1 has no shared memory; version 3 would add mmap, which shows the sealed bytes.
constexpr sqlite3_io_methods Methods(int version) {
  return {version,
          Close,
          Read,
          Write,
          Truncate,
          Sync,
          FileSize,
          Lock,
          Unlock,
          CheckReservedLock,
          FileControl,
          SectorSize,
          DeviceCharacteristics,
          ShmMap,
          ShmLock,
          ShmBarrier,
          ShmUnmap,
          nullptr,
          nullptr};
}
constexpr sqlite3_io_methods kMethods = Methods(1);
constexpr sqlite3_io_methods kMethodsWithSharedMemory = Methods(2);

// -- The VFS -----------------------------------------------------------------------------------

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  VaultVfs::State& state = StateOf(vfs);
  auto* handle = new (file) Handle{};
  const int code =
      state.context.below->xOpen(state.context.below, name, Below(file), flags, flags_out);
  if (code != SQLITE_OK) {
    if (Below(file)->pMethods != nullptr) MethodsBelow(file).xClose(Below(file));
    std::destroy_at(handle);
    file->pMethods = nullptr;
    return code;
  }
  handle->file = std::make_unique<VaultFile>(&state.context, StoredFile(Below(file)),
                                             name == nullptr ? "" : name, flags);
  const bool shares = state.options.allows_shared_memory && MethodsBelow(file).iVersion >= 2 &&
                      MethodsBelow(file).xShmMap != nullptr;
  handle->base.pMethods = shares ? &kMethodsWithSharedMemory : &kMethods;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  return VfsBelow(vfs)->xDelete(VfsBelow(vfs), name, sync_folder);
}
int Access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  return VfsBelow(vfs)->xAccess(VfsBelow(vfs), name, flags, result);
}
int FullPathname(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return VfsBelow(vfs)->xFullPathname(VfsBelow(vfs), name, size, out);
}
void* DlOpen(sqlite3_vfs* vfs, const char* name) {
  return VfsBelow(vfs)->xDlOpen(VfsBelow(vfs), name);
}
void DlError(sqlite3_vfs* vfs, int size, char* message) {
  VfsBelow(vfs)->xDlError(VfsBelow(vfs), size, message);
}
void (*DlSym(sqlite3_vfs* vfs, void* library, const char* symbol))(void) {
  return VfsBelow(vfs)->xDlSym(VfsBelow(vfs), library, symbol);
}
void DlClose(sqlite3_vfs* vfs, void* library) { VfsBelow(vfs)->xDlClose(VfsBelow(vfs), library); }
int Randomness(sqlite3_vfs* vfs, int size, char* out) {
  return VfsBelow(vfs)->xRandomness(VfsBelow(vfs), size, out);
}
int Sleep(sqlite3_vfs* vfs, int microseconds) {
  return VfsBelow(vfs)->xSleep(VfsBelow(vfs), microseconds);
}
int CurrentTime(sqlite3_vfs* vfs, double* days) {
  return VfsBelow(vfs)->xCurrentTime(VfsBelow(vfs), days);
}
int GetLastError(sqlite3_vfs* vfs, int size, char* message) {
  return VfsBelow(vfs)->xGetLastError(VfsBelow(vfs), size, message);
}
int CurrentTimeInt64(sqlite3_vfs* vfs, sqlite3_int64* ms) {
  return VfsBelow(vfs)->xCurrentTimeInt64(VfsBelow(vfs), ms);
}
int SetSystemCall(sqlite3_vfs* vfs, const char* name, sqlite3_syscall_ptr call) {
  return VfsBelow(vfs)->xSetSystemCall(VfsBelow(vfs), name, call);
}
sqlite3_syscall_ptr GetSystemCall(sqlite3_vfs* vfs, const char* name) {
  return VfsBelow(vfs)->xGetSystemCall(VfsBelow(vfs), name);
}
const char* NextSystemCall(sqlite3_vfs* vfs, const char* name) {
  return VfsBelow(vfs)->xNextSystemCall(VfsBelow(vfs), name);
}

// SQLite leaves some of a VFS's functions optional, and asks whether they are there.
template <typename Function>
Function IfBelow(bool has_it, Function function) {
  return has_it ? function : nullptr;
}

sqlite3_vfs Describe(VaultVfs::State& state) {
  sqlite3_vfs* below = state.context.below;
  sqlite3_vfs vfs{};
  vfs.iVersion = below->iVersion;
  vfs.szOsFile = static_cast<int>(kHandleBytes) + below->szOsFile;
  vfs.mxPathname = below->mxPathname;
  vfs.zName = state.options.name.c_str();
  vfs.pAppData = &state;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xDlOpen = IfBelow(below->xDlOpen != nullptr, DlOpen);
  vfs.xDlError = IfBelow(below->xDlError != nullptr, DlError);
  vfs.xDlSym = IfBelow(below->xDlSym != nullptr, DlSym);
  vfs.xDlClose = IfBelow(below->xDlClose != nullptr, DlClose);
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTime;
  vfs.xGetLastError = IfBelow(below->xGetLastError != nullptr, GetLastError);
  if (below->iVersion < 2) return vfs;
  vfs.xCurrentTimeInt64 = IfBelow(below->xCurrentTimeInt64 != nullptr, CurrentTimeInt64);
  if (below->iVersion < 3) return vfs;
  vfs.xSetSystemCall = IfBelow(below->xSetSystemCall != nullptr, SetSystemCall);
  vfs.xGetSystemCall = IfBelow(below->xGetSystemCall != nullptr, GetSystemCall);
  vfs.xNextSystemCall = IfBelow(below->xNextSystemCall != nullptr, NextSystemCall);
  return vfs;
}

}  // namespace

VaultVfs::VaultVfs(std::unique_ptr<State> state) : state_(std::move(state)) {}

VaultVfs::~VaultVfs() { sqlite3_vfs_unregister(&state_->vfs); }

const std::string& VaultVfs::name() const { return state_->options.name; }

void VaultVfs::SetSlotsOfNewFiles(const std::vector<KeySlot>& slots) {
  state_->context.header_of_new_files.slots = slots;
}

Result<std::unique_ptr<VaultVfs>> VaultVfs::Register(const Options& options, DataKey key) {
  if (sqlite3_initialize() != SQLITE_OK)
    return Fail(ErrorCode::kIo, "out of memory", "Close other programs.");
  sqlite3_vfs* below = sqlite3_vfs_find(options.below.empty() ? nullptr : options.below.c_str());
  if (below == nullptr) return Fail(ErrorCode::kIo, "there is no such file layer");
  auto state = std::unique_ptr<State>(
      new State{options, {below, std::move(key), options.header_of_new_files, {}}});
  state->vfs = Describe(*state);
  if (sqlite3_vfs_register(&state->vfs, options.makes_default ? 1 : 0) != SQLITE_OK)
    return Fail(ErrorCode::kIo, "out of memory", "Close other programs.");
  return std::unique_ptr<VaultVfs>(new VaultVfs(std::move(state)));
}

}  // namespace sacoche
