#include "tests/fakes/simulated_disk.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sacoche {
namespace {

using Change = SimulatedDisk::Change;
using Files = SimulatedDisk::Files;

void WriteInto(Bytes& content, std::int64_t offset, ByteView bytes) {
  const auto begin = static_cast<std::size_t>(offset);
  if (content.size() < begin + bytes.size()) content.resize(begin + bytes.size());
  std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(begin));
}

void ApplyTo(Files& files, const Change& change) {
  switch (change.kind) {
    case Change::Kind::kCreate:
      files[change.file];
      break;
    case Change::Kind::kWrite:
      WriteInto(files[change.file], change.offset, change.bytes);
      break;
    case Change::Kind::kTruncate:
      files[change.file].resize(static_cast<std::size_t>(change.offset));
      break;
    case Change::Kind::kDelete:
      files.erase(change.file);
      break;
    case Change::Kind::kSync:
      break;
  }
}

}  // namespace

// The functions that SQLite calls.
struct SimulatedDisk::Vfs {
  struct Handle {
    sqlite3_file base;
    SimulatedDisk* disk;
    std::string* path;
    bool temporary;
  };

  static SimulatedDisk& DiskOf(sqlite3_vfs* vfs) {
    return *static_cast<SimulatedDisk*>(vfs->pAppData);
  }
  static Handle& HandleOf(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static Bytes& ContentOf(sqlite3_file* file) {
    return HandleOf(file).disk->files_[*HandleOf(file).path];
  }

  static void Note(sqlite3_file* file, Change change) {
    if (HandleOf(file).temporary) return;
    change.file = *HandleOf(file).path;
    HandleOf(file).disk->changes_.push_back(std::move(change));
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    SimulatedDisk& disk = DiskOf(vfs);
    const std::string path =
        name != nullptr ? name : "temporary-" + std::to_string(disk.temporary_files_++);
    file->pMethods = nullptr;
    if (const auto fault = disk.FaultOf(Operation::kOpen)) return fault->code;
    const bool there = disk.files_.contains(path);
    if (!there && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    if (there && (flags & SQLITE_OPEN_EXCLUSIVE) != 0) return SQLITE_CANTOPEN;
    auto* handle = new (file) Handle{{&memory_vfs::kMethods<Vfs>},
                                     &disk,
                                     new std::string(path),
                                     (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    if (!there) {
      disk.files_[path];
      Note(&handle->base, {.kind = Change::Kind::kCreate, .file = {}, .bytes = {}});
    }
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }

  static int Close(sqlite3_file* file) {
    Handle& handle = HandleOf(file);
    if (handle.temporary) handle.disk->files_.erase(*handle.path);
    delete handle.path;
    return SQLITE_OK;
  }

  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    const auto fault = HandleOf(file).disk->FaultOf(Operation::kRead);
    if (fault && !fault->shortens) return fault->code;
    const Bytes& content = ContentOf(file);
    const std::size_t begin = std::min(content.size(), static_cast<std::size_t>(offset));
    std::size_t count = std::min(content.size() - begin, static_cast<std::size_t>(size));
    if (fault) count /= 2;
    std::memset(out, 0, static_cast<std::size_t>(size));
    if (count > 0) std::memcpy(out, content.data() + begin, count);
    return count == static_cast<std::size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    ByteView bytes(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
    const auto fault = HandleOf(file).disk->FaultOf(Operation::kWrite);
    if (fault && !fault->shortens) return fault->code;
    if (fault) bytes = bytes.first(bytes.size() / 2);
    WriteInto(ContentOf(file), offset, bytes);
    Note(file, {Change::Kind::kWrite, {}, offset, CopyOf(bytes)});
    return fault ? fault->code : SQLITE_OK;
  }

  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const auto fault = HandleOf(file).disk->FaultOf(Operation::kTruncate)) return fault->code;
    ContentOf(file).resize(static_cast<std::size_t>(size));
    Note(file, {Change::Kind::kTruncate, {}, size, {}});
    return SQLITE_OK;
  }

  static int Sync(sqlite3_file* file, int) {
    if (const auto fault = HandleOf(file).disk->FaultOf(Operation::kSync)) return fault->code;
    Note(file, {.kind = Change::Kind::kSync, .file = {}, .bytes = {}});
    return SQLITE_OK;
  }

  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(ContentOf(file).size());
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs* vfs, const char* name, int) {
    SimulatedDisk& disk = DiskOf(vfs);
    if (disk.files_.erase(name) == 0) return SQLITE_IOERR_DELETE_NOENT;
    disk.changes_.push_back({.kind = Change::Kind::kDelete, .file = name, .bytes = {}});
    return SQLITE_OK;
  }
  static int Access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    *result = DiskOf(vfs).files_.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
};

SimulatedDisk::SimulatedDisk(Files files) : files_(std::move(files)) {
  static int made = 0;
  name_ = "simulated-disk-" + std::to_string(++made);
  memory_vfs::Register<Vfs>(vfs_, name_, this);
}

SimulatedDisk::~SimulatedDisk() { sqlite3_vfs_unregister(&vfs_); }

std::optional<SimulatedDisk::Fault> SimulatedDisk::FaultOf(Operation operation) {
  if (!fault_ || fault_->operation != operation) return std::nullopt;
  if (fault_->after > 0) {
    --fault_->after;
    return std::nullopt;
  }
  const Fault fault = *fault_;
  broke_ = true;
  if (!fault.goes_on) fault_.reset();
  return fault;
}

void CrashImages::Feed(const Change& change) {
  if (change.kind == Change::Kind::kDelete) {
    // SQLite deletes what it no longer needs; that the name comes back is covered by cuts before.
    std::erase_if(unsynced_, [&](const Change& other) { return other.file == change.file; });
    durable_.erase(change.file);
    return;
  }
  if (change.kind != Change::Kind::kSync) {
    unsynced_.push_back(change);
    return;
  }
  for (const Change& pending : unsynced_)
    if (pending.file == change.file) ApplyTo(durable_, pending);
  std::erase_if(unsynced_, [&](const Change& other) { return other.file == change.file; });
}

Files CrashImages::AllWritten() const {
  Files files = durable_;
  for (const Change& change : unsynced_) ApplyTo(files, change);
  return files;
}

Files CrashImages::SomeSectors(std::mt19937_64& random) const {
  Files files = durable_;
  for (const Change& change : unsynced_) {
    if (change.kind != Change::Kind::kWrite) {
      if (random() % 2 == 0) ApplyTo(files, change);
      continue;
    }
    const auto begin = static_cast<std::size_t>(change.offset);
    for (std::size_t at = 0; at < change.bytes.size();) {
      const std::size_t count =
          std::min(change.bytes.size() - at, kSectorBytes - (begin + at) % kSectorBytes);
      if (random() % 2 == 0)
        WriteInto(files[change.file], change.offset + static_cast<std::int64_t>(at),
                  ByteView(change.bytes).subspan(at, count));
      at += count;
    }
  }
  return files;
}

std::optional<Files> CrashImages::LastWriteTorn(std::size_t sectors) const {
  if (unsynced_.empty() || unsynced_.back().kind != Change::Kind::kWrite) return std::nullopt;
  const Change& last = unsynced_.back();
  const std::size_t kept = sectors * kSectorBytes;
  const std::size_t before = static_cast<std::size_t>(last.offset) % kSectorBytes;
  if (kept < before || kept - before >= last.bytes.size()) return std::nullopt;
  Files files = durable_;
  for (const Change& change : unsynced_)
    if (&change != &last) ApplyTo(files, change);
  WriteInto(files[last.file], last.offset, ByteView(last.bytes).first(kept - before));
  return files;
}

}  // namespace sacoche
