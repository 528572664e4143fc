#include "sync-server/tls_context.h"

#include <unistd.h>

#include <memory>

namespace sacoche {
namespace {

constexpr std::string_view kSessionContext = "sacoche-server";

tl::unexpected<Error> BadFile(const char* what, const std::string& path) {
  if (access(path.c_str(), R_OK) != 0)
    return Fail(ErrorCode::kNotFound, std::string(what) + " " + path + " cannot be read",
                "Check the path, or make one with `sacoche-server make-certificate`.");
  return Fail(ErrorCode::kCorrupt, std::string(what) + " " + path + " is not usable",
              "It must be a PEM file, and the key must belong to the certificate.");
}

}  // namespace

Result<std::unique_ptr<boost::asio::ssl::context>> MakeTlsContext(
    const std::string& certificate_path, const std::string& key_path, TlsSessions* sessions) {
  auto context =
      std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tlsv13_server);
  SSL_CTX* raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(raw, TLS1_3_VERSION);
  // Idle connections give their record buffers back.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  // One look at the socket gets what has come, not a record's head and then its rest.
  SSL_CTX_set_read_ahead(raw, 1);
  // A client that closes without a goodbye is no error that it had to be told of: requests say how
  // long they are, and are signed.
  SSL_CTX_set_options(raw, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_id_context(raw,
                                 reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                 static_cast<unsigned>(kSessionContext.size()));
  // One fresh ticket per handshake is what one laptop needs; a second is bytes on a slow link.
  SSL_CTX_set_num_tickets(raw, 1);
  if (SSL_CTX_use_certificate_chain_file(raw, certificate_path.c_str()) != 1)
    return BadFile("the certificate", certificate_path);
  if (SSL_CTX_use_PrivateKey_file(raw, key_path.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(raw) != 1)
    return BadFile("the key", key_path);
  if (sessions != nullptr) sessions->Use(raw);
  return context;
}

}  // namespace sacoche
