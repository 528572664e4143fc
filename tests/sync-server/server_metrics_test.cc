#include "sync-server/server_metrics.h"

#include <gmock/gmock.h>

#include <regex>
#include <set>
#include <sstream>

namespace sacoche {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(DurationHistogram, CountsUpToEachBound) {
  DurationHistogram histogram;
  histogram.Add(milliseconds(1));
  histogram.Add(milliseconds(2));
  histogram.Add(milliseconds(60));
  histogram.Add(milliseconds(9000));
  std::string text;
  histogram.AppendTo(text, "x");
  EXPECT_THAT(text, HasSubstr("x_bucket{le=\"0.0005\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("x_bucket{le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("x_bucket{le=\"0.0025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("x_bucket{le=\"0.1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("x_bucket{le=\"2.5\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("x_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("x_sum 9.063\n"));
  EXPECT_THAT(text, HasSubstr("x_count 4\n"));
}

TEST(ServerMetrics, EveryLineIsOfTheTextFormatAndEveryFamilyIsDescribedOnce) {
  ServerMetrics metrics;
  metrics.requests[{"/v1/sync", "none"}] = 3;
  metrics.requests[{"unknown", "not-found"}] = 1;
  metrics.envelopes_refused[ProblemType::kForkedChain] = 2;
  metrics.Refuse(LimitName::kAnswerRate);
  metrics.commits.Add(milliseconds(3));
  const std::string text = MetricsText(metrics);
  const std::regex described("# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|histogram))");
  const std::regex sample(
      "([a-z_]+?)(_bucket|_sum|_count)?(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\\})? [0-9.e+-]+");
  std::set<std::string> types;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const bool is_repeated = line.starts_with("# TYPE ") && !types.insert(line).second;
    EXPECT_FALSE(is_repeated) << line;
    EXPECT_TRUE(std::regex_match(line, described) || std::regex_match(line, sample)) << line;
  }
  EXPECT_TRUE(text.ends_with('\n'));
  EXPECT_THAT(text, HasSubstr("sacoche_requests_total{path=\"/v1/sync\",problem=\"none\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("sacoche_envelopes_refused_total{problem=\"forked-chain\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("sacoche_refusals_total{limit=\"answer-rate\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sacoche_commit_seconds_count 1\n"));
}

}  // namespace
}  // namespace sacoche
