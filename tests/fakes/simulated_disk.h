#pragma once

#include <sqlite3.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "tests/fakes/memory_vfs.h"

namespace sacoche {

// A disk in memory, as an SQLite VFS: it remembers every change in order, so that a test can ask
// what might be on a real disk had the power failed at any moment, and it can fail on demand. One
// thread; locks always succeed.
class SimulatedDisk {
 public:
  using Files = std::map<std::string, Bytes>;

  struct Change {
    enum class Kind { kCreate, kWrite, kTruncate, kSync, kDelete };
    Kind kind;
    std::string file;
    std::int64_t offset = 0;  // of a write; the new size for a truncation
    Bytes bytes;              // of a write
  };

  explicit SimulatedDisk(Files files = {});
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;
  ~SimulatedDisk();

  [[nodiscard]] const std::string& vfs_name() const { return name_; }
  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] Files& files() { return files_; }
  // For a long run: what was fed to CrashImages need not be kept here.
  void ForgetChanges() { changes_.clear(); }

  // The n-th operation from now (from 0) that the filter admits fails with this code of SQLite's,
  // and each one after it, if `goes_on`.
  enum class Operation { kOpen, kRead, kWrite, kTruncate, kSync };
  struct Fault {
    Operation operation;
    std::uint64_t after = 0;
    int code = SQLITE_IOERR;
    bool goes_on = false;
    bool shortens = false;  // a write leaves half of its bytes behind, a read gives half
  };
  void Break(const Fault& fault) { fault_ = fault; }
  void Mend() { fault_.reset(); }
  [[nodiscard]] bool broke() const { return broke_; }

 private:
  struct Vfs;
  [[nodiscard]] std::optional<Fault> FaultOf(Operation operation);

  std::string name_;
  Files files_;
  std::vector<Change> changes_;
  std::optional<Fault> fault_;
  bool broke_ = false;
  std::uint64_t temporary_files_ = 0;
  sqlite3_vfs vfs_{};
};

// What may be on a disk after a power cut. Feed it the changes one by one; the images are then
// those of a cut just after the last one.
class CrashImages {
 public:
  explicit CrashImages(SimulatedDisk::Files durable) : durable_(std::move(durable)) {}

  void Feed(const SimulatedDisk::Change& change);

  // The program died, the system wrote everything.
  [[nodiscard]] SimulatedDisk::Files AllWritten() const;
  // Nothing that was not synced arrived.
  [[nodiscard]] SimulatedDisk::Files NothingUnsynced() const { return durable_; }
  // Of what was not synced, each sector arrived or not, by chance: losses, tears and reordering.
  [[nodiscard]] SimulatedDisk::Files SomeSectors(std::mt19937_64& random) const;
  // All arrived but the last write, of which only the sectors before the n-th did. Nothing if it
  // is not so long, or the last change was no write.
  [[nodiscard]] std::optional<SimulatedDisk::Files> LastWriteTorn(std::size_t sectors) const;

 private:
  static constexpr std::size_t kSectorBytes = memory_vfs::kSectorBytes;

  SimulatedDisk::Files durable_;
  std::vector<SimulatedDisk::Change> unsynced_;
};

}  // namespace sacoche
