#include "engine/text/span_tree.h"

#include "platform/base/check.h"

namespace sacoche {
namespace {

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014: its finaliser.
std::uint64_t PriorityOf(SpanTree::Node node) {
  std::uint64_t bits = (std::uint64_t{node} + 1) * 0x9e3779b97f4a7c15ULL;
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111ebULL;
  return bits ^ bits >> 31;
}

}  // namespace

SpanTree::Node SpanTree::InsertAfter(Node at, const Span& span) {
  const Node node = Add(span);
  if (root_ == kNone) {
    root_ = node;
  } else if (at == kNone) {
    Attach(node, Leftmost(root_), &Entry::left);
  } else if (nodes_[at].right == kNone) {
    Attach(node, at, &Entry::right);
  } else {
    Attach(node, Leftmost(nodes_[at].right), &Entry::left);
  }
  return node;
}

SpanTree::Node SpanTree::Split(Node node, std::uint32_t offset) {
  Span head = at(node);
  SACOCHE_CHECK(offset > 0 && offset < head.length);
  const Span tail{head.first.Plus(offset), head.length - offset, head.deleted};
  head.length = offset;
  Change(node, head);
  return InsertAfter(node, tail);
}

void SpanTree::Change(Node node, const Span& span) {
  // Unsigned arithmetic wraps, so that adding the difference takes away as well.
  const std::uint64_t difference = std::uint64_t{span.visible()} - at(node).visible();
  nodes_[node].span = span;
  if (difference == 0) return;
  for (Node up = node; up != kNone; up = nodes_[up].up) nodes_[up].visible += difference;
}

SpanTree::Node SpanTree::First() const { return root_ == kNone ? kNone : Leftmost(root_); }

SpanTree::Node SpanTree::Next(Node node) const {
  if (nodes_[node].right != kNone) return Leftmost(nodes_[node].right);
  Node up = nodes_[node].up;
  while (up != kNone && nodes_[up].right == node) {
    node = up;
    up = nodes_[node].up;
  }
  return up;
}

SpanTree::Node SpanTree::Previous(Node node) const {
  if (nodes_[node].left != kNone) return Rightmost(nodes_[node].left);
  Node up = nodes_[node].up;
  while (up != kNone && nodes_[up].left == node) {
    node = up;
    up = nodes_[node].up;
  }
  return up;
}

SpanTree::Place SpanTree::FindVisible(std::uint64_t position) const {
  SACOCHE_CHECK(position < visible());
  Node node = root_;
  while (true) {
    const Entry& entry = nodes_[node];
    const std::uint64_t before = VisibleIn(entry.left);
    if (position < before) {
      node = entry.left;
      continue;
    }
    position -= before;
    if (position < entry.span.visible()) return {node, static_cast<std::uint32_t>(position)};
    position -= entry.span.visible();
    node = entry.right;
  }
}

std::uint32_t SpanTree::RankOf(Node node) const {
  std::uint32_t rank = CountIn(nodes_[node].left);
  for (Node up = nodes_[node].up; up != kNone; node = up, up = nodes_[node].up)
    if (nodes_[up].right == node) rank += CountIn(nodes_[up].left) + 1;
  return rank;
}

SpanTree::Node SpanTree::Leftmost(Node node) const {
  while (nodes_[node].left != kNone) node = nodes_[node].left;
  return node;
}

SpanTree::Node SpanTree::Rightmost(Node node) const {
  while (nodes_[node].right != kNone) node = nodes_[node].right;
  return node;
}

SpanTree::Node SpanTree::Add(const Span& span) {
  SACOCHE_CHECK(nodes_.size() < kNone);
  Entry entry;
  entry.span = span;
  entry.visible = span.visible();
  nodes_.push_back(entry);
  return static_cast<Node>(nodes_.size() - 1);
}

// Hangs a leaf, then turns it up until no ancestor has a lesser priority.
void SpanTree::Attach(Node node, Node parent, Node Entry::*side) {
  nodes_[parent].*side = node;
  nodes_[node].up = parent;
  for (Node up = parent; up != kNone; up = nodes_[up].up) {
    ++nodes_[up].count;
    nodes_[up].visible += nodes_[node].visible;
  }
  while (nodes_[node].up != kNone && PriorityOf(nodes_[node].up) < PriorityOf(node)) Rotate(node);
}

void SpanTree::Rotate(Node node) {
  const Node parent = nodes_[node].up;
  const Node above = nodes_[parent].up;
  const bool is_left = nodes_[parent].left == node;
  Node Entry::*const from = is_left ? &Entry::right : &Entry::left;
  Node Entry::*const to = is_left ? &Entry::left : &Entry::right;
  const Node moved = nodes_[node].*from;
  nodes_[parent].*to = moved;
  if (moved != kNone) nodes_[moved].up = parent;
  nodes_[node].*from = parent;
  nodes_[parent].up = node;
  nodes_[node].up = above;
  if (above == kNone) {
    root_ = node;
  } else if (nodes_[above].left == parent) {
    nodes_[above].left = node;
  } else {
    nodes_[above].right = node;
  }
  Recount(parent);
  Recount(node);
}

void SpanTree::Recount(Node node) {
  Entry& entry = nodes_[node];
  entry.count = CountIn(entry.left) + CountIn(entry.right) + 1;
  entry.visible = VisibleIn(entry.left) + VisibleIn(entry.right) + entry.span.visible();
}

}  // namespace sacoche
