#include "tests/sim/sim_disk.h"

#include <algorithm>
#include <cstring>

#include "tests/fakes/memory_vfs.h"

namespace sacoche::sim {
namespace {

using memory_vfs::kSectorBytes;
constexpr int kFixedMs = 1000;

}  // namespace

// The functions that SQLite calls.
struct SimDisk::Vfs {
  struct Handle {
    sqlite3_file base;
    SimDisk* disk;
    std::shared_ptr<File>* file;
    std::string* temporary;  // to be removed when it is closed
  };

  static SimDisk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<SimDisk*>(vfs->pAppData); }
  static Handle& HandleOf(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static File& FileOf(sqlite3_file* file) { return **HandleOf(file).file; }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    SimDisk& disk = DiskOf(vfs);
    file->pMethods = nullptr;
    if (disk.is_off()) return SQLITE_CANTOPEN;
    const std::string path =
        name != nullptr ? name : "temporary-" + std::to_string(disk.temporary_files_++);
    const auto found = disk.files_.find(path);
    if (found == disk.files_.end() && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    auto& content = disk.files_[path];
    if (!content) content = std::make_shared<File>();
    const bool temporary = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    new (file) Handle{{&memory_vfs::kMethods<Vfs>},
                      &disk,
                      new std::shared_ptr<File>(content),
                      temporary ? new std::string(path) : nullptr};
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }

  static int Close(sqlite3_file* file) {
    Handle& handle = HandleOf(file);
    if (handle.temporary != nullptr) handle.disk->files_.erase(*handle.temporary);
    delete handle.temporary;
    delete handle.file;
    return SQLITE_OK;
  }

  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    if (HandleOf(file).disk->is_off()) return SQLITE_IOERR_READ;
    const Bytes& content = FileOf(file).content;
    const std::size_t begin = std::min(content.size(), static_cast<std::size_t>(offset));
    const std::size_t count = std::min(content.size() - begin, static_cast<std::size_t>(size));
    if (count > 0) std::memcpy(out, content.data() + begin, count);
    if (count == static_cast<std::size_t>(size)) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + count, 0, static_cast<std::size_t>(size) - count);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    if (const int code = HandleOf(file).disk->Operate(); code != SQLITE_OK) return code;
    File& target = FileOf(file);
    const auto offset = static_cast<std::size_t>(at);
    const ByteView bytes(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
    const std::size_t end = offset + bytes.size();
    const std::size_t size_before = target.content.size();
    Unsynced change{offset, size_before, {}, CopyOf(bytes)};
    if (offset < size_before)
      change.before =
          CopyOf(ByteView(target.content).subspan(offset, std::min(size_before, end) - offset));
    if (end > size_before) target.content.resize(end);
    // Not std::ranges::copy: GCC 12 makes a loop by bytes of it, and this is the busiest line here.
    if (!bytes.empty()) std::memcpy(target.content.data() + offset, bytes.data(), bytes.size());
    target.unsynced.push_back(std::move(change));
    return SQLITE_OK;
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int code = HandleOf(file).disk->Operate(); code != SQLITE_OK) return code;
    File& target = FileOf(file);
    const std::size_t kept = std::min(target.content.size(), static_cast<std::size_t>(size));
    target.unsynced.push_back(
        {kept, target.content.size(), CopyOf(ByteView(target.content).subspan(kept)), {}});
    target.content.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }

  static int Sync(sqlite3_file* file, int) {
    if (const int code = HandleOf(file).disk->Operate(); code != SQLITE_OK) return code;
    FileOf(file).unsynced.clear();
    return SQLITE_OK;
  }

  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(FileOf(file).content.size());
    return SQLITE_OK;
  }

  // SQLite deletes only what it no longer needs.
  static int Delete(sqlite3_vfs* vfs, const char* name, int) {
    SimDisk& disk = DiskOf(vfs);
    if (disk.is_off()) return SQLITE_IOERR_DELETE;
    return disk.files_.erase(name) == 0 ? SQLITE_IOERR_DELETE_NOENT : SQLITE_OK;
  }
  static int Access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    *result = DiskOf(vfs).files_.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
  static int Randomness(sqlite3_vfs*, int size, char* out) {
    std::memset(out, 7, static_cast<std::size_t>(size));
    return size;
  }
  static int CurrentTime(sqlite3_vfs*, sqlite3_int64* now) {
    *now = kFixedMs;
    return SQLITE_OK;
  }
};

SimDisk::SimDisk() {
  static int made = 0;
  name_ = "sim-disk-" + std::to_string(++made);
  memory_vfs::Register<Vfs>(vfs_, name_, this);
  vfs_.xRandomness = Vfs::Randomness;
  vfs_.xCurrentTimeInt64 = Vfs::CurrentTime;
}

SimDisk::~SimDisk() { sqlite3_vfs_unregister(&vfs_); }

void SimDisk::Plan(Fault fault, std::uint64_t operations_from_now) {
  fault_ = fault;
  operations_left_ = operations_from_now;
  struck_ = false;
}

void SimDisk::Mend() {
  fault_ = Fault::kNone;
  struck_ = false;
}

int SimDisk::Operate() {
  if (fault_ == Fault::kNone) return SQLITE_OK;
  if (!struck_ && operations_left_ > 0) {
    --operations_left_;
    return SQLITE_OK;
  }
  struck_ = true;
  return fault_ == Fault::kFull ? SQLITE_FULL : SQLITE_IOERR;
}

void SimDisk::Restart(Kept kept, Choices& choices) {
  for (auto& [name, file] : files_) Restore(*file, kept, choices);
  Mend();
}

// Back to what was synced, then forward again by what arrived.
void SimDisk::Restore(File& file, Kept kept, Choices& choices) {
  if (kept == Kept::kAll) {
    file.unsynced.clear();
    return;
  }
  for (auto it = file.unsynced.rbegin(); it != file.unsynced.rend(); ++it) {
    file.content.resize(it->size_before);
    std::ranges::copy(it->before, file.content.begin() + static_cast<std::ptrdiff_t>(it->offset));
  }
  if (kept == Kept::kSomeSectors) {
    for (const Unsynced& change : file.unsynced) {
      if (change.after.empty()) {
        if (choices.OneIn(2)) file.content.resize(change.offset);
        continue;
      }
      for (std::size_t at = 0; at < change.after.size();) {
        const std::size_t begin = change.offset + at;
        const std::size_t count =
            std::min(change.after.size() - at, kSectorBytes - begin % kSectorBytes);
        if (choices.OneIn(2)) {
          if (file.content.size() < begin + count) file.content.resize(begin + count);
          std::copy_n(change.after.begin() + static_cast<std::ptrdiff_t>(at), count,
                      file.content.begin() + static_cast<std::ptrdiff_t>(begin));
        }
        at += count;
      }
    }
  }
  file.unsynced.clear();
}

SimDisk::Files SimDisk::Copy() const {
  Files files;
  for (const auto& [name, file] : files_) files[name] = file->content;
  return files;
}

void SimDisk::Replace(const Files& files) {
  files_.clear();
  for (const auto& [name, content] : files)
    files_[name] = std::make_shared<File>(File{content, {}});
  Mend();
}

bool SimDisk::Contains(std::string_view text) const {
  return std::ranges::any_of(files_, [&](const auto& file) {
    return TextOf(file.second->content).find(text) != std::string_view::npos;
  });
}

}  // namespace sacoche::sim
