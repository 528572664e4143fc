#include <gmock/gmock.h>

#include <random>

#include "sync-server/sqlite/store_verifier.h"
#include "tests/sync-server/raw_client.h"
#include "tests/sync-server/server_process.h"

// Requests that an honest client sent, spoilt at random in every layer: the TLS that carries them,
// the HTTP around them, and, signed as they are by a member, the frames inside. The server neither
// falls nor stores nonsense, and the others are served all the while.
namespace sacoche {
namespace {

#ifndef SACOCHE_MUTATIONS
#define SACOCHE_MUTATIONS 600
#endif
constexpr int kMutations = SACOCHE_MUTATIONS;
constexpr int kBetweenHonestSyncs = 100;
constexpr std::uint64_t kSeed = 20'260'302;

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::size_t Below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  // One to four changes: bits, runs of bytes that go, come twice, come from nowhere or from
  // `other`, numbers of HTTP, an end too early.
  std::string Spoil(std::string bytes, const std::string& other) {
    for (std::size_t changes = 1 + Below(4); changes > 0; --changes) bytes = Change(bytes, other);
    return bytes;
  }

 private:
  std::string Change(std::string bytes, const std::string& other) {
    const std::size_t at = Below(bytes.size());
    const std::size_t run = 1 + Below(16);
    switch (Below(8)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
        return bytes;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(Below(256));
        return bytes;
      case 2:
        return bytes.erase(at, run);
      case 3:
        return bytes.insert(at, bytes.substr(at, run));
      case 4:
        return bytes.insert(at, std::string(Below(300), static_cast<char>(Below(256))));
      case 5:
        return bytes.substr(0, at) + other.substr(Below(other.size()));
      case 6:
        return bytes.substr(0, at);
      default:
        return AnotherNumber(std::move(bytes));
    }
  }

  // Lengths are where parsers fall.
  std::string AnotherNumber(std::string bytes) {
    const std::size_t first = bytes.find_first_of("0123456789", Below(bytes.size()));
    if (first == std::string::npos) return bytes;
    const std::size_t last = bytes.find_first_not_of("0123456789", first);
    const char* numbers[] = {"0", "-1", "4294967296", "18446744073709551616", "1e9", "0x10", ""};
    return bytes.replace(first, last - first, numbers[Below(std::size(numbers))]);
  }

