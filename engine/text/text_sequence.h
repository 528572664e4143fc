#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/text/span_tree.h"
#include "engine/text/text_ops.h"

namespace sacoche {

// The sequence CRDT under TextDocument: which characters there are, in which order, and who deleted
// what. It trusts its caller: everything that is handed in was checked, and its replicas are known.
//
// The order is FugueMax of Weidner and Kleppmann, "The Art of the Fugue: Minimizing Interleaving in
// Collaborative Text Editing" (2023): characters form a tree, each is a left or right child of
// another, and the text is the tree read from left to right. Left siblings stand by dot; right
// siblings stand with the later right origin first, then by dot. Two texts typed at one place do
// not interleave, whether they were typed forwards or backwards. The tree is not stored node by
// node: within a run each character is the right child of the one before it, and only the first
// characters of runs are listed under their parents. FugueMax rather than YATA (Yjs) because a new
// character is compared with its siblings alone: an honest replica never makes two siblings, so a
// merge costs no more than the edits merged, where YATA scans all that was typed at the same place.
class TextSequence {
 public:
  // The log of one replica: consecutive units, told together as far as they can be.
  struct LogRun {
    TextRun::Kind kind = TextRun::Kind::kInsertAfter;
    std::uint32_t first = 0;  // counter
    std::uint32_t length = 0;
    std::uint32_t text_at = 0;  // of inserts: where in the replica's `characters`
    UnitId place;
    UnitId right;  // of kInsertBefore: `place`, which stood next as well

    [[nodiscard]] bool inserts() const {
      return kind == TextRun::Kind::kInsertAfter || kind == TextRun::Kind::kInsertBefore;
    }
    [[nodiscard]] bool deletes() const {
      return kind == TextRun::Kind::kDeleteForward || kind == TextRun::Kind::kDeleteBackward;
    }
    [[nodiscard]] std::uint32_t end() const { return first + length; }
    // Of deletions: the targets, from the least counter.
    [[nodiscard]] UnitId lowest_target() const {
      if (kind == TextRun::Kind::kDeleteForward) return place;
      return {place.replica, place.counter - (length - 1)};
    }
  };

  struct Replica {
    ReplicaId id;
    std::uint32_t known = 0;    // the counter of its last unit
    std::vector<LogRun> log;    // sorted, without gaps
    std::u32string characters;  // all that it typed, in the order of typing
  };

  struct Anchor {
    TextRun::Kind kind = TextRun::Kind::kInsertAfter;
    UnitId place;
    UnitId right;
  };

  std::uint32_t AddReplica(const ReplicaId& id);
  [[nodiscard]] const std::vector<Replica>& replicas() const { return replicas_; }
  [[nodiscard]] const SpanTree& spans() const { return spans_; }

  // The next units of one replica; `run.first` and `run.text_at` are set here.
  void Append(std::uint32_t replica, LogRun run, std::u32string_view text);

  // The run that the unit belongs to.
  [[nodiscard]] const LogRun& RunOf(UnitId unit) const;

  // The text of a stretch of characters of one replica, all typed in one go.
  [[nodiscard]] std::u32string_view TextOf(UnitId first, std::uint32_t length) const;

  // Where a character must be hung that is typed at that visible position.
  [[nodiscard]] Anchor AnchorAt(std::uint64_t position) const;

 private:
  // First characters of runs, in the order of siblings. What continues a run is not among them.
  using Children = std::map<UnitId, std::vector<UnitId>>;

  static bool Continues(const LogRun& last, const LogRun& run, std::uint32_t replica);
  static bool Join(Replica& replica, std::uint32_t number, const LogRun& run);

  void Insert(UnitId first, const LogRun& run, bool continues);
  SpanTree::Node NodeBeforeRightChild(UnitId child, const LogRun& run, bool continues);
  SpanTree::Node NodeBeforeLeftChild(UnitId child, UnitId parent);
  void PutSpan(SpanTree::Node after, const Span& span);
  void Delete(UnitId lowest, std::uint32_t length);
  std::uint32_t DeleteWithin(UnitId first, std::uint32_t length);
  bool MovedToNeighbour(SpanTree::Node node, std::uint32_t offset, std::uint32_t count);
  SpanTree::Node SplitAt(SpanTree::Node node, std::uint32_t offset);

  [[nodiscard]] UnitId ContinuationOf(UnitId unit) const;
  [[nodiscard]] UnitId RightOriginOf(UnitId unit) const { return RunOf(unit).right; }
  [[nodiscard]] bool IsBefore(UnitId a, UnitId b) const;
  [[nodiscard]] bool HasLesserDot(UnitId a, UnitId b) const;
  [[nodiscard]] bool StandsBefore(UnitId a, UnitId a_right, UnitId b, UnitId b_right) const;
  [[nodiscard]] UnitId LastBelow(UnitId unit) const;
  [[nodiscard]] UnitId FirstBelow(UnitId unit) const;
  [[nodiscard]] UnitId After(SpanTree::Place place) const;

  [[nodiscard]] SpanTree::Node NodeOf(UnitId unit) const;
  SpanTree::Node NodeEndingWith(UnitId unit);
  SpanTree::Node NodeBefore(UnitId unit);

  std::vector<Replica> replicas_;
  SpanTree spans_;
  std::vector<std::map<std::uint32_t, SpanTree::Node>> starts_;  // by replica: counter → span
  Children right_children_;                                      // of the start too, under the edge
  Children left_children_;
};

}  // namespace sacoche
