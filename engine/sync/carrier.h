#pragma once

#include "engine/sync/carried_envelopes.h"
#include "engine/sync/receiver.h"
#include "engine/sync/sealer.h"
#include "engine/sync/sync_limits.h"
#include "engine/wire/carried_file.h"

namespace sacoche {

// What a file takes along for other laptops.
struct CarriedOut {
  Bytes file;
  std::uint64_t envelopes = 0;
  bool more = false;  // the rest goes into the next, once this one's reader has answered
  std::uint64_t spaces_left_out = 0;  // where own work waits for a sync: for a key, or to be whole
};

// What a file brought. Counts are of this file.
struct CarriedIn {
  DeviceId from;  // zero: no member's signature stands under the file as it is
  std::uint64_t changes = 0;
  std::uint64_t envelopes = 0;
  std::uint64_t envelopes_known = 0;
  std::uint64_t envelopes_of_other_spaces = 0;  // of which this laptop is no member
  std::uint64_t envelopes_waiting = 0;  // for a sync: for a key, a newcomer's name, those before
  std::uint64_t envelopes_forked = 0;   // of a laptop whose chain goes another way here
  std::uint64_t envelopes_after_leaving = 0;  // of laptops that no longer belong: not taken
  std::uint64_t envelopes_unreadable = 0;     // made by a newer release
  std::uint64_t envelopes_contradicting = 0;  // what is here already
  std::set<RecordId> touched;
};

// Takes envelopes from laptop to laptop in a file (PROTOCOL.md, "Carried files"): those that a sync
// would send, and the colleagues' that are here. What a sync knows of the server stays as it is, so
// files and syncs mix in any order, and a file may come twice. One thread.
class Carrier {
 public:
  struct Parts {
    Store* store;
    Directory* directory;
    Committer* committer;
    const DeviceIdentity* identity;
    Random* random;
    // At least one envelope goes in.
    std::size_t file_bytes_target = sync_limits::kCarriedFileBytesTarget;
  };
  explicit Carrier(const Parts& parts);

  // Seals what waits, and takes what one of `readers` is not known to hold. Without any: of those
  // in the spaces who ever wrote a file themselves; if nobody has, all that is here.
  [[nodiscard]] Result<CarriedOut> Out(const std::set<DeviceId>& readers);

  // Envelope by envelope: after an error, what came before it stays. kInvalidInput: not such a
  // file, or one of another organisation. kNewerFormat. kCorrupt: cut short, or damaged;
  // kUntrusted: something in it is not what its author signed.
  Status In(ByteView file, CarriedIn& report);

 private:
  [[nodiscard]] Result<Carried::Held> HeldHere(const SpaceId& space);
  // Of each author, the counter up to which all readers but the author hold the envelopes. An
  // author whom nobody else reads is left out.
  [[nodiscard]] Result<Carried::Held> HeldByAll(const SpaceId& space, const Carried::Held& here,
                                                const std::set<DeviceId>& readers);
  Status Seal(const SpaceId& space, bool is_withheld, CarriedOut& out);
  Status AddEnvelopes(const SpaceId& space, const std::set<DeviceId>& readers, CarriedOut& out);

  Status CheckOrganisation(const CarrierFrame& carrier) const;
  Status TakeEnvelope(ByteView bytes, CarriedIn& report);
  Status TakeWaiting(CarriedIn& report);
  Status TakeHeld(const DeviceId& holder, const std::vector<HeldChainFrame>& held);
  [[nodiscard]] bool IsSignedBy(const DeviceId& device, ByteView signed_bytes,
                                const Signature& signature) const;

  Parts parts_;
  DirectoryFollower follower_;
  KeyExchange keys_;
  Sealer sealer_;
  Receiver receiver_;
  std::vector<Bytes> waiting_;  // for others of the same file
};

}  // namespace sacoche
