#include "engine/store/suspicions.h"

#include <algorithm>
#include <array>

namespace sacoche {
namespace {

struct Name {
  Suspicion suspicion;
  std::string_view name;
};

constexpr std::array kNames = {
    Name{Suspicion::kForgedStatement, "forged-statement"},
    Name{Suspicion::kStatementOutOfPlace, "statement-out-of-place"},
    Name{Suspicion::kDirectoryWithheld, "directory-withheld"},
    Name{Suspicion::kForgedEnvelope, "forged-envelope"},
    Name{Suspicion::kEnvelopeOutOfPlace, "envelope-out-of-place"},
    Name{Suspicion::kEnvelopeLeftOut, "envelope-left-out"},
    Name{Suspicion::kTwoHistories, "two-histories"},
    Name{Suspicion::kServerForgot, "server-forgot"},
    Name{Suspicion::kShownDifferently, "shown-differently"},
    Name{Suspicion::kForgedSnapshot, "forged-snapshot"},
    Name{Suspicion::kForgedTime, "forged-time"},
    Name{Suspicion::kBrokenAnswer, "broken-answer"},
    Name{Suspicion::kAfterLeaving, "after-leaving"},
    Name{Suspicion::kContradictoryChange, "contradictory-change"},
    Name{Suspicion::kStoreCopied, "store-copied"},
    Name{Suspicion::kAnotherServer, "another-server"},
};

}  // namespace

std::string_view NameOf(Suspicion suspicion) {
  const auto known = std::ranges::find(kNames, suspicion, &Name::suspicion);
  return known == kNames.end() ? "unknown" : known->name;
}

std::optional<Suspicion> SuspicionNamed(std::string_view name) {
  const auto known = std::ranges::find(kNames, name, &Name::name);
  return known == kNames.end() ? std::nullopt : std::optional(known->suspicion);
}

Status Suspicions::Note(const Subject& subject, std::uint64_t now_ms) {
  return database_
      ->Prepare(
          "INSERT INTO suspicion(what, space, device, times, first_ms, last_ms, acknowledged)"
          " VALUES (?1, ?2, ?3, 1, ?4, ?4, 0) ON CONFLICT(what, space, device)"
          " DO UPDATE SET times = times + 1, last_ms = ?4, acknowledged = 0")
      .Bind(static_cast<std::uint64_t>(subject.what))
      .Bind(subject.space.view())
      .Bind(subject.device.view())
      .Bind(now_ms)
      .Run();
}

Result<std::vector<Suspicions::Entry>> Suspicions::ReadAll() {
  auto query = database_->Prepare(
      "SELECT what, space, device, times, first_ms, last_ms, acknowledged FROM suspicion"
      " ORDER BY last_ms DESC, what, space, device");
  std::vector<Entry> entries;
  while (true) {
    SACOCHE_ASSIGN(const bool has_row, query.Step());
    if (!has_row) return entries;
    entries.push_back(
        {{static_cast<Suspicion>(query.Int(0)), query.IdAt<SpaceId>(1), query.IdAt<DeviceId>(2)},
         query.Uint(3),
         query.Uint(4),
         query.Uint(5),
         query.Int(6) != 0});
  }
}

Result<std::uint64_t> Suspicions::CountUnacknowledged() {
  auto query = database_->Prepare("SELECT count(*) FROM suspicion WHERE acknowledged = 0");
  SACOCHE_TRY(query.Step());
  return query.Uint(0);
}

Status Suspicions::AcknowledgeAll() {
  return database_->Prepare("UPDATE suspicion SET acknowledged = 1 WHERE acknowledged = 0").Run();
}

}  // namespace sacoche
