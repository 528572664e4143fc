#pragma once

#include "engine/bundle/bundle_codec.h"
#include "engine/seal/envelope_seal.h"
#include "engine/wire/limits.h"

// Every number that tunes a sync, with its reason.
namespace sacoche::sync_limits {

// What an envelope aims at. At 0.768 Mbit/s this takes a little over a second to send, which is
// what a cut may cost.
inline constexpr std::size_t kEnvelopeBytesTarget = 128 * 1024;

// Changes of one dossier that go into one item, before compression. One change more may come on
// top.
inline constexpr std::size_t kItemPlainBytesTarget = 128 * 1024;

// Local changes taken from the log for one envelope.
inline constexpr std::size_t kFlushChangesMax = 2048;

// Envelopes of one request, so that a day's work goes in one and a long absence in several.
inline constexpr std::size_t kRequestBytesTarget = 1024 * 1024;

// Requests of one sync: many more than a first load needs; a server that always has "more" is left.
inline constexpr int kRoundsMax = 1000;

// Attempts after a cut, each only if the one before brought something.
inline constexpr int kResumesMax = 5;

static_assert(kItemPlainBytesTarget + kChangeBytesMax + 4096 < limits::kItemBytesMax);
static_assert(kItemPlainBytesTarget + kChangeBytesMax < kBundlePlainBytesMax);
static_assert(kFlushChangesMax <= kBundleChangesMax &&
              kFlushChangesMax <= limits::kEnvelopeItemsMax);
static_assert(kEnvelopeBytesTarget + limits::kItemBytesMax + kItemOverheadBytesMax +
                  kEnvelopeOverheadBytesMax <
              limits::kEnvelopeBytesMax);
static_assert(kRequestBytesTarget + 2 * limits::kFrameBytesMax < limits::kRequestBytesMax);

}  // namespace sacoche::sync_limits
