#pragma once

#include <map>
#include <vector>

#include "engine/record/edit.h"
#include "engine/text/text_document.h"

namespace sacoche {

// A co-written text, read from its registers. Its state is a set of edits (`Value::Opaque`, each an
// encoded TextOps) that are never overwritten but by an erasure of the record. Nothing follows from
// the element that an edit stands under; it spreads many edits over few registers, so that each
// stays small and one change can erase them all.
class TextField {
 public:
  struct Edit {
    TextOps ops;
    const Sibling* written = nullptr;
  };

  // The registers are the field's own, and must outlive this.
  explicit TextField(const std::map<RegisterKey, Register>& registers);

  [[nodiscard]] const TextDocument& document() const { return document_; }

  // What is shown: the text. Where an erasure took away on what a later edit builds, the words that
  // the edit adds, below the text: what was written without sight of an erasure stays visible.
  [[nodiscard]] std::string Shown() const;

  // Those that can be read, by their stamps.
  [[nodiscard]] const std::vector<Edit>& edits() const { return edits_; }
  // The edit that made the unit; nothing if it is not here.
  [[nodiscard]] const Edit* MadeBy(const Dot& unit) const;

  // Edits of which nothing is shown: they wait for others, or only a newer release reads them.
  [[nodiscard]] std::uint64_t not_shown() const;

  [[nodiscard]] TextVersion Version() const;

  // What a person asks for, as units of the replica of `change`. empty() if everything is so
  // already. kInvalidInput: `edit.seen` is not a version of this text. kLimit: text_limits.h.
  [[nodiscard]] Result<TextOps> Make(const FieldEdit& edit, const Dot& change) const;

 private:
  void Read(const Sibling& sibling);
  [[nodiscard]] Result<TextOps> OpsFor(const FieldEdit& edit, const Dot& change) const;
  [[nodiscard]] bool IsApplied(const TextOps& ops) const;
  [[nodiscard]] bool HoldsAllOf(const ReplicaId& replica) const;
  [[nodiscard]] Result<TextDocument> SeenIn(const std::optional<TextVersion>& seen) const;

  TextDocument document_;
  std::vector<Edit> edits_;
  std::map<Dot, std::size_t> by_last_unit_;
  std::vector<const Sibling*> unreadable_;
  bool was_erased_ = false;
};

// The register of a text that the edit of that change goes into.
[[nodiscard]] Bytes TextElementOf(const Dot& change);

// A replica for units that cannot be numbered under the replica of the change which makes them. It
// is of no other change.
[[nodiscard]] ReplicaId UnitReplicaOf(const Dot& change);

}  // namespace sacoche
