#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sacoche {

// In what quality somebody asks to read. Never renumbered.
enum class ReaderRole : std::uint8_t {
  kIntervenant = 1,          // IS: the social worker of the post
  kBinome = 2,               // BI: who shares the post
  kClinicalBinome = 3,       // BC: a nurse or psychologist who works beside them
  kTechnicalSupervisor = 4,  // ST: trained in social work, asked for advice
  kHost = 5,                 // SF: the police or gendarmerie that houses the post
  kEmployer = 6,             // SH: the employer's hierarchy
  kCommittee = 7,            // CF: those who steer and fund
  kRegionalReferent = 8,     // RR
  kServerAdmin = 9           // SA: reads nothing, whatever the kind
};

inline constexpr std::array kReaderRoles = {
    ReaderRole::kIntervenant,    ReaderRole::kBinome,
    ReaderRole::kClinicalBinome, ReaderRole::kTechnicalSupervisor,
    ReaderRole::kHost,           ReaderRole::kEmployer,
    ReaderRole::kCommittee,      ReaderRole::kRegionalReferent,
    ReaderRole::kServerAdmin};

// What a role reads of the records of a kind, without more words. Never renumbered.
enum class Access : std::uint8_t {
  kNone = 0,
  kAggregates = 1,     // figures of a report, by its rule on small numbers
  kShared = 2,         // only what somebody shared with that role on this file
  kPseudonymised = 3,  // only through the records of the nameless spaces
  kFull = 4
};

struct ReaderRule {
  Access access = Access::kNone;
  // kFull: the whole record for a limited time, for a reason, in the access log.
  enum class OnRequest : std::uint8_t { kNothing, kFull } on_request = OnRequest::kNothing;

  bool operator==(const ReaderRule&) const = default;
};

// A value: what each role reads of a kind. Nobody reads what is not declared.
struct Readers {
  std::array<ReaderRule, kReaderRoles.size()> rules{};  // in the order of kReaderRoles

  [[nodiscard]] constexpr ReaderRule Of(ReaderRole role) const {
    return rules[static_cast<std::size_t>(role) - 1];
  }
  bool operator==(const Readers&) const = default;
};

}  // namespace sacoche
