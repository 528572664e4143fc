#pragma once

#include "engine/causality/hlc.h"
#include "engine/commit/commit.h"
#include "engine/sync/key_exchange.h"
#include "engine/wire/push.h"

namespace sacoche {

// Takes an envelope from the server into the store: verify, open, unbundle, commit.
class Receiver {
 public:
  Receiver(Store* store, Directory* directory, KeyExchange* keys, Committer* committer,
           const DeviceIdentity* identity)
      : store_(store),
        directory_(directory),
        keys_(keys),
        committer_(committer),
        identity_(identity) {}

  enum class Outcome {
    kCommitted,
    kKnownAlready,   // sent again, after the server had forgotten it
    kSetAside,       // authentic, and unreadable: for this release, or for want of a key for good
    kWaitingForKey,  // nothing was done; a member must grant the epoch's key first
    kGap,            // nothing was done; an earlier envelope of that device is missing here
    kForked,         // nothing was done; this device wrote something else in its place
    kAfterLeaving,   // nothing was done; its device had left the space by then
    // In files only; nothing was done:
    kUnknownAuthor,  // the directory here does not name its device yet
    kForged,         // its device did not sign it so
  };
  struct Received {
    Outcome outcome = Outcome::kCommitted;
    CommitReport commit = {};
    std::uint64_t missing_epoch = 0;  // with kWaitingForKey
    EnvelopeHeader header = {};
    bool contradicts = false;  // with kSetAside: what is known here, and not only this release
    KnownHistoryFrame history = {};  // of the space, this envelope included if it was the next
  };

  struct Sent {
    SpaceId space;  // that was asked for
    std::uint64_t server_seq = 0;
    ByteView bytes;
    CursorFrame::From from;          // whose envelopes were asked for
    std::uint64_t received_s = 0;    // by the server; 0: not known
    KnownHistoryFrame history = {};  // of the space, as far as this device can tell it
  };
  // The history with the envelope of that sequence, if it is the next.
  [[nodiscard]] static KnownHistoryFrame Lengthened(const KnownHistoryFrame& history,
                                                    std::uint64_t sequence,
                                                    const Hash256& manifest_hash);

  // This device's own envelopes come only with kEverybody, and bring back what it lost. kUntrusted:
  // the server altered something or mixed it up; nothing of it was taken in.
  [[nodiscard]] Result<Received> Receive(const Sent& sent);
  // The same for an envelope that a file brought, with its bytes: no word of the server's, and
  // cursor and history stay where they are. What this release cannot read (kSetAside) is left for
  // the network. Precondition: this device is in its space.
  [[nodiscard]] Result<Received> ReceiveCarried(const Envelope& envelope, ByteView bytes);
  // The same judgement of the envelope itself, and nothing else.
  Status Check(const Sent& sent);
  // Whose laptop the last error speaks of, by its signature; zero: nobody's.
  [[nodiscard]] const DeviceId& accused() const { return accused_; }

 private:
  struct Arrived {
    std::uint64_t server_seq = 0;
    std::uint64_t received_s = 0;
    ByteView bytes;
    Envelope envelope;
    Hash256 hash{};
    KnownHistoryFrame history;  // with it
    [[nodiscard]] PulledFrom From() const;
  };
  [[nodiscard]] Result<Arrived> Verify(const Sent& sent);
  tl::unexpected<Error> TwoHistories(const DeviceId& device, std::string message);
  Result<Received> ReceiveFromPeer(const Arrived& arrived);
  Result<Received> ReceiveOwn(const Arrived& arrived);
  Result<Received> ReceiveOwnAgain(const Arrived& arrived);
  Result<Received> Commit(const Arrived& arrived, const PulledFrom& from);
  // Where the chain of a device ends that the server showed, or a file brought.
  [[nodiscard]] Result<ChainHead> KnownChain(const SpaceId& space, const DeviceId& device);
  Result<Received> CommitCarried(const Arrived& arrived);
  [[nodiscard]] Result<bool> IsAllThatTheyReplaceHere(const SpaceId& space,
                                                      const std::vector<Change>& changes);
  Status CheckAgainstBase(const Envelope& envelope, const std::vector<Change>& changes);
  struct OpenedItems {
    std::optional<std::uint64_t> missing_epoch;  // whose key may open them, and is not here yet
    Result<std::vector<Bytes>> bundles;
  };
  [[nodiscard]] Result<OpenedItems> OpenItems(const Envelope& envelope);
  [[nodiscard]] Result<std::vector<Change>> OpenFresh(const Envelope& envelope,
                                                      const OpenedItems& opened);
  [[nodiscard]] Result<std::vector<Change>> Open(const Envelope& envelope,
                                                 const OpenedItems& opened);

  Store* store_;
  Directory* directory_;
  KeyExchange* keys_;
  Committer* committer_;
  const DeviceIdentity* identity_;
  DeviceId accused_;
};

}  // namespace sacoche
