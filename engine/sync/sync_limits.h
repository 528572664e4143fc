#pragma once

#include "engine/bundle/bundle_codec.h"
#include "engine/seal/envelope_seal.h"
#include "engine/wire/limits.h"

// Every number that tunes a sync, with its reason.
namespace sacoche::sync_limits {

// What an envelope aims at: what a cut may cost. At 0.768 Mbit/s this takes a third of a second to
// send; header, chain and signature are half a percent of it.
inline constexpr std::size_t kEnvelopeBytesTarget = 32 * 1024;

// Changes of one dossier that go into one item, before compression. One change more may come on
// top.
inline constexpr std::size_t kItemPlainBytesTarget = 128 * 1024;

// What the items of one envelope may come to before compression. A program that is not ours could
// send a few hundred kilobytes that mean gigabytes.
inline constexpr std::size_t kEnvelopePlainBytesMax = 8 * 1024 * 1024;
// What an envelope aims at, at most, however well it compresses.
inline constexpr std::size_t kEnvelopePlainBytesTarget = 2 * 1024 * 1024;

// Local changes taken from the log for one envelope.
inline constexpr std::size_t kFlushChangesMax = 2048;

// Envelopes of one request, so that a day's work goes in one and a long absence in several.
inline constexpr std::size_t kRequestBytesTarget = 1024 * 1024;

// Envelopes since the last snapshot of a space after which a device that read them makes the next:
// a few months of a post's work. Then a new device reads a state, and not years of edits.
inline constexpr std::uint64_t kSnapshotAfterEnvelopes = 2000;

// The same where a newcomer was just let in, whose first load the snapshot makes half as long:
// below this it is not worth its upload.
inline constexpr std::uint64_t kSnapshotForNewcomerEnvelopes = 4;

// How long colleagues' envelopes are kept to be sent again: longer than the age of any backup from
// which a server may sensibly be restored.
inline constexpr std::uint64_t kPeerEnvelopesKeptSeconds = 60 * 24 * 3600;

// What a file for another laptop aims at: it passes through memory as a whole. Years of a post's
// work go into a few.
inline constexpr std::size_t kCarriedFileBytesTarget = 64 * 1024 * 1024;
inline constexpr std::size_t kCarriedFileBytesMax = 2 * kCarriedFileBytesTarget;

// Parts of a snapshot in one request.
inline constexpr std::size_t kSnapshotBytesTarget = 1024 * 1024;

// Requests of one sync: many more than a first load needs; a server that always has "more" is left.
inline constexpr int kRoundsMax = 1000;

// Attempts after a cut, each only if the one before brought something: a first load of thousands of
// cases on a link that breaks every few seconds ends all the same.
inline constexpr int kResumesMax = 100;

// The server's time is written down again when it is so far from what was expected, and when what
// was written down is so old.
inline constexpr std::uint64_t kTimeOffMsMax = 60ULL * 1000;
inline constexpr std::uint64_t kTimeOldMsMax = 12ULL * 3600 * 1000;

// An agreement with the server is written down anew when the last is so old: a lock counts days.
inline constexpr std::uint64_t kAgreementOldMsMax = 3600ULL * 1000;
// So is what was seen of the clock: what passes between two writes is what setting it back gains.
inline constexpr std::uint64_t kLookOldMsMax = 10ULL * 60 * 1000;

static_assert(kItemPlainBytesTarget + kChangeBytesMax + 4096 < limits::kItemBytesMax);
static_assert(kItemPlainBytesTarget + kChangeBytesMax < kBundlePlainBytesMax);
// Columns may take some bytes more than the changes one by one, by which an envelope is filled.
static_assert(2 * (kEnvelopePlainBytesTarget + kItemPlainBytesTarget + kChangeBytesMax) <
              kEnvelopePlainBytesMax);
static_assert(kFlushChangesMax <= kBundleChangesMax &&
              kFlushChangesMax <= limits::kEnvelopeItemsMax);
static_assert(kEnvelopeBytesTarget + limits::kItemBytesMax + kItemOverheadBytesMax +
                  kEnvelopeOverheadBytesMax <
              limits::kEnvelopeBytesMax);
// A head and parts go into a request that is below its own target; the last part may be large.
static_assert(kRequestBytesTarget + kSnapshotBytesTarget + limits::kFrameBytesMax +
                  limits::kSnapshotPartsMax * 32 + 256 <
              limits::kRequestBytesMax);
static_assert(kRequestBytesTarget + 2 * limits::kFrameBytesMax < limits::kRequestBytesMax);

}  // namespace sacoche::sync_limits
