#pragma once

#include <sys/resource.h>

#include <fstream>
#include <stdexcept>

#include "platform/curl/curl_http_client.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_organisation.h"

namespace sacoche {

// Limits of a server which clients ask as fast as they can.
inline const std::string kAnyRequestRate =
    "requests_per_minute_per_device = 1000000\nrequests_burst_per_device = 1000000\n"
    "requests_per_minute_per_address = 1000000\nrequests_burst_per_address = 1000000\n";

// The real sacoche-server with a fresh certificate, store and port, on loopback.
class ServerProcess {
 public:
  // `limits`: lines of the configuration's [limits] table.
  explicit ServerProcess(std::string limits = "") : limits_(std::move(limits)) {
    const auto made = RunProgram({{SACOCHE_SERVER_BINARY, "make-certificate", "--out",
                                   folder_ / "tls", "--host", "127.0.0.1", "localhost"},
                                  folder_ / "out",
                                  log_path()});
    SACOCHE_CHECK(made.status == 0);
    ca_pem_ = ReadTextFile(folder_ / "tls/ca.pem");
    WriteConfig();
    Start();
  }

  void Start() {
    std::filesystem::remove(folder_ / "ready");
    process_.emplace(
        Process::Options{{SACOCHE_SERVER_BINARY, "serve", "--config", folder_ / "server.toml"},
                         folder_ / "out",
                         log_path()});
    const auto ready = WaitForText(folder_ / "ready", "\n", *process_);
    SACOCHE_CHECK(ready.has_value());
    address_ = ready->substr(0, ready->find('\n'));
    // Laptops know the server by its address: after a restart it is the same.
    listen_ = address_;
    WriteConfig();
  }

  void Kill() {
    process_->Signal(SIGKILL);
    process_->Wait();
  }
  Process::Exit Terminate() {
    process_->Signal(SIGTERM);
    return process_->Wait();
  }
  [[nodiscard]] Process& process() { return *process_; }
  [[nodiscard]] const Process& process() const { return *process_; }

  // From the next start on it does not say the authority of its certificate.
  void WithholdAuthority() {
    tells_authority_ = false;
    WriteConfig();
  }

  // What holds once the server has read its configuration again.
  void Configure(std::string limits) {
    limits_ = std::move(limits);
    WriteConfig();
  }

  // How large a file the server may write from now on: a full disk, for SQLite.
  void LimitFileBytes(rlim_t bytes) {
    const rlimit limit{bytes, RLIM_INFINITY};
    SACOCHE_CHECK(prlimit(process_->pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
  }

  // The log once it contains `text`; nothing if the server ended without it.
  [[nodiscard]] std::optional<std::string> WaitForLog(const std::string& text) {
    return WaitForText(log_path(), text, *process_);
  }

  [[nodiscard]] std::string log_path() const { return folder_ / "log"; }
  [[nodiscard]] std::string tls_folder() const { return folder_ / "tls"; }
  [[nodiscard]] std::string config_path() const { return folder_ / "server.toml"; }
  // Where /metrics is, as the server announced it last.
  [[nodiscard]] std::uint16_t metrics_port() const {
    const std::string out = ReadTextFile(folder_ / "out");
    const std::size_t colon = out.find(':', out.rfind("for /metrics on "));
    return static_cast<std::uint16_t>(std::stoi(out.substr(colon + 1)));
  }
  [[nodiscard]] std::string data_folder() const { return folder_ / "data"; }
  [[nodiscard]] std::string ca_path() const { return folder_ / "tls/ca.pem"; }
  [[nodiscard]] const std::string& ca_pem() const { return ca_pem_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(address_.substr(address_.rfind(':') + 1)));
  }

 private:
  void WriteConfig() {
    std::ofstream(folder_ / "server.toml")
        << "data = 'data'\nlisten = '" << listen_ << "'\ncertificate = 'tls/server.pem'\n"
        << (tells_authority_ ? "ca = 'tls/ca.pem'\n" : "")
        << "key = 'tls/server.key'\nready_file = 'ready'\nmetrics_listen = '127.0.0.1:0'\n"
        << "[limits]\n"
        << limits_;
  }

  std::string listen_ = "127.0.0.1:0";
  TemporaryDirectory folder_;
  std::string limits_;
  bool tells_authority_ = true;
  std::string ca_pem_;
  std::string address_;
  std::optional<Process> process_;
};

struct TestReply {
  int status = 0;
  std::string content_type;
  std::string retry_after;
  Bytes body;

