#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sacoche {

// A unit's dot inside one document, where replicas are numbered in the order of their arrival. The
// numbers are local: nothing that two devices must agree on may depend on them.
struct UnitId {
  static constexpr std::uint32_t kNoReplica = UINT32_MAX;

  std::uint32_t replica = kNoReplica;
  std::uint32_t counter = 0;

  [[nodiscard]] bool is_edge() const { return replica == kNoReplica; }
  [[nodiscard]] UnitId Plus(std::uint32_t units) const { return {replica, counter + units}; }
  auto operator<=>(const UnitId&) const = default;
};

// Characters of one replica with consecutive counters that stand side by side and share one fate.
struct Span {
  UnitId first;
  std::uint32_t length = 0;
  bool deleted = false;

  [[nodiscard]] UnitId last() const { return first.Plus(length - 1); }
  [[nodiscard]] std::uint32_t visible() const { return deleted ? 0 : length; }
  bool operator==(const Span&) const = default;
};

// All spans of a text in its order, deleted ones too, found by visible position or compared by
// order in O(log n). A treap (Seidel and Aragon, "Randomized search trees", 1996) whose nodes are
// numbered and never removed; priorities are a hash of the number.
class SpanTree {
 public:
  using Node = std::uint32_t;
  static constexpr Node kNone = UINT32_MAX;

  struct Place {
    Node node = kNone;
    std::uint32_t offset = 0;
  };

  // A new node directly after `at`, or the first if `at` is kNone.
  Node InsertAfter(Node at, const Span& span);

  // Cuts a span before its character number `offset`, and gives the node of the second part.
  Node Split(Node node, std::uint32_t offset);

  void Change(Node node, const Span& span);

  [[nodiscard]] const Span& at(Node node) const { return nodes_[node].span; }
  [[nodiscard]] Node First() const;
  [[nodiscard]] Node Next(Node node) const;
  [[nodiscard]] Node Previous(Node node) const;

  [[nodiscard]] std::uint64_t visible() const { return VisibleIn(root_); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  // The visible character at that position, which exists.
  [[nodiscard]] Place FindVisible(std::uint64_t position) const;

  // How many nodes stand before it.
  [[nodiscard]] std::uint32_t RankOf(Node node) const;

 private:
  struct Entry {
    Span span;
    Node left = kNone;
    Node right = kNone;
    Node up = kNone;
    std::uint32_t count = 1;    // nodes of this subtree
    std::uint64_t visible = 0;  // characters of this subtree that are not deleted
  };

  [[nodiscard]] std::uint64_t VisibleIn(Node node) const {
    return node == kNone ? 0 : nodes_[node].visible;
  }
  [[nodiscard]] std::uint32_t CountIn(Node node) const {
    return node == kNone ? 0 : nodes_[node].count;
  }
  [[nodiscard]] Node Leftmost(Node node) const;
  [[nodiscard]] Node Rightmost(Node node) const;
  Node Add(const Span& span);
  void Attach(Node node, Node parent, Node Entry::*side);
  void Rotate(Node node);
  void Recount(Node node);

  std::vector<Entry> nodes_;
  Node root_ = kNone;
};

}  // namespace sacoche
