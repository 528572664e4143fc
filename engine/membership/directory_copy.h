#pragma once

#include "engine/membership/statement.h"

namespace sacoche {

// What an administrator's tool keeps of the directory in a file beside its key.
//
//   copy   = magic "SACOCHE DIR COPY" format (1) root (32) shown lacking unanswered hash (32)
//   shown, lacking, unanswered = count (varint), then each statement: length (varint), bytes
//
// The hash is that of all that precedes it (BLAKE2b-256, "sacoche.dircopy"); it finds accidents.
// What a statement says is protected by its signature. A decoder MUST refuse another magic or
// format, a wrong hash, more than the limits, and bytes after the end.
struct DirectoryCopy {
  SigningPublicKey root{};
  std::vector<Bytes> shown;       // by the server when it was last asked, in its order
  std::vector<Bytes> lacking;     // at the server, which showed them before
  std::vector<Bytes> unanswered;  // said here; the server has not been seen to hold them
  bool operator==(const DirectoryCopy&) const = default;
};

inline constexpr std::size_t kDirectoryCopyBytesMax = 64 * 1024 * 1024;
inline constexpr std::size_t kDirectoryCopyStatementsMax = 1024 * 1024;

[[nodiscard]] Bytes EncodeDirectoryCopy(const DirectoryCopy& copy);

// Structure only: what the statements are worth is for Directory to judge.
[[nodiscard]] Result<DirectoryCopy> DecodeDirectoryCopy(ByteView bytes);

}  // namespace sacoche
