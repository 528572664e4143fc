#pragma once

#include <sqlite3.h>

#include <string>

#include "platform/base/check.h"

namespace sacoche::memory_vfs {

// What file systems in memory have in common. A `Layer` has what they differ in: Handle, Open,
// Close, Read, Write, Truncate, Sync, FileSize, Delete and Access. One process opens their files,
// so that locks always succeed.

inline constexpr std::size_t kSectorBytes = 512;

inline int Lock(sqlite3_file*, int) { return SQLITE_OK; }
inline int CheckReservedLock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
inline int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
inline int SectorSize(sqlite3_file*) { return static_cast<int>(kSectorBytes); }
inline int DeviceCharacteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
inline int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

// Version 1: neither shared memory nor mmap.
template <class Layer>
inline constexpr sqlite3_io_methods kMethods = {1,
                                                Layer::Close,
                                                Layer::Read,
                                                Layer::Write,
                                                Layer::Truncate,
                                                Layer::Sync,
                                                Layer::FileSize,
                                                Lock,
                                                Lock,
                                                CheckReservedLock,
                                                FileControl,
                                                SectorSize,
                                                DeviceCharacteristics,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr};

// Makes `vfs` that layer over `disk` and known to SQLite by `name`, which must outlive it. Time and
// randomness are the machine's unless changed.
template <class Layer>
void Register(sqlite3_vfs& vfs, const std::string& name, void* disk) {
  vfs = *sqlite3_vfs_find(nullptr);
  vfs.pNext = nullptr;
  vfs.szOsFile = sizeof(typename Layer::Handle);
  vfs.zName = name.c_str();
  vfs.pAppData = disk;
  vfs.xOpen = Layer::Open;
  vfs.xDelete = Layer::Delete;
  vfs.xAccess = Layer::Access;
  vfs.xFullPathname = FullPathname;
  SACOCHE_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

}  // namespace sacoche::memory_vfs
