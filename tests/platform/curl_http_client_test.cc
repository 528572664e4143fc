#include "platform/curl/curl_http_client.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace sacoche {
namespace {

std::string AuthorityOf(const std::string& url) {
  const auto client = CurlHttpClient::Create(url, "");
  return client ? (*client)->authority() : "refused";
}

TEST(CurlHttpClient, Create_TakesHostAndPort) {
  EXPECT_EQ(AuthorityOf("https://sync.example.org"), "sync.example.org");
  EXPECT_EQ(AuthorityOf("https://sync.example.org:8443"), "sync.example.org:8443");
  EXPECT_EQ(AuthorityOf("https://sync.example.org:8443/"), "sync.example.org:8443");
  EXPECT_EQ(AuthorityOf("https://127.0.0.1:1"), "127.0.0.1:1");
  EXPECT_EQ(AuthorityOf("https://[::1]:8443"), "[::1]:8443");
}

TEST(CurlHttpClient, Authority_IsInLowerCase) {
  EXPECT_EQ(AuthorityOf("https://Sync.Example.ORG:8443"), "sync.example.org:8443");
}

// RFC 9421, section 2.2.3: the default port is not part of it, as it is not of the Host header.
TEST(CurlHttpClient, Authority_OmitsTheDefaultPort) {
  EXPECT_EQ(AuthorityOf("https://sync.example.org:443"), "sync.example.org");
}

TEST(CurlHttpClient, Create_RefusesEverythingThatIsNotHttpsHostPort) {
  for (const char* bad :
       {"", "https", "https:", "https://", "https:///", "http://sync.example.org",
        "ftp://sync.example.org", "sync.example.org", "https:sync.example.org",
        "https://sync.example.org/v1", "https://sync.example.org?x", "https://sync.example.org#x",
        "https://user@sync.example.org", "https://user:pass@sync.example.org",
        "https://sync example.org", "https://sync.example.org\r\nX: y", "https://\t",
        " https://sync.example.org"})
    EXPECT_THAT(CurlHttpClient::Create(bad, ""), FailsWith(ErrorCode::kInvalidInput)) << bad;
}

TEST(CurlHttpClient, Create_RefusesAPortThatCannotBe) {
  for (const char* bad : {"https://:8443", "https://sync.example.org:port",
                          "https://sync.example.org:", "https://sync.example.org:0",
                          "https://sync.example.org:0443", "https://sync.example.org:65536",
                          "https://sync.example.org:-1", "https://sync.example.org:1:2"})
    EXPECT_THAT(CurlHttpClient::Create(bad, ""), FailsWith(ErrorCode::kInvalidInput)) << bad;
}

TEST(CurlHttpClient, CreateForFirstContact_RefusesWhatCreateRefuses) {
  EXPECT_THAT(CurlHttpClient::CreateForFirstContact("http://sync.example.org"),
              FailsWith(ErrorCode::kInvalidInput));
  EXPECT_EQ((*CurlHttpClient::CreateForFirstContact("https://Sync.Example.ORG"))->authority(),
            "sync.example.org");
}

TEST(CurlHttpClient, Send_SaysThatAServerCannotBeReached) {
  // Port 1 of the loopback: nothing listens there, and nobody is asked to resolve a name.
  auto client = CurlHttpClient::Create("https://127.0.0.1:1", "");
  ASSERT_THAT(client, Succeeds());
  const HttpRequest request{"GET", "/healthz", {}, {}};
  EXPECT_THAT((*client)->Send(request, [](const HttpResponse&, ByteView) { return true; }),
              FailsWith(ErrorCode::kNetwork));
}

}  // namespace
}  // namespace sacoche
