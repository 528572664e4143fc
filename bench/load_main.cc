// Loads a server that runs beside it, over its real TLS, with laptops of which each has a space of
// its own; says how many syncs a second it served, and how long they took. bench/server_load.py
// starts the server and states what the machine can do.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <thread>

#include "bench/server_laptop.h"
#include "engine/sign/http_signature.h"
#include "engine/wire/wire_codec.h"
#include "platform/curl/curl_http_client.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"

namespace sacoche::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kItemBytes = 400;     // a handful of edits
constexpr std::size_t kFullPushItems = 64;  // what a laptop pushes after days without a network
constexpr std::uint64_t kNumbersPerLaptop = 1ULL << 32;

struct Server {
  std::string url;
  std::string ca_pem;
  pid_t pid = 0;
};

// How a laptop comes to its connection.
enum class Link { kKept, kResumed, kFresh };

// One laptop, and what it knows of the server.
class Client {
 public:
  Client(const Server& server, std::uint8_t number)
      : server_(server), laptop_(number), number_(number) {}

  [[nodiscard]] ServerSpace space() { return {space_, {&laptop_}}; }

  // As the organisation's administrator.
  Status Found(const std::vector<ServerSpace>& spaces) {
    const SigningKey& root = BenchRoot();
    Bytes push;
    AppendFrame(push, PushFrame(HelloFrame{0}));
    for (const Bytes& statement : FoundOrganisation(spaces))
      AppendFrame(push, PushFrame(StatementFrame{statement}));
    AppendFrame(push, PushFrame(PushEndFrame{}));
    SACOCHE_TRY(Connect(Link::kFresh));
    return Send(root, RequestSigner::Organisation(root.public_key()), push);
  }

  Status Sync(Link link, std::size_t envelopes) {
    SACOCHE_TRY(Connect(link));
    Bytes push;
    AppendFrame(push, PushFrame(HelloFrame{statements_}));
    AppendFrame(push, PushFrame(CursorFrame{space_, head_}));
    for (std::size_t i = 0; i < envelopes; ++i) {
      const std::uint64_t number = number_ * kNumbersPerLaptop + made_++;
      AppendFrame(push, PushFrame(EnvelopeFrame{laptop_.Next(space_, number, kItemBytes).bytes}));
    }
    AppendFrame(push, PushFrame(PushEndFrame{}));
    acknowledged_ = 0;
    SACOCHE_TRY(Send(laptop_.key(), RequestSigner::Device(laptop_.id()), push));
    if (acknowledged_ == envelopes) return {};
    return Fail(ErrorCode::kRefused, "the server did not acknowledge all that was pushed");
  }

 private:
  Status Connect(Link link) {
    if (link == Link::kKept && http_ != nullptr) return {};
    const SecretBytes resumption =
        link == Link::kResumed && http_ != nullptr ? http_->Resumption() : SecretBytes();
    SACOCHE_ASSIGN(http_, CurlHttpClient::Create(server_.url, server_.ca_pem));
    if (!resumption.view().empty()) http_->Resume(resumption.view());
    return {};
  }

  Status Send(const SigningKey& key, const RequestSigner& signer, ByteView push) {
    ByteArray<16> nonce;
    random_.Fill(nonce);
    const SignatureHeaders signed_by =
        SignRequest(key, signer, {"POST", http_->authority(), "/v1/sync", ""}, push,
                    static_cast<std::int64_t>(clock_.NowMs() / 1000), nonce);
    const HttpRequest request{"POST",
                              "/v1/sync",
                              {{"Content-Type", std::string(kSyncContentType)},
                               {"Content-Digest", signed_by.content_digest},
                               {"Signature-Input", signed_by.signature_input},
                               {"Signature", signed_by.signature}},
                              push};
    FrameSplitter splitter;
    SACOCHE_ASSIGN(const HttpResponse response,
                   http_->Send(request, [&](const HttpResponse& head, ByteView piece) {
                     if (head.status == 200) splitter.Feed(piece);
                     return true;
                   }));
    if (response.status != 200)
      return Fail(ErrorCode::kRefused, "the server answered " + std::to_string(response.status));
    return Take(splitter);
  }

  Status Take(FrameSplitter& splitter) {
    while (true) {
      SACOCHE_ASSIGN(const auto raw, splitter.Next());
      if (!raw) return {};
      SACOCHE_ASSIGN(const PullFrame frame, DecodePullFrame(*raw));
      if (std::holds_alternative<AcknowledgementFrame>(frame)) ++acknowledged_;
      if (std::holds_alternative<RefusalFrame>(frame))
        return Fail(ErrorCode::kRefused, "the server refused an envelope");
      if (const auto* head = std::get_if<HeadFrame>(&frame)) head_ = head->sequence;
      if (std::holds_alternative<DirectoryFrame>(frame)) ++statements_;
    }
  }

