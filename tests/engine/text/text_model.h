#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "engine/text/text_ops.h"

namespace sacoche {

// FugueMax as its paper defines it, one tree node for each character and no thought of speed: edits
// are given in an order in which each comes after all that its author had seen.
class TextModel {
 public:
  void Apply(const TextOps& ops) {
    std::uint64_t counter = ops.first;
    for (const TextRun& run : ops.runs) {
      for (std::uint32_t i = 0; i < run.length; ++i, ++counter) ApplyUnit(ops, run, i, counter);
    }
  }

  [[nodiscard]] std::u32string Text() const {
    std::u32string text;
    for (const Dot& dot : Order())
      if (!deleted_.contains(dot)) text.push_back(nodes_.at(dot).character);
    return text;
  }

 private:
  struct Node {
    char32_t character = 0;
    Dot right_origin;
    std::vector<Dot> left_children;
    std::vector<Dot> right_children;
  };

  void ApplyUnit(const TextOps& ops, const TextRun& run, std::uint32_t i, std::uint64_t counter) {
    const Dot dot{ops.author, counter};
    if (run.kind == TextRun::Kind::kDeleteForward) {
      deleted_.insert({run.place.replica, run.place.counter + i});
    } else if (run.kind == TextRun::Kind::kDeleteBackward) {
      deleted_.insert({run.place.replica, run.place.counter - i});
    } else if (run.inserts()) {
      const bool is_left = i == 0 && run.kind == TextRun::Kind::kInsertBefore;
      Node& node = nodes_[dot];
      node.character = run.text[i];
      node.right_origin = run.kind == TextRun::Kind::kInsertBefore ? run.place : run.right;
      Hang(dot, i == 0 ? run.place : Dot{ops.author, counter - 1}, is_left);
    }
  }

  void Hang(const Dot& dot, const Dot& parent, bool is_left) {
    const std::vector<Dot> order = Order();
    const auto place = [&](const Dot& child) {
      const Dot& origin = nodes_[child].right_origin;
      return origin == Dot{} ? order.end() : std::ranges::find(order, origin);
    };
    auto& siblings = is_left ? nodes_[parent].left_children : nodes_[parent].right_children;
    const auto at = std::ranges::find_if(siblings, [&](const Dot& sibling) {
      if (is_left || place(sibling) == place(dot)) return dot < sibling;
      return place(sibling) < place(dot);
    });
    siblings.insert(at, dot);
  }

  [[nodiscard]] std::vector<Dot> Order() const {
    std::vector<Dot> order;
    order.reserve(nodes_.size());
    const std::function<void(const Dot&)> visit = [&](const Dot& dot) {
      const auto node = nodes_.find(dot);
      if (node == nodes_.end()) return;
      for (const Dot& child : node->second.left_children) visit(child);
      if (dot != Dot{}) order.push_back(dot);
      for (const Dot& child : node->second.right_children) visit(child);
    };
    visit(Dot{});
    return order;
  }

  std::map<Dot, Node> nodes_;  // the start too, under the edge
  std::set<Dot> deleted_;
};

}  // namespace sacoche
