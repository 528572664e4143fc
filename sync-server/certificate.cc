#include "sync-server/certificate.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "platform/base/bytes.h"
#include "platform/base/check.h"

namespace sacoche {
namespace {

constexpr std::size_t kHostNameCharactersMax = 253;
constexpr const char* kNotBefore = "20000101000000Z";
constexpr const char* kNotAfter = "99991231235959Z";  // RFC 5280, 4.1.2.5: no well-defined end

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Serial = std::unique_ptr<BIGNUM, Freer<BN_free>>;

bool IsAddress(const std::string& host) {
  ByteArray<16> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

// Also keeps the commas and newlines out that mean something to X509V3_EXT_conf_nid.
bool IsHostName(const std::string& host) {
  if (host.empty() || host.size() > kHostNameCharactersMax) return false;
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

Result<std::string> SubjectAlternatives(const std::vector<std::string>& hosts) {
  if (hosts.empty() || hosts.size() > kCertificateHostsMax)
    return Fail(ErrorCode::kInvalidInput, "a certificate is for one to 16 hosts",
                "Name the hosts with --host.");
  std::string names;
  for (const std::string& host : hosts) {
    if (!IsAddress(host) && !IsHostName(host))
      return Fail(ErrorCode::kInvalidInput, "`" + host + "` is not a host name or IP address",
                  "Write what stands in the server's URL, without https:// and port.");
    if (!names.empty()) names += ',';
    names += (IsAddress(host) ? "IP:" : "DNS:") + host;
  }
  return names;
}

void Extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  SACOCHE_CHECK(extension != nullptr);
  SACOCHE_CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

void SetRandomSerial(X509* certificate) {
  const Serial serial(BN_new());
  SACOCHE_CHECK(BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
  SACOCHE_CHECK(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr);
}

Certificate Begin(EVP_PKEY* key, const char* common_name) {
  Certificate certificate(X509_new());
  SACOCHE_CHECK(certificate != nullptr);
  X509_set_version(certificate.get(), X509_VERSION_3);
  SetRandomSerial(certificate.get());
  ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), kNotBefore);
  ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), kNotAfter);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  SACOCHE_CHECK(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

void Sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  Extend(certificate, issuer, NID_subject_key_identifier, "hash");
  Extend(certificate, issuer, NID_authority_key_identifier, "keyid:always");
  SACOCHE_CHECK(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
}

Certificate MakeAuthority(EVP_PKEY* key) {
  Certificate authority = Begin(key, "Sacoche organisation CA");
  Extend(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  Extend(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  Sign(authority.get(), authority.get(), key);
  return authority;
}

Certificate MakeServer(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key,
                       const std::string& names) {
  Certificate server = Begin(key, "Sacoche server");
  Extend(server.get(), authority, NID_basic_constraints, "critical,CA:FALSE");
  Extend(server.get(), authority, NID_key_usage, "critical,digitalSignature");
  Extend(server.get(), authority, NID_ext_key_usage, "serverAuth");
  Extend(server.get(), authority, NID_subject_alt_name, names);
  Sign(server.get(), authority, authority_key);
  return server;
}

std::string TextOfMemory(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string ToPem(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  SACOCHE_CHECK(PEM_write_bio_X509(memory.get(), certificate) == 1);
  return TextOfMemory(memory.get());
}

std::string ToPem(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  SACOCHE_CHECK(
      PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return TextOfMemory(memory.get());
}

Key MakeKey() {
  Key key(EVP_EC_gen("P-256"));
  SACOCHE_CHECK(key != nullptr);
  return key;
}

}  // namespace

Result<ServerCertificate> MakeServerCertificate(const std::vector<std::string>& hosts) {
  SACOCHE_ASSIGN(const std::string names, SubjectAlternatives(hosts));
  const Key authority_key = MakeKey();
  const Key server_key = MakeKey();
  const Certificate authority = MakeAuthority(authority_key.get());
  const Certificate server =
      MakeServer(server_key.get(), authority.get(), authority_key.get(), names);
  return ServerCertificate{ToPem(authority.get()), ToPem(server.get()), ToPem(server_key.get())};
}

}  // namespace sacoche
