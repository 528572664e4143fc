#include "engine/sign/hash.h"

#include <sodium.h>

#include <cstring>

#include "platform/base/check.h"

namespace sacoche {
namespace {

crypto_generichash_blake2b_state* StateOf(ByteArray<384>& storage) {
  static_assert(sizeof(crypto_generichash_blake2b_state) <= 384);
  return reinterpret_cast<crypto_generichash_blake2b_state*>(storage.data());
}

crypto_hash_sha256_state* StateOf(ByteArray<128>& storage) {
  static_assert(sizeof(crypto_hash_sha256_state) <= 128);
  return reinterpret_cast<crypto_hash_sha256_state*>(storage.data());
}

}  // namespace

StreamHash::StreamHash(std::string_view purpose) {
  SACOCHE_CHECK(sodium_init() >= 0);
  ByteArray<crypto_generichash_blake2b_PERSONALBYTES> personal{};
  SACOCHE_CHECK(purpose.size() <= personal.size());
  std::memcpy(personal.data(), purpose.data(), purpose.size());
  crypto_generichash_blake2b_init_salt_personal(StateOf(state_), nullptr, 0, 32, nullptr,
                                                personal.data());
}

void StreamHash::Add(ByteView part) {
  crypto_generichash_blake2b_update(StateOf(state_), part.data(), part.size());
}

Hash256 StreamHash::Finish() {
  Hash256 hash;
  crypto_generichash_blake2b_final(StateOf(state_), hash.data(), hash.size());
  return hash;
}

Hash256 HashFor(std::string_view purpose, std::initializer_list<ByteView> parts) {
  StreamHash hash(purpose);
  for (const ByteView part : parts) hash.Add(part);
  return hash.Finish();
}

Hash256 Sha256(ByteView bytes) {
  Hash256 hash;
  crypto_hash_sha256(hash.data(), bytes.data(), bytes.size());
  return hash;
}

StreamSha256::StreamSha256() { crypto_hash_sha256_init(StateOf(state_)); }

void StreamSha256::Add(ByteView part) {
  crypto_hash_sha256_update(StateOf(state_), part.data(), part.size());
}

Hash256 StreamSha256::Finish() {
  Hash256 hash;
  crypto_hash_sha256_final(StateOf(state_), hash.data());
  return hash;
}

}  // namespace sacoche
