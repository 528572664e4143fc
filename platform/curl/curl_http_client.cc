#include "platform/curl/curl_http_client.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <mutex>
#include <set>

#include "platform/base/check.h"
#include "platform/curl/line_bytes.h"
#include "platform/curl/tls_resumption.h"

namespace sacoche {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::string_view kDefaultPort = ":443";
constexpr std::string_view kHostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
constexpr std::string_view kIpv6Characters = "abcdef0123456789:.";

bool IsHost(std::string_view host) {
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::string_view allowed = bracketed ? kIpv6Characters : kHostCharacters;
  return !host.empty() && host.find_first_not_of(allowed) == std::string_view::npos;
}

bool IsPort(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && stop == end && !text.starts_with('0');
}

// host[:port] in lower case and without the default port, as the Host header will say it; nothing
// if `url` is anything else than https://host[:port][/].
std::optional<std::string> AuthorityOf(std::string url) {
  std::ranges::transform(url, url.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  while (url.ends_with('/')) url.pop_back();
  if (!url.starts_with(kScheme)) return std::nullopt;
  std::string authority = url.substr(kScheme.size());
  if (authority.ends_with(kDefaultPort)) authority.resize(authority.size() - kDefaultPort.size());
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && !authority.ends_with(']');
  std::string_view host = authority;
  if (has_port && !IsPort(host.substr(colon + 1))) return std::nullopt;
  if (has_port) host = host.substr(0, colon);
  if (!IsHost(host)) return std::nullopt;
  return authority;
}

void InitialiseOnce() {
  static std::once_flag once;
  std::call_once(once, [] { SACOCHE_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

struct HeaderList {
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  curl_slist* list = nullptr;
};

// What the callbacks of one transfer share.
struct Transfer {
  CURL* curl;
  const HttpClient::BodySink& sink;
  HttpResponse response;
  bool stopped_by_sink = false;
};

void ReadResponseHead(Transfer& transfer) {
  if (transfer.response.status != 0) return;
  long status = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  const char* type = nullptr;
  curl_easy_getinfo(transfer.curl, CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) transfer.response.content_type = type;
  curl_off_t retry_after_s = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RETRY_AFTER, &retry_after_s);
  if (retry_after_s > 0) transfer.response.retry_after = std::to_string(retry_after_s);
}

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  ReadResponseHead(transfer);
  const ByteView piece(reinterpret_cast<const std::uint8_t*>(data), size * count);
  if (transfer.sink(transfer.response, piece)) return piece.size();
  transfer.stopped_by_sink = true;
  return 0;
}

bool IsHandshakeFailure(CURLcode code) {
  return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION;
}

tl::unexpected<Error> NetworkError(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Fail(ErrorCode::kUntrusted, "the server's certificate is not the organisation's",
                  "Do not enter anything elsewhere; check the server's address with your "
                  "administrator.");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return Fail(ErrorCode::kNetwork, "the server cannot be reached",
                  "Your work is kept on this laptop. Check the network and synchronise again.");
    default:
      return Fail(ErrorCode::kNetwork,
                  std::string("the connection failed (") + curl_easy_strerror(code) + ")",
                  "Your work is kept on this laptop. Synchronise again.");
  }
}

}  // namespace

struct CurlHttpClient::Impl {
  CURL* curl = nullptr;
  std::string base;
  std::string authority;
  std::optional<std::string> ca_pem;  // nothing: whoever answers is taken
  TlsResumption resumption;
  curl_socket_t socket = CURL_SOCKET_BAD;  // of the connection that is being made
  std::set<curl_socket_t> open;            // a name with two addresses is tried on both
  std::uint64_t closed_bytes = 0;          // LineBytesOf those that are open no more

  Impl(std::string server, std::string ca)
      : base(std::string(kScheme) + server),
        authority(std::move(server)),
        ca_pem(std::move(ca)),
        resumption(authority + "\n" + *ca_pem) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { curl_easy_cleanup(curl); }

  template <class T>
  void Set(CURLoption option, T value) {
    SACOCHE_CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
  }

  // What is received soon finds something to send: its acknowledgement goes along with that. The
  // kernel forgets it when the connection stands.
  static void DelayAcknowledgements(curl_socket_t socket) {
    const int no = 0;
    setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &no, sizeof no);
  }

  static int OnSocket(void* user, curl_socket_t socket, curlsocktype /*purpose*/) {
    static_cast<Impl*>(user)->socket = socket;
    static_cast<Impl*>(user)->open.insert(socket);
    DelayAcknowledgements(socket);
    return CURL_SOCKOPT_OK;
  }

  static int OnClose(void* user, curl_socket_t socket) {
    auto& self = *static_cast<Impl*>(user);
    if (self.open.erase(socket) > 0) self.closed_bytes += LineBytesOf(socket);
    return close(socket);
  }

