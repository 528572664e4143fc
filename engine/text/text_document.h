#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/text_sequence.h"
#include "platform/base/result.h"

namespace sacoche {

// A stretch of the text that several people changed without having seen each other's change.
struct ContestedPassage {
  std::uint64_t begin = 0;  // visible characters [begin, end); empty where everything was deleted
  std::uint64_t end = 0;
  std::vector<Dot> changes;  // the last unit there of each of these replicas, sorted

  bool operator==(const ContestedPassage&) const = default;
};

// One co-written text: a pure value, with no clock and no store. What it shows depends on the set
// of edits applied, not on their order or repetition; text_sequence.h names the algorithm.
//
// An edit takes effect once every edit that its author had seen is here; until then it is kept, is
// part of History(), and changes nothing. It is never lost by arriving too early.
//
// Positions are counted in Unicode code points, texts are UTF-8. Not for several threads at once.
class TextDocument {
 public:
  // Idempotent; commutative; of an edit that overlaps what is known only the rest is applied.
  //   kCorrupt  the edit contradicts itself or what it builds on: no honest replica made it, and it
  //             is dropped, now or when that on which it waited has arrived
  //   kLimit    text_limits.h; nothing changed. Apply the edit again once others have arrived.
  [[nodiscard]] Status Apply(const TextOps& ops);

  // All edits of another document.
  [[nodiscard]] Status Merge(const TextDocument& other);

  // The edit that turns Text() into `text`, by a diff of words; empty() if nothing is to do. The
  // document is unchanged: hand the edit to Apply, as every other device will.
  [[nodiscard]] Result<TextOps> OpsToBecome(std::string_view text, const ReplicaId& author) const;

  // The edit that deletes `removed` characters from `position` on and types `text` there.
  struct Replacement {
    std::uint64_t position = 0;
    std::uint64_t removed = 0;
    std::string_view text;
  };
  [[nodiscard]] Result<TextOps> OpsToReplace(const Replacement& replacement,
                                             const ReplicaId& author) const;

  // The edit that says: I looked at every contested passage, and the text is well as it stands.
  [[nodiscard]] Result<TextOps> OpsToSettle(const ReplicaId& author) const;

  [[nodiscard]] std::string Text() const;
  [[nodiscard]] std::uint64_t size() const { return sequence_.spans().visible(); }

  // The passages to look at, in the order of the text. A passage is a sentence: it ends after a
  // line break, or after . ! ? … before a space, unless something up to the next word was changed
  // concurrently. It is contested while the last changes there of two replicas are concurrent,
  // until somebody who has seen both changes that passage or settles. Deleting the same characters
  // is no contest.
  [[nodiscard]] std::vector<ContestedPassage> Contested() const;

  // Everything, in an order in which each edit comes after all that its author had seen (those that
  // wait come last). The same for all who hold the same edits.
  [[nodiscard]] std::vector<TextOps> History() const;

  // Of each replica, the counter of the last unit applied.
  [[nodiscard]] std::map<ReplicaId, std::uint64_t> Known() const;

  // The document as it was for somebody who knew just these units, what Known() gave once. Of
  // anything else, only what needs nothing beyond it has effect. Costs a replay of the history.
  [[nodiscard]] TextDocument AsOf(const std::map<ReplicaId, std::uint64_t>& known) const;

  // Edits that are kept and have had no effect yet.
  [[nodiscard]] std::size_t waiting() const { return waiting_count_; }
  [[nodiscard]] std::size_t spans() const { return sequence_.spans().size(); }

  // Whether both hold the same edits.
  friend bool operator==(const TextDocument& a, const TextDocument& b) {
    return a.History() == b.History();
  }

 private:
  friend class ContestedFinder;
  friend class ReferenceCheck;

  // From its unit `from` on, a replica had seen the units of another up to `counter`.
  struct Sight {
    std::uint32_t from = 0;
    std::uint32_t counter = 0;
  };
  // By the replica that was seen; in the order of `from`.
  using Sights = std::map<std::uint32_t, std::vector<Sight>>;

  [[nodiscard]] std::uint64_t KnownOf(const ReplicaId& replica) const;
  [[nodiscard]] Dot FirstMissing(const TextOps& ops) const;
  [[nodiscard]] Status KeepWaiting(const Dot& missing, const TextOps& ops);
  void Integrate(const TextOps& ops);
  void IntegrateRun(std::uint32_t author, const TextRun& run);
  void Wake(const ReplicaId& grown);
  std::uint32_t NumberOf(const ReplicaId& replica);
  [[nodiscard]] UnitId UnitOf(const Dot& dot) const;
  [[nodiscard]] Dot DotOf(UnitId unit) const;
  [[nodiscard]] std::uint32_t SeenBy(UnitId unit, std::uint32_t replica) const;

  [[nodiscard]] TextOps NewOps(const ReplicaId& author) const;
  void AddHunk(TextOps& ops, std::uint64_t position, std::uint64_t removed,
               std::u32string_view text) const;
  void AddDeletions(TextOps& ops, std::uint64_t position, std::uint64_t removed) const;
  [[nodiscard]] std::u32string CodePoints() const;

  [[nodiscard]] TextRun Exported(std::uint32_t replica, const TextSequence::LogRun& run,
                                 std::uint32_t begin, std::uint32_t end) const;
  [[nodiscard]] std::vector<TextOps> ExportedLog(std::uint32_t replica) const;

  TextSequence sequence_;
  std::map<ReplicaId, std::uint32_t> numbers_;
  std::vector<Sights> sights_;                   // by the replica that saw
  std::map<Dot, std::vector<TextOps>> waiting_;  // by the unit that is missing
  std::size_t waiting_count_ = 0;
};

}  // namespace sacoche