  [[nodiscard]] std::optional<Problem> problem() const {
    return content_type == kProblemContentType ? ParseProblem(TextOf(body)) : std::nullopt;
  }
  [[nodiscard]] std::optional<ProblemType> problem_type() const {
    const auto parsed = problem();
    return parsed ? std::optional(parsed->type) : std::nullopt;
  }
};

// A request that can be spoilt between its signing and its sending.
struct TestRequest {
  std::string method = "POST";
  std::string path = "/v1/sync";
  std::string content_digest;
  std::string signature_input;
  std::string signature;
  Bytes body;

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers() const {
    std::vector<std::pair<std::string, std::string>> list;
    if (!body.empty()) list.emplace_back("Content-Type", kSyncContentType);
    if (!content_digest.empty()) list.emplace_back("Content-Digest", content_digest);
    if (!signature_input.empty()) list.emplace_back("Signature-Input", signature_input);
    if (!signature.empty()) list.emplace_back("Signature", signature);
    return list;
  }

  // As bytes of HTTP/1.1; `length`: what Content-Length says.
  [[nodiscard]] std::string HeadText(const std::string& authority, std::size_t length) const {
    std::string text = method + " " + path + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    for (const auto& [name, value] : headers()) text += name + ": " + value + "\r\n";
    return text + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
  }
};

// One kept-alive connection of platform/curl, signing as anyone.
class TestClient {
 public:
  explicit TestClient(const ServerProcess& server)
      : client_(
            std::move(*CurlHttpClient::Create("https://" + server.address(), server.ca_pem()))) {}

  [[nodiscard]] std::uint64_t LineBytes() const { return client_->LineBytes(); }
  [[nodiscard]] SecretBytes Resumption() const { return client_->Resumption(); }
  void Resume(ByteView resumption) { client_->Resume(resumption); }

  TestRequest Sign(const SigningKey& key, const RequestSigner& signer, Bytes body,
                   std::int64_t skew_s = 0) {
    return SignTo("POST", "/v1/sync", key, signer, std::move(body), skew_s);
  }
  TestRequest SignTo(const std::string& method, const std::string& path, const SigningKey& key,
                     const RequestSigner& signer, Bytes body, std::int64_t skew_s = 0) {
    ByteArray<16> nonce;
    random_.Fill(nonce);
    const auto now_s = static_cast<std::int64_t>(clock_.NowMs() / 1000);
    const SignatureHeaders headers = SignRequest(
        key, signer, {method, client_->authority(), path, ""}, body, now_s + skew_s, nonce);
    return {
        method,         path, headers.content_digest, headers.signature_input, headers.signature,
        std::move(body)};
  }

  Result<TestReply> Send(const TestRequest& request) {
    TestReply reply;
    const HttpRequest http{request.method, request.path, request.headers(), request.body};
    SACOCHE_ASSIGN(const HttpResponse response,
                   client_->Send(http, [&](const HttpResponse&, ByteView piece) {
                     Append(reply.body, piece);
                     return true;
                   }));
    reply.status = response.status;
    reply.content_type = response.content_type;
    reply.retry_after = response.retry_after;
    return reply;
  }

  // A whole sync. Throws what the server said if it does not succeed.
  TestPull Sync(const TestDevice& device, const TestPush& push) {
    return Sync(device.key(), device.signer(), push);
  }
  TestPull Sync(const TestOrganisation& organisation, const TestPush& push) {
    return Sync(organisation.root(), organisation.signer(), push);
  }

  // "ok\n" from a server that lives.
  std::string Health() {
    const auto reply = Send({"GET", "/healthz", "", "", "", {}});
    return reply ? std::string(TextOf(reply->body)) : reply.error().message;
  }

 private:
  TestPull Sync(const SigningKey& key, const RequestSigner& signer, const TestPush& push) {
    const auto reply = Send(Sign(key, signer, push.Encode()));
    if (!reply) throw std::runtime_error("a sync failed: " + reply.error().message);
    if (reply->status != 200)
      throw std::runtime_error("a sync was answered with " + std::to_string(reply->status) + ": " +
                               std::string(TextOf(reply->body)));
    return TestPull::Decode(reply->body);
  }

  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<CurlHttpClient> client_;
};

}  // namespace sacoche
