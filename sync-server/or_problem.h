#pragma once

#include "engine/wire/problem.h"
#include "platform/base/result.h"

namespace sacoche {

// What the server answers instead of a value: a problem, and when to come back.
struct Refusal : Problem {
  Refusal() = default;
  Refusal(Problem problem) : Problem(std::move(problem)) {}

  std::uint64_t retry_after_s = 0;  // what Retry-After says; 0: the usual
};

// A value, or what the server answers instead. The title is for people and holds no content.
template <class T>
class [[nodiscard]] OrProblem : public tl::expected<T, Refusal> {
 public:
  using tl::expected<T, Refusal>::expected;
};

inline tl::unexpected<Refusal> Refuse(ProblemType type, std::string title) {
  return tl::unexpected<Refusal>(Problem{type, std::move(title), std::nullopt});
}

inline tl::unexpected<Refusal> Refuse(Refusal refusal) {
  return tl::unexpected<Refusal>(std::move(refusal));
}

inline tl::unexpected<Refusal> RefuseFor(std::uint64_t seconds, std::string title) {
  Refusal refusal(Problem{ProblemType::kBusy, std::move(title), std::nullopt});
  refusal.retry_after_s = seconds;
  return tl::unexpected<Refusal>(std::move(refusal));
}

// What a decoder, the directory or the store says, in the closed list of the protocol.
[[nodiscard]] ProblemType ProblemFor(ErrorCode code);

[[nodiscard]] inline tl::unexpected<Refusal> Refuse(const Error& error) {
  return Refuse(ProblemFor(error.code), error.message);
}

}  // namespace sacoche
