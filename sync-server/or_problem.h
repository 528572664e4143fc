#pragma once

#include "engine/wire/problem.h"
#include "platform/base/result.h"

namespace sacoche {

// A value, or what the server answers instead. The title is for people and holds no content.
template <class T>
class [[nodiscard]] OrProblem : public tl::expected<T, Problem> {
 public:
  using tl::expected<T, Problem>::expected;
};

inline tl::unexpected<Problem> Refuse(ProblemType type, std::string title) {
  return tl::unexpected<Problem>(Problem{type, std::move(title), std::nullopt});
}

inline tl::unexpected<Problem> Refuse(Problem problem) {
  return tl::unexpected<Problem>(std::move(problem));
}

// What a decoder, the directory or the store says, in the closed list of the protocol.
[[nodiscard]] ProblemType ProblemFor(ErrorCode code);

[[nodiscard]] inline tl::unexpected<Problem> Refuse(const Error& error) {
  return Refuse(ProblemFor(error.code), error.message);
}

}  // namespace sacoche
