#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sacoche {

// The closed list of what the server answers when it says no (RFC 9457, application/problem+json,
// type "urn:sacoche:problem:<name>"), and of what it says of a single envelope or statement inside
// a sync answer. A type exists because client code reacts to it. Never renumbered; 18 stands for an
// unknown one in the golden vectors.
enum class ProblemType : std::uint8_t {
  kMalformed = 1,           // cannot be decoded, or breaks the protocol
  kTooLarge = 2,            // beyond a limit
  kUnsigned = 3,            // signature headers missing or outside the profile
  kBadSignature = 4,        // signature, digest or chain does not verify
  kClockSkew = 5,           // signed at another time; `server_time_s` tells the server's
  kReplayed = 6,            // this very request was seen
  kUnknownDevice = 7,       // not admitted (yet)
  kNotMember = 8,           // not in that space
  kForkedChain = 9,         // not the successor of the device's last envelope
  kWrongOrganisation = 10,  // the server serves another organisation, or none yet
  kConflict = 11,           // contradicts what stands (an epoch opened by another device)
  kUnsupported = 12,        // unknown version of a format
  kBusy = 13,               // later; see Retry-After
  kNotFound = 14,           // no such path
  kMethodNotAllowed = 15,   //
  kTooSlow = 16,            // below the minimum rate
  kStorage = 17,            // the server could not store it (its disk); nothing was lost here
  kRevoked = 19,            // the device was withdrawn for good; the directory says so
  kNoSnapshot = 20,         // the space's beginning is gone until a member makes a snapshot of it
};

struct Problem {
  ProblemType type = ProblemType::kMalformed;
  std::string title;                          // one English sentence
  std::optional<std::int64_t> server_time_s;  // only with kClockSkew
};

[[nodiscard]] std::string_view ProblemName(ProblemType type);
[[nodiscard]] std::optional<ProblemType> ProblemFromName(std::string_view name);
[[nodiscard]] std::optional<ProblemType> ProblemFromNumber(std::uint64_t number);

// The HTTP status that goes with it.
[[nodiscard]] int ProblemStatus(ProblemType type);

[[nodiscard]] std::string ProblemToJson(const Problem& problem);

// Nothing if the text is not problem+json of our list. Reads at most a few kilobytes.
[[nodiscard]] std::optional<Problem> ParseProblem(std::string_view json);

inline constexpr std::size_t kProblemBytesMax = 4096;

}  // namespace sacoche
