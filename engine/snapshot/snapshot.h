#pragma once

#include "engine/causality/version_vector.h"
#include "engine/record/record.h"

namespace sacoche {

// Where the chain of one device's envelopes in a space ends.
struct ChainEnd {
  std::uint64_t counter = 0;
  ByteArray<32> hash{};  // manifest hash of that envelope

  bool operator==(const ChainEnd&) const = default;
};

// What a snapshot of a space stands for: every change of every envelope up to `server_seq`, once
// each. The tail of the log continues the chains.
struct SnapshotSummary {
  SpaceId space;
  std::uint64_t server_seq = 0;
  VersionVector known;
  std::map<DeviceId, ChainEnd> chains;
  std::uint64_t records = 0;

  bool operator==(const SnapshotSummary&) const = default;
};

// A record of a snapshot, or as much of it as stands in one chunk. A register is always whole.
struct SnapshotRecord {
  RecordId id;
  KindId kind{};
  RecordId dossier;
  Hlc created;
  Hlc changed;  // not before `created`
  std::map<RegisterKey, Register> registers;

  [[nodiscard]] bool HasHeadOf(const SnapshotRecord& other) const {
    return id == other.id && kind == other.kind && dossier == other.dossier &&
           created == other.created && changed == other.changed;
  }
  bool operator==(const SnapshotRecord&) const = default;
};

}  // namespace sacoche