  const Server& server_;
  SystemClock clock_;
  SystemRandom random_;
  ServerLaptop laptop_;
  std::uint64_t number_;
  const SpaceId space_ = Numbered<SpaceId>(2, number_);
  std::unique_ptr<CurlHttpClient> http_;
  std::uint64_t statements_ = 0;
  std::uint64_t head_ = 0;
  std::uint64_t made_ = 0;
  std::size_t acknowledged_ = 0;
};

struct Load {
  std::string name;
  Link link = Link::kKept;
  std::size_t envelopes = 0;
};

// Seconds of processor that the server has used.
double ProcessorOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// What one laptop saw.
struct Seen {
  std::vector<double> took_ms;
  Status failed;
};

Seen KeepAsking(Client& client, const Load& load, Steady::time_point until) {
  Seen seen;
  while (Steady::now() < until) {
    const auto began = Steady::now();
    seen.failed = client.Sync(load.link, load.envelopes);
    if (!seen.failed) break;
    seen.took_ms.push_back(
        std::chrono::duration<double, std::milli>(Steady::now() - began).count());
  }
  return seen;
}

Status Measure(std::vector<std::unique_ptr<Client>>& clients, const Server& server,
               const Load& load, std::chrono::seconds time) {
  std::vector<Seen> seen(clients.size());
  std::vector<std::thread> threads;
  const double processor = ProcessorOf(server.pid);
  const auto began = Steady::now();
  for (std::size_t i = 0; i < clients.size(); ++i)
    threads.emplace_back([&, i] { seen[i] = KeepAsking(*clients[i], load, began + time); });
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
  std::vector<double> all;
  for (const Seen& one : seen) {
    SACOCHE_TRY(one.failed);
    all.insert(all.end(), one.took_ms.begin(), one.took_ms.end());
  }
  std::ranges::sort(all);
  const double count = static_cast<double>(all.size());
  std::cout << std::left << std::setw(44) << load.name << std::right << std::fixed
            << std::setprecision(0) << std::setw(8) << count / seconds << std::setw(11)
            << count * static_cast<double>(load.envelopes) / seconds << std::setprecision(2)
            << std::setw(9) << all[all.size() / 2] << std::setw(9) << all[all.size() * 99 / 100]
            << std::setw(11) << (ProcessorOf(server.pid) - processor) * 1000 / count << std::endl;
  return {};
}

Status MeasureAll(const Server& server, std::size_t laptops, std::chrono::seconds time) {
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<ServerSpace> spaces;
  for (std::size_t i = 1; i <= laptops; ++i) {
    clients.push_back(std::make_unique<Client>(server, static_cast<std::uint8_t>(i)));
    spaces.push_back(clients.back()->space());
  }
  SACOCHE_TRY(clients.front()->Found(spaces));
  // The directory is learnt before anything is measured.
  for (const auto& client : clients) SACOCHE_TRY(client->Sync(Link::kFresh, 1));
  std::cout << std::left << std::setw(44) << std::to_string(laptops) + " laptops" << std::right
            << std::setw(8) << "syncs/s" << std::setw(11) << "changes/s" << std::setw(9) << "p50 ms"
            << std::setw(9) << "p99 ms" << std::setw(11) << "server ms" << std::endl;
  const Load loads[] = {
      {"nothing new, connection kept", Link::kKept, 0},
      {"nothing new, new connection, TLS resumed", Link::kResumed, 0},
      {"nothing new, new connection, full handshake", Link::kFresh, 0},
      {"one change, connection kept", Link::kKept, 1},
      {"one change, new connection, TLS resumed", Link::kResumed, 1},
      {std::to_string(kFullPushItems) + " changes, connection kept", Link::kKept, kFullPushItems},
  };
  for (const Load& load : loads) SACOCHE_TRY(Measure(clients, server, load, time));
  return {};
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Loads a sync server that serves no organisation yet, and says what it bears. `server ms` is "
      "the server's processor time for one sync"};
  Server server;
  std::string ca_path;
  std::size_t laptops = 16;
  int seconds = 5;
  app.add_option("--url", server.url, "https://host:port")->required();
  app.add_option("--ca", ca_path, "PEM file of its certificate authority")->required();
  app.add_option("--pid", server.pid, "the server's process")->required();
  app.add_option("--laptops", laptops, "that ask at once")->check(CLI::Range(1, 200));
  app.add_option("--seconds", seconds, "for each load")->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);
  std::ostringstream text;
  text << std::ifstream(ca_path).rdbuf();
  server.ca_pem = text.str();
  const Status status = MeasureAll(server, laptops, std::chrono::seconds(seconds));
  if (status) return 0;
  std::cerr << "sacoche-load-bench: " << status.error().message << ". " << status.error().advice
            << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::bench

int main(int argc, char** argv) { return sacoche::bench::Main(argc, argv); }
