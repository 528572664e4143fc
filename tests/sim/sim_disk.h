#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "tests/sim/choices.h"

namespace sacoche::sim {

// A disk in memory, as an SQLite VFS, made for millions of commits: it remembers only what was
// written since each file's last sync, which is all that a power cut can lose. One thread; locks
// always succeed. tests/fakes/simulated_disk.h remembers everything, and so can be asked about
// every moment.
class SimDisk {
 public:
  using Files = std::map<std::string, Bytes>;

  SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;
  ~SimDisk();

  [[nodiscard]] const std::string& vfs_name() const { return name_; }

  // kPowerCut: after so many more writes, truncations or syncs, nothing works until Restart.
  // kFull, kBroken: that operation and those after it fail until Mend.
  enum class Fault { kNone, kPowerCut, kFull, kBroken };
  void Plan(Fault fault, std::uint64_t operations_from_now);
  void Mend();
  // The planned fault has come.
  [[nodiscard]] bool struck() const { return struck_; }
  [[nodiscard]] bool is_off() const { return struck_ && fault_ == Fault::kPowerCut; }

  // What of the unsynced writes a power cut left behind. No file may be open.
  enum class Kept { kAll, kNothing, kSomeSectors };
  void Restart(Kept kept, Choices& choices);

  [[nodiscard]] Files Copy() const;
  // Everything else is gone. No file may be open.
  void Replace(const Files& files);
  [[nodiscard]] bool Contains(std::string_view text) const;

 private:
  struct Vfs;
  struct Unsynced {
    std::size_t offset = 0;
    std::size_t size_before = 0;
    Bytes before;  // what stood there, as far as the file reached
    Bytes after;   // empty: a truncation to `offset`
  };
  struct File {
    Bytes content;
    std::vector<Unsynced> unsynced;
  };

  // The code of SQLite's with which this operation fails, or SQLITE_OK.
  int Operate();
  static void Restore(File& file, Kept kept, Choices& choices);

  std::string name_;
  std::map<std::string, std::shared_ptr<File>> files_;
  Fault fault_ = Fault::kNone;
  std::uint64_t operations_left_ = 0;
  bool struck_ = false;
  std::uint64_t temporary_files_ = 0;
  sqlite3_vfs vfs_{};
};

}  // namespace sacoche::sim
