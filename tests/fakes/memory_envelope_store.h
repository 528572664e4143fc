#pragma once

#include <map>

#include "engine/wire/limits.h"
#include "sync-server/envelope_store.h"

namespace sacoche {

// An EnvelopeStore that forgets everything with the process, for tests and the simulation. It
// copies, so that a backup of the server is a copy. FailWrites makes a full disk.
class MemoryEnvelopeStore : public EnvelopeStore {
 public:
  void FailWrites(std::optional<Error> error) { write_error_ = std::move(error); }

  Result<std::vector<AppendOutcome>> AppendEnvelopes(
      std::span<const NewEnvelope> envelopes) override {
    if (write_error_) return Forward(*write_error_);
    std::vector<AppendOutcome> outcomes;
    for (const NewEnvelope& envelope : envelopes) outcomes.push_back(AppendOne(envelope));
    return outcomes;
  }

  Result<EnvelopePage> ReadEnvelopes(const SpaceId& space, std::uint64_t cursor,
                                     const DeviceId& excluded,
                                     const ReadLimits& read_limits) override {
    EnvelopePage page;
    const std::vector<NewEnvelope>& log = spaces_[space];
    page.read_up_to = std::min<std::uint64_t>(cursor, log.size());
    std::size_t bytes = 0;
    while (page.read_up_to < log.size() && page.rows_seen < read_limits.rows_max) {
      const NewEnvelope& next = log[page.read_up_to];
      if (next.header.device != excluded) {
        if (!page.rows.empty() && bytes + next.bytes.size() > read_limits.bytes_max) break;
        bytes += next.bytes.size();
        page.rows.push_back({page.read_up_to + 1, next.bytes});
      }
      ++page.read_up_to;
      ++page.rows_seen;
    }
    page.more = page.read_up_to < log.size();
    return page;
  }

  Result<std::uint64_t> Head(const SpaceId& space) override { return spaces_[space].size(); }

  Status AppendStatements(std::span<const NewStatement> statements) override {
    if (write_error_) return Forward(*write_error_);
    for (const NewStatement& statement : statements) {
      statements_.push_back(statement.bytes);
      if (statement.admits) SACOCHE_TRY(RemoveEnrolment(*statement.admits));
    }
    return {};
  }

  Result<std::vector<Bytes>> ReadStatements(std::uint64_t after,
                                            const ReadLimits& read_limits) override {
    std::vector<Bytes> page;
    std::size_t bytes = 0;
    for (std::uint64_t i = after; i < statements_.size() && page.size() < read_limits.rows_max;
         ++i) {
      if (!page.empty() && bytes + statements_[i].size() > read_limits.bytes_max) break;
      bytes += statements_[i].size();
      page.push_back(statements_[i]);
    }
    return page;
  }

  Result<EnrolmentOutcome> PutEnrolment(const DeviceId& device, ByteView request) override {
    if (write_error_) return Forward(*write_error_);
    for (auto& [waiting, bytes] : enrolments_)
      if (waiting == device) {
        bytes = CopyOf(request);
        return EnrolmentOutcome::kWaiting;
      }
    if (enrolments_.size() >= limits::kPendingEnrolmentsMax) return EnrolmentOutcome::kFull;
    enrolments_.emplace_back(device, CopyOf(request));
    return EnrolmentOutcome::kWaiting;
  }

  Result<std::vector<Bytes>> ListEnrolments() override {
    std::vector<Bytes> requests;
    for (const auto& [device, bytes] : enrolments_) requests.push_back(bytes);
    return requests;
  }

  Status RemoveEnrolment(const DeviceId& device) override {
    std::erase_if(enrolments_, [&](const auto& waiting) { return waiting.first == device; });
    return {};
  }

 private:
  AppendOutcome AppendOne(const NewEnvelope& envelope) {
    std::vector<NewEnvelope>& log = spaces_[envelope.header.space];
    std::uint64_t counter = 0;
    Hash256 previous{};
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].header.id == envelope.header.id) return Repeated(log[i], envelope, i + 1);
      if (log[i].header.device != envelope.header.device) continue;
      counter = log[i].header.counter;
      previous = log[i].manifest_hash;
    }
    if (envelope.header.counter != counter + 1 || envelope.header.previous != previous)
      return AppendOutcome{};
    log.push_back(envelope);
    return AppendOutcome{AppendOutcome::Kind::kStored, log.size()};
  }

  static AppendOutcome Repeated(const NewEnvelope& known, const NewEnvelope& again,
                                std::uint64_t sequence) {
    if (known.manifest_hash != again.manifest_hash) return AppendOutcome{};
    return AppendOutcome{AppendOutcome::Kind::kRepeated, sequence};
  }

  std::map<SpaceId, std::vector<NewEnvelope>> spaces_;
  std::vector<Bytes> statements_;
  std::vector<std::pair<DeviceId, Bytes>> enrolments_;
  std::optional<Error> write_error_;
};

}  // namespace sacoche
