#pragma once

#include <initializer_list>

#include "platform/base/ids.h"

namespace sacoche {

using Hash256 = ByteArray<32>;

// BLAKE2b-256 of the concatenated parts, personalised by purpose (libsodium's
// crypto_generichash_blake2b with a 16-byte personalisation), so that a hash made for one use is
// never equal to one made for another. `purpose` is at most 16 characters.
Hash256 HashFor(std::string_view purpose, std::initializer_list<ByteView> parts);

// The same over a stream of parts.
class StreamHash {
 public:
  explicit StreamHash(std::string_view purpose);
  void Add(ByteView part);
  Hash256 Finish();

 private:
  alignas(64) ByteArray<384> state_{};  // crypto_generichash_blake2b_state
};

// SHA-256, for Content-Digest only (RFC 9530 names no BLAKE2).
Hash256 Sha256(ByteView bytes);

// The same over a body that comes in pieces.
class StreamSha256 {
 public:
  StreamSha256();
  void Add(ByteView part);
  Hash256 Finish();

 private:
  alignas(8) ByteArray<128> state_{};  // crypto_hash_sha256_state
};

}  // namespace sacoche
