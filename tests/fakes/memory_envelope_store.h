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
                                     const std::optional<DeviceId>& excluded,
                                     const ReadLimits& read_limits) override {
    EnvelopePage page;
    const std::vector<NewEnvelope>& log = spaces_[space];
    page.read_up_to = std::min<std::uint64_t>(cursor, log.size());
    std::size_t bytes = 0;
    while (page.read_up_to < log.size() && page.rows_seen < read_limits.rows_max) {
      const NewEnvelope& next = log[page.read_up_to];
      const bool is_dropped = page.read_up_to < dropped_[space];
      if (next.header.device != excluded && !is_dropped) {
        if (!page.rows.empty() && bytes + next.bytes.size() > read_limits.bytes_max) break;
        bytes += next.bytes.size();
        page.rows.push_back({page.read_up_to + 1, next.bytes, next.received_s});
      }
      ++page.read_up_to;
      ++page.rows_seen;
    }
    page.more = page.read_up_to < log.size();
    return page;
  }

  Result<HistoryTag> HistoryAt(const SpaceId& space, std::uint64_t sequence) override {
    HistoryTag tag{};
    const std::vector<NewEnvelope>& log = spaces_[space];
    if (sequence > log.size()) return tag;
    for (std::size_t i = 0; i < sequence; ++i) tag = NextTag(tag, log[i].manifest_hash);
    return tag;
  }

  Result<std::uint64_t> ChainCounter(const SpaceId& space, const DeviceId& device) override {
    std::uint64_t counter = 0;
    for (const NewEnvelope& envelope : spaces_[space])
      if (envelope.header.device == device) counter = envelope.header.counter;
    return counter;
  }

  Result<std::uint64_t> Head(const SpaceId& space) override { return spaces_[space].size(); }

  Result<bool> Knows(const SpaceId& space, const EnvelopeId& id) override {
    for (const NewEnvelope& envelope : spaces_[space])
      if (envelope.header.id == id) return true;
    return false;
  }

  Result<std::uint64_t> SpaceBytes(const SpaceId& space) override {
    std::uint64_t bytes = 0;
    const std::vector<NewEnvelope>& log = spaces_[space];
    for (std::size_t i = dropped_[space]; i < log.size(); ++i) bytes += log[i].bytes.size();
    const SpaceSnapshots& snapshots = snapshots_[space];
    if (snapshots.newest)
      for (const Bytes& part : snapshots.newest->parts) bytes += part.size();
    for (const auto& [device, arriving] : snapshots.arriving)
      for (const Bytes& part : arriving.parts) bytes += part.size();
    return bytes;
  }

  Result<Bytes> ReadSetting(std::string_view name) override {
    const auto found = settings_.find(name);
    return found == settings_.end() ? Bytes() : found->second;
  }
  Status WriteSetting(std::string_view name, ByteView value) override {
    if (write_error_) return Forward(*write_error_);
    settings_[std::string(name)] = CopyOf(value);
    return {};
  }

  Result<std::map<DeviceId, ChainEnd>> ChainEnds(const SpaceId& space) override {
    std::map<DeviceId, ChainEnd> ends;
    for (const NewEnvelope& envelope : spaces_[space])
      ends[envelope.header.device] = {envelope.header.counter, envelope.manifest_hash};
    return ends;
  }

  Result<std::uint64_t> BeginSnapshot(const SealedSnapshotHead& head) override {
    if (write_error_) return Forward(*write_error_);
    SpaceSnapshots& snapshots = snapshots_[head.identity.space];
    if (snapshots.newest && snapshots.newest->head == head) return snapshots.newest->parts.size();
    Snapshot& arriving = snapshots.arriving[head.identity.device];
    if (!(arriving.head == head)) arriving = Snapshot{head, {}};
    return arriving.parts.size();
  }

  Result<std::uint64_t> AppendSnapshotPart(const SealedSnapshotHead& head, std::uint64_t index,
                                           ByteView part) override {
    SACOCHE_ASSIGN(const std::uint64_t held, BeginSnapshot(head));
    SpaceSnapshots& snapshots = snapshots_[head.identity.space];
    if (index != held) return held;
    Snapshot& arriving = snapshots.arriving[head.identity.device];
    arriving.parts.push_back(CopyOf(part));
    if (held + 1 < head.part_hashes.size()) return held + 1;
    snapshots.newest = arriving;
    std::erase_if(snapshots.arriving, [&](const auto& other) {
      return other.second.head.identity.sequence <= head.identity.sequence;
    });
    return held + 1;
  }

  Result<std::optional<StoredSnapshot>> NewestSnapshot(const SpaceId& space) override {
    const auto& newest = snapshots_[space].newest;
    if (!newest) return std::optional<StoredSnapshot>();
    return std::optional(StoredSnapshot{newest->head.identity, newest->parts.size(),
                                        EncodeSnapshotHead(newest->head)});
  }

  Result<Bytes> ReadSnapshotPart(const StoredSnapshot& snapshot, std::uint64_t index) override {
    return snapshots_[snapshot.identity.space].newest->parts.at(index);
  }

  Result<std::uint64_t> DropCovered(const SpaceId& space, const Retention& retention) override {
    if (write_error_) return Forward(*write_error_);
    const auto& newest = snapshots_[space].newest;
    std::vector<NewEnvelope>& log = spaces_[space];
    std::uint64_t& dropped = dropped_[space];
    while (newest && dropped < newest->head.identity.sequence &&
           log[dropped].received_s < retention.received_before_s)
      log[dropped++].bytes.clear();
    return dropped;
  }
  Result<std::uint64_t> DroppedUpTo(const SpaceId& space) override { return dropped_[space]; }

  Result<std::vector<SpaceId>> Spaces() override {
    std::vector<SpaceId> spaces;
    for (const auto& [space, log] : spaces_)
      if (!log.empty()) spaces.push_back(space);
    return spaces;
  }

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
    return AppendOutcome{AppendOutcome::Kind::kStored, log.size(), envelope.received_s};
  }

  static AppendOutcome Repeated(const NewEnvelope& known, const NewEnvelope& again,
                                std::uint64_t sequence) {
    if (known.manifest_hash != again.manifest_hash) return AppendOutcome{};
    return AppendOutcome{AppendOutcome::Kind::kRepeated, sequence, known.received_s};
  }

  struct Snapshot {
    SealedSnapshotHead head;
    std::vector<Bytes> parts;
  };
  struct SpaceSnapshots {
    std::optional<Snapshot> newest;
    std::map<DeviceId, Snapshot> arriving;
  };

  std::map<SpaceId, std::vector<NewEnvelope>> spaces_;
  std::map<SpaceId, SpaceSnapshots> snapshots_;
  std::map<SpaceId, std::uint64_t> dropped_;
  std::map<std::string, Bytes, std::less<>> settings_;
  std::vector<Bytes> statements_;
  std::vector<std::pair<DeviceId, Bytes>> enrolments_;
  std::optional<Error> write_error_;
};

}  // namespace sacoche
