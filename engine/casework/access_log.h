#pragma once

#include "engine/engine.h"

// Who read, handed out, printed, opened by force or asked for what, when and why: one record for
// each, in the access log of the same post. The author and the time are those of its change, which
// the laptop signed. Nothing here changes an entry; the only end of one is that of its time.
namespace sacoche::casework {

enum class AccessGesture {
  kRead,
  kExport,
  kPrint,
  kBreakGlass,
  kRequest,
};

inline constexpr AccessGesture kAccessGestures[] = {
    AccessGesture::kRead, AccessGesture::kExport, AccessGesture::kPrint, AccessGesture::kBreakGlass,
    AccessGesture::kRequest};

// The gesture in the schema's closed list.
[[nodiscard]] std::string_view CodeOf(AccessGesture gesture);

// Whoever works on a case opens the same record many times: of one laptop's readings of it within
// so long, the first is written. An hour tells a visit from another and keeps a day's work at some
// dozen entries.
inline constexpr std::uint64_t kReadAgainMs = 60ULL * 60 * 1000;

// How long an entry is kept: twelve months.
inline constexpr std::uint64_t kAccessKeptMs = 366ULL * 24 * 60 * 60 * 1000;
// So that a sync after a long absence does not keep anybody waiting.
inline constexpr std::size_t kAccessesErasedAtOnceMax = 128;

// What was accessed, and where it lies; of a whole post, the post's id.
struct Accessed {
  RecordId record;
  SpaceId space;
};

// Writes the entry, whatever stands there. kRefused: this laptop is not in the access log of that
// post; whoever may not go on without an entry stops there. kInvalidInput: no reason for what needs
// one, which is all but reading.
Status LogAccess(Engine& engine, AccessGesture gesture, const Accessed& accessed,
                 const std::string& reason);

// Of what is shown on a laptop: writes an entry if it speaks of people, there is an access log
// beside it, and the same laptop did not write the same within kReadAgainMs without a reason.
Status LogReading(Engine& engine, const RecordView& view, const std::string& reason);

// Before a record goes onto paper: writes an entry if it speaks of people and there is an access
// log beside it. kInvalidInput: it does, and no reason was given.
Status LogPrinting(Engine& engine, const RecordView& view, const std::string& reason);

// Everything that this laptop holds leaves it: one entry in each access log that it is in, for the
// post as a whole. kInvalidInput: there is one, and no reason was given; nothing was written.
Status LogExportOfAll(Engine& engine, const std::string& reason);

// Whether something in the kind is about a person who did not choose to be there.
[[nodiscard]] bool SpeaksOfPeople(const KindDef& kind);

// Erases the oldest of the entries whose time is over, by when the server received them and by its
// time now: nothing while this laptop has not heard the server's time, or doubts its own clock.
// After a sync. Gives how many.
Result<std::size_t> EraseOldAccesses(Engine& engine);

struct AccessEntry {
  RecordId id;
  SpaceId space;
  DeviceId who;
  ShownTime when;
  std::string gesture;  // the code
  RecordId record;
  std::string reason;  // may be empty
};

// The entries on this laptop that are not erased, the latest first; of one record, or of all.
[[nodiscard]] Result<std::vector<AccessEntry>> ReadAccessLog(Engine& engine,
                                                             std::optional<RecordId> record = {});

}  // namespace sacoche::casework
