#include "engine/seal/organisation_key.h"

#include <sodium.h>

#include "platform/base/byte_codec.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::string_view kMagic = "SACOCHE ORG KEY\n";
constexpr std::uint8_t kFormatOfRoot = 1;
constexpr std::uint8_t kFormatOfOfficer = 2;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kKeysBytes = 96;  // signing seed, box secret, directory key
constexpr std::size_t kRootBytes = std::tuple_size_v<SigningPublicKey>;
using Salt = ByteArray<crypto_pwhash_argon2id_SALTBYTES>;
using Nonce = ByteArray<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES>;

struct FileHead {
  std::uint8_t format = kFormatOfRoot;
  PassphraseCost cost;
  Salt salt{};
  Nonce nonce{};

  [[nodiscard]] bool of_officer() const { return format == kFormatOfOfficer; }
  [[nodiscard]] std::size_t plain_bytes() const {
    return of_officer() ? kKeysBytes + kRootBytes : kKeysBytes;
  }
};

Bytes EncodeHead(const FileHead& head) {
  ByteWriter out;
  out.Raw(ViewOf(kMagic));
  out.Byte(head.format);
  out.Varint(head.cost.ops);
  out.Varint(head.cost.memory_kib);
  out.Raw(head.salt);
  out.Raw(head.nonce);
  return std::move(out).Take();
}

tl::unexpected<Error> NotAKeyFile() {
  return Fail(ErrorCode::kCorrupt, "this is not an organisation key file, or it is damaged",
              "Choose the file that was made with `sacoche org create`, or its copy.");
}

Result<FileHead> DecodeHead(ByteReader& in) {
  const ByteView magic = in.Raw(kMagic.size());
  if (!in.ok() || !Equal(magic, ViewOf(kMagic))) return NotAKeyFile();
  FileHead head;
  head.format = in.Byte();
  if (in.ok() && head.format != kFormatOfRoot && head.format != kFormatOfOfficer)
    return Fail(ErrorCode::kNewerFormat, "the organisation key file was made by a newer release",
                "Update Sacoche.");
  head.cost.ops = in.Varint();
  head.cost.memory_kib = in.Varint();
  head.salt = in.Array<std::tuple_size_v<Salt>>();
  head.nonce = in.Array<std::tuple_size_v<Nonce>>();
  const bool bounded = head.cost.ops >= crypto_pwhash_argon2id_OPSLIMIT_MIN &&
                       head.cost.ops <= PassphraseCost::kOpsMax &&
                       head.cost.memory_kib * 1024 >= crypto_pwhash_argon2id_MEMLIMIT_MIN &&
                       head.cost.memory_kib <= PassphraseCost::kMemoryKibMax;
  if (!in.ok() || !bounded || in.remaining() != head.plain_bytes() + kTagBytes)
    return NotAKeyFile();
  return head;
}

Result<SecretBytes> KeyFrom(ByteView passphrase, const FileHead& head) {
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  if (crypto_pwhash_argon2id(key.span().data(), key.size(),
                             reinterpret_cast<const char*>(passphrase.data()), passphrase.size(),
                             head.salt.data(), head.cost.ops, head.cost.memory_kib * 1024,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
    return Fail(ErrorCode::kLimit, "there is not enough memory to use the organisation's key",
                "Close other programs and try again.");
  return key;
}

}  // namespace

OrganisationKey OrganisationKey::Generate() {
  return OrganisationKey{SigningKey::Generate(), BoxKey::Generate(), GenerateDirectoryKey()};
}

OrganisationKey OrganisationKey::ForOfficer() const {
  auto box = BoxKey::FromSecret(box_key.secret());
  SACOCHE_CHECK(box.has_value());
  return OrganisationKey{SigningKey::Generate(), std::move(*box), SecretBytes(directory_key.view()),
                         root()};
}

Result<Bytes> EncodeOrganisationKey(const OrganisationKey& key, ByteView passphrase,
                                    const PassphraseCost& cost) {
  if (passphrase.size() < kPassphraseCharactersMin)
    return Fail(ErrorCode::kInvalidInput, "the passphrase is shorter than 12 characters",
                "Choose four or more words.");
  FileHead head{key.officer_of ? kFormatOfOfficer : kFormatOfRoot, cost, {}, {}};
  randombytes_buf(head.salt.data(), head.salt.size());
  randombytes_buf(head.nonce.data(), head.nonce.size());
  SACOCHE_ASSIGN(const SecretBytes file_key, KeyFrom(passphrase, head));
  SecretBytes plain(head.plain_bytes());
  const SecretBytes seed = key.signing_key.seed();
  std::ranges::copy(seed.view(), plain.span().begin());
  std::ranges::copy(key.box_key.secret(), plain.span().begin() + 32);
  std::ranges::copy(key.directory_key.view(), plain.span().begin() + 64);
  if (key.officer_of) std::ranges::copy(*key.officer_of, plain.span().begin() + kKeysBytes);
  const Bytes data = EncodeHead(head);
  Bytes sealed(plain.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.view().data(),
                                             plain.size(), data.data(), data.size(), nullptr,
                                             head.nonce.data(), file_key.view().data());
  Bytes file = data;
  Append(file, sealed);
  return file;
}

Result<OrganisationKey> DecodeOrganisationKey(ByteView file, ByteView passphrase) {
  if (file.size() > kOrganisationKeyFileBytesMax) return NotAKeyFile();
  ByteReader in(file);
  SACOCHE_ASSIGN(const FileHead head, DecodeHead(in));
  const Bytes data = EncodeHead(head);
  const ByteView sealed = in.Raw(head.plain_bytes() + kTagBytes);
  SACOCHE_ASSIGN(const SecretBytes file_key, KeyFrom(passphrase, head));
  SecretBytes plain(head.plain_bytes());
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          plain.span().data(), nullptr, nullptr, sealed.data(), sealed.size(), data.data(),
          data.size(), head.nonce.data(), file_key.view().data()) != 0)
    return Fail(ErrorCode::kWrongPassphrase, "the passphrase does not open the organisation's key",
                "Check capital letters and the keyboard layout, and try again.");
  SACOCHE_ASSIGN(SigningKey signing, SigningKey::FromSeed(plain.view().first(32)));
  SACOCHE_ASSIGN(BoxKey box, BoxKey::FromSecret(plain.view().subspan(32, 32)));
  OrganisationKey key{std::move(signing), std::move(box),
                      SecretBytes(plain.view().subspan(64, 32))};
  if (head.of_officer()) {
    SigningPublicKey root{};
    std::ranges::copy(plain.view().subspan(kKeysBytes, kRootBytes), root.begin());
    key.officer_of = root;
  }
  return key;
}

}  // namespace sacoche