  static CURLcode OnTlsContext(CURL* /*curl*/, void* context, void* user) {
    auto& self = *static_cast<Impl*>(user);
    auto* tls = static_cast<SSL_CTX*>(context);
    DelayAcknowledgements(self.socket);
    self.resumption.Attach(tls);
    // Bytes that nothing needs: every answer says how long it is, and the server waits for no
    // goodbye.
    SSL_CTX_set_quiet_shutdown(tls, 1);
    return CURLE_OK;
  }

  void SetConnectionOptions() {
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
    Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    Set(CURLOPT_PROTOCOLS_STR, "https");
    Set(CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    Set(CURLOPT_LOW_SPEED_LIMIT, kLowSpeedBytesPerSecond);
    Set(CURLOPT_LOW_SPEED_TIME, kLowSpeedSeconds);
    Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);  // `resumption` does that
    Set(CURLOPT_SOCKOPTFUNCTION, OnSocket);
    Set(CURLOPT_SOCKOPTDATA, this);
    Set(CURLOPT_CLOSESOCKETFUNCTION, OnClose);
    Set(CURLOPT_CLOSESOCKETDATA, this);
    Set(CURLOPT_SSL_CTX_FUNCTION, OnTlsContext);
    Set(CURLOPT_SSL_CTX_DATA, this);
    if (ca_pem) {
      curl_blob blob{ca_pem->data(), ca_pem->size(), CURL_BLOB_COPY};
      Set(CURLOPT_CAINFO_BLOB, &blob);
    } else {
      Set(CURLOPT_SSL_VERIFYPEER, 0L);
      Set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
  }

  void SetRequestOptions(const HttpRequest& request, const std::string& url, curl_slist* headers,
                         Transfer& transfer) {
    Set(CURLOPT_URL, url.c_str());
    Set(CURLOPT_HTTPHEADER, headers);
    Set(CURLOPT_WRITEFUNCTION, OnBody);
    Set(CURLOPT_WRITEDATA, &transfer);
    if (request.method == "POST") {
      Set(CURLOPT_POST, 1L);
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      Set(CURLOPT_POSTFIELDS, reinterpret_cast<const char*>(request.body.data()));
    } else {
      Set(CURLOPT_HTTPGET, 1L);
    }
  }
};

CurlHttpClient::CurlHttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlHttpClient::~CurlHttpClient() = default;

Result<std::unique_ptr<CurlHttpClient>> CurlHttpClient::Create(const std::string& url,
                                                               std::string ca_pem) {
  auto authority = AuthorityOf(url);
  if (!authority)
    return Fail(ErrorCode::kInvalidInput,
                "the server's address is not of the form https://host:port", "Check the address.");
  InitialiseOnce();
  auto impl = std::make_unique<Impl>(std::move(*authority), std::move(ca_pem));
  impl->curl = curl_easy_init();
  SACOCHE_CHECK(impl->curl != nullptr);
  return std::unique_ptr<CurlHttpClient>(new CurlHttpClient(std::move(impl)));
}

Result<std::unique_ptr<CurlHttpClient>> CurlHttpClient::CreateForFirstContact(
    const std::string& url) {
  SACOCHE_ASSIGN(auto client, Create(url, ""));
  client->impl_->ca_pem.reset();
  return client;
}

std::string CurlHttpClient::authority() const { return impl_->authority; }

std::uint64_t CurlHttpClient::LineBytes() const {
  std::uint64_t bytes = impl_->closed_bytes;
  for (const curl_socket_t socket : impl_->open) bytes += LineBytesOf(socket);
  return bytes;
}

SecretBytes CurlHttpClient::Resumption() const { return impl_->resumption.Kept(); }

void CurlHttpClient::Resume(ByteView resumption) { impl_->resumption.Resume(resumption); }

Result<HttpResponse> CurlHttpClient::Send(const HttpRequest& request, const BodySink& sink) {
  // Resetting keeps the connection and the DNS answer.
  curl_easy_reset(impl_->curl);
  impl_->SetConnectionOptions();
  HeaderList headers;
  for (const auto& [name, value] : request.headers) headers.Add(name + ": " + value);
  headers.Add("Expect:");  // no round trip to ask whether the body is welcome
  headers.Add("Accept:");
  Transfer transfer{impl_->curl, sink, {}, false};
  const std::string url = impl_->base + request.path;
  impl_->SetRequestOptions(request, url, headers.list, transfer);
  CURLcode code = curl_easy_perform(impl_->curl);
  // A session that leads nowhere must not keep a laptop out; nothing of the request was sent.
  if (IsHandshakeFailure(code) && impl_->resumption.HasJustOffered())
    code = curl_easy_perform(impl_->curl);
  if (transfer.stopped_by_sink) return transfer.response;
  if (code != CURLE_OK) return NetworkError(code);
  ReadResponseHead(transfer);
  return transfer.response;
}

}  // namespace sacoche
