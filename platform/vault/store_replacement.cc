#include "platform/vault/store_replacement.h"

namespace sacoche {
namespace {

constexpr const char* kWal = "-wal";

Status RenameIfThere(FileSystem& files, const std::string& from, const std::string& to) {
  return files.Exists(from) ? files.Rename(from, to) : Status();
}

bool HasBegun(FileSystem& files, const std::string& store_path) {
  return !files.Exists(store_path) && files.Exists(ReadyPath(store_path));
}

Status MakeRoomForReplaced(FileSystem& files, const std::string& store_path) {
  const std::string replaced = ReplacedPath(store_path);
  if (!files.Exists(replaced)) return {};
  int number = 2;
  while (files.Exists(replaced + "-" + std::to_string(number))) ++number;
  const std::string older = replaced + "-" + std::to_string(number);
  SACOCHE_TRY(RenameIfThere(files, replaced + kWal, older + kWal));
  return files.Rename(replaced, older);
}

}  // namespace

std::string ReadyPath(const std::string& store_path) { return store_path + "-ready"; }
std::string ReplacedPath(const std::string& store_path) { return store_path + "-replaced"; }

Status DiscardReady(FileSystem& files, const std::string& store_path) {
  if (HasBegun(files, store_path)) return {};
  SACOCHE_TRY(files.Remove(ReadyPath(store_path) + kWal));
  return files.Remove(ReadyPath(store_path));
}

Status ReplaceStore(FileSystem& files, const std::string& store_path) {
  if (files.Exists(ReadyPath(store_path) + kWal))
    return Fail(ErrorCode::kIo, "the new store could not be brought whole to the disk",
                "Check the disk and try again; the old store is untouched.");
  if (files.Exists(store_path)) {
    SACOCHE_TRY(MakeRoomForReplaced(files, store_path));
    // Before its WAL: a store without its WAL would open, and lack its last commits.
    SACOCHE_TRY(files.Rename(store_path, ReplacedPath(store_path)));
  }
  return FinishReplacement(files, store_path);
}

Status FinishReplacement(FileSystem& files, const std::string& store_path) {
  if (!HasBegun(files, store_path)) return {};
  SACOCHE_TRY(RenameIfThere(files, store_path + kWal, ReplacedPath(store_path) + kWal));
  return files.Rename(ReadyPath(store_path), store_path);
}

}  // namespace sacoche