  std::mt19937_64 random_;
};

class MutationTest : public ::testing::Test {
 protected:
  MutationTest()
      : server_(kAnyRequestRate +
                "connections_per_minute_per_address = 1000000\nconnections_burst_per_address = "
                "100000\n") {
    client_.Sync(organisation_, {.statements = organisation_.Start(space_, honest_, hostile_)});
    for (int i = 0; i < 3; ++i) first_.push_back(hostile_.NextEnvelopeBytes(space_, 200));
    for (const auto& body : Bodies()) requests_.push_back(Recorded(body));
    requests_.push_back("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    requests_.push_back(Recorded(stranger_.EnrolmentBytes(), "/v1/enrolment"));
    std::string chunked = requests_[0];
    const std::size_t length = chunked.find("Content-Length: ");
    chunked.replace(length, chunked.find("\r\n", length) - length, "Transfer-Encoding: chunked");
    requests_.push_back(chunked);
  }

  // What a member's requests hold: pushes, pulls, a snapshot.
  std::vector<std::string> Bodies() {
    SnapshotIdentity identity;
    identity.space = space_;
    identity.epoch = 1;
    identity.id = IdNumber<SnapshotId>(1);
    identity.sequence = 1;
    const TestSnapshot snapshot = TestSnapshot::Of(hostile_, identity, 2);
    std::vector<std::string> bodies;
    for (const TestPush& push :
         {TestPush{.envelopes = first_},
          TestPush{.cursors = {{space_, 0}}, .known_histories = {{0, {}}}},
          TestPush{.statements = {organisation_.MakeSpace(IdNumber<SpaceId>(7))}},
          TestPush{.cursors = {{space_, 0}}, .more = snapshot.Frames(0, 2)}})
      bodies.emplace_back(TextOf(push.Encode()));
    return bodies;
  }

  std::string Recorded(std::string_view body, const std::string& path = "/v1/sync") {
    const TestRequest request =
        client_.SignTo("POST", path, hostile_.key(), hostile_.signer(), CopyOf(ViewOf(body)));
    return request.HeadText(server_.address(), body.size()) + std::string(body);
  }
  std::string Recorded(const Bytes& body, const std::string& path) {
    return Recorded(TextOf(body), path);
  }

  // Whatever the answer: it ends.
  static void SendAndEnd(const RawTls& tls, const std::string& bytes) {
    tls.Send(bytes);
    SSL_shutdown(tls.ssl());
    shutdown(tls.socket().fd(), SHUT_WR);
    EXPECT_TRUE(tls.socket().ReadToEnd().has_value());
  }

  void SendSpoiltTls(const std::string& bytes) {
    const RawSocket socket(server_.port());
    socket.Send(bytes);
    shutdown(socket.fd(), SHUT_WR);
    EXPECT_TRUE(socket.ReadToEnd().has_value());
  }

  static std::string ClientHello() {
    const SslContext context(SSL_CTX_new(TLS_client_method()));
    const std::unique_ptr<SSL, SslFree> ssl(SSL_new(context.get()));
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
    SSL_connect(ssl.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    return {data, static_cast<std::size_t>(size)};
  }

  void SyncHonestly() {
    const auto acknowledged =
        client_.Sync(honest_, {.envelopes = {honest_.NextEnvelopeBytes(space_)}}).acknowledgements;
    EXPECT_EQ(acknowledged.size(), 1U);
    ++honest_envelopes_;
  }

  ServerProcess server_;
  TestClient client_{server_};
  TestOrganisation organisation_;
  TestDevice honest_{1};
  TestDevice hostile_{2};
  TestDevice stranger_{3};
  const SpaceId space_ = IdNumber<SpaceId>(1);
  std::vector<Bytes> first_;
  std::vector<std::string> requests_;
  std::size_t honest_envelopes_ = 0;
};

TEST_F(MutationTest, SpoiltRequestsHurtNobody) {
  Mutator mutator(kSeed);
  const std::string hello = ClientHello();
  const std::vector<std::string> bodies = Bodies();
  for (int i = 0; i < kMutations && !server_.process().HasEnded(); ++i) {
    if (i % kBetweenHonestSyncs == 0) SyncHonestly();
    const std::string& request = requests_[mutator.Below(requests_.size())];
    const std::string& other = requests_[mutator.Below(requests_.size())];
    if (i % 4 == 0) {
      SendSpoiltTls(mutator.Spoil(hello, request));
      continue;
    }
    const RawTls tls(server_.port(), server_.ca_path());
    ASSERT_TRUE(tls.is_open()) << "at mutation " << i << " of seed " << kSeed;
    if (i % 4 == 1) {
      const std::string body = mutator.Spoil(bodies[mutator.Below(bodies.size())], bodies[0]);
      SendAndEnd(tls, Recorded(body));
    } else {
      SendAndEnd(tls, mutator.Spoil(request, other));
    }
  }
  ASSERT_FALSE(server_.process().HasEnded()) << ReadTextFile(server_.log_path());
  SyncHonestly();
  // With sanitizers, a leak or a read too far would be its exit status.
  const Process::Exit exit = server_.Terminate();
  EXPECT_EQ(exit, (Process::Exit{0, 0})) << ReadTextFile(server_.log_path()).substr(0, 5000);
  const auto report = VerifyStore(server_.data_folder() + "/envelopes.db");
  ASSERT_TRUE(report.has_value());
  EXPECT_THAT(report->faults, testing::IsEmpty());
  EXPECT_GE(report->envelopes, honest_envelopes_);
  EXPECT_LE(report->envelopes, honest_envelopes_ + first_.size());
}

}  // namespace
}  // namespace sacoche
