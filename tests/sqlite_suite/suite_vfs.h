#pragma once

// Between SQLite's testfixture (C) and the vault.

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

// In place of SQLite's functions of these names, for the suite's own simulators of crashes and
// faults: one that registers itself comes to lie below a vault, which takes its name.
sqlite3_vfs* suite_vfs_find(const char* name);
int suite_vfs_register(sqlite3_vfs* vfs, int make_default);
int suite_vfs_unregister(sqlite3_vfs* vfs);

// The plain side of a stored file: a database, its WAL or its journal, known by its name. The bytes
// read or written; -1 if it is not in a vault, -2 if that failed.
int suite_vfs_read(const char* path, sqlite3_int64 offset, void* out, int size);
int suite_vfs_write(const char* path, sqlite3_int64 offset, const void* bytes, int size);
// 0, or the same.
int suite_vfs_truncate(const char* path, sqlite3_int64 size);
// -1 if it is not in a vault.
sqlite3_int64 suite_vfs_size(const char* path);

#ifdef __cplusplus
}
#endif
