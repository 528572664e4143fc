#pragma once

#include <gtest/gtest.h>

#include "engine/text/text_document.h"
#include "tests/support/results.h"

namespace sacoche {

inline ReplicaId Writer(std::uint8_t number) {
  ReplicaId id;
  id.bytes.back() = number;
  return id;
}

// A device with one text, as a person uses it.
struct Desk {
  explicit Desk(std::uint8_t number) : id(Writer(number)) {}

  // Saves the form with this whole text.
  TextOps Save(std::string_view text) { return Commit(document.OpsToBecome(text, id)); }
  TextOps Type(std::uint64_t position, std::string_view text) {
    return Commit(document.OpsToReplace({position, 0, text}, id));
  }
  TextOps Delete(std::uint64_t position, std::uint64_t count) {
    return Commit(document.OpsToReplace({position, count, ""}, id));
  }
  TextOps Settle() { return Commit(document.OpsToSettle(id)); }
  void Receive(const Desk& other) { EXPECT_THAT(document.Merge(other.document), Succeeds()); }
  [[nodiscard]] std::string text() const { return document.Text(); }

  ReplicaId id;
  TextDocument document;

 private:
  TextOps Commit(Result<TextOps> ops) {
    EXPECT_THAT(ops, Succeeds());
    if (!ops->empty()) {
      EXPECT_THAT(document.Apply(*ops), Succeeds());
    }
    return *ops;
  }
};

inline void Exchange(Desk& one, Desk& other) {
  one.Receive(other);
  other.Receive(one);
  EXPECT_EQ(one.text(), other.text());
  EXPECT_EQ(one.document, other.document);
}

}  // namespace sacoche
