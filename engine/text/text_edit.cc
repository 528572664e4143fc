#include "engine/text/text_document.h"
#include "engine/text/text_limits.h"
#include "engine/text/utf8.h"
#include "engine/text/word_diff.h"

namespace sacoche {
namespace {

Result<TextOps> Checked(TextOps ops) {
  if (!ops.empty()) SACOCHE_TRY(CheckShape(ops));
  return ops;
}

}  // namespace

Result<TextOps> TextDocument::OpsToBecome(std::string_view text, const ReplicaId& author) const {
  SACOCHE_ASSIGN(const std::u32string wanted, CodePointsOf(text));
  TextOps ops = NewOps(author);
  for (const WordHunk& hunk : DiffWords(CodePoints(), wanted))
    AddHunk(ops, hunk.position, hunk.removed,
            std::u32string_view(wanted).substr(hunk.inserted_at, hunk.inserted));
  return Checked(std::move(ops));
}

Result<TextOps> TextDocument::OpsToReplace(const Replacement& replacement,
                                           const ReplicaId& author) const {
  if (replacement.position > size() || replacement.removed > size() - replacement.position)
    return Fail(ErrorCode::kInvalidInput, "the place to change lies outside of the text",
                "Open the text again.");
  SACOCHE_ASSIGN(const std::u32string text, CodePointsOf(replacement.text));
  TextOps ops = NewOps(author);
  AddHunk(ops, replacement.position, replacement.removed, text);
  return Checked(std::move(ops));
}

Result<TextOps> TextDocument::OpsToSettle(const ReplicaId& author) const {
  TextOps ops = NewOps(author);
  TextRun run;
  run.kind = TextRun::Kind::kSettle;
  run.length = 1;
  ops.runs.push_back(std::move(run));
  return Checked(std::move(ops));
}

// An edit that does nothing yet, with what its author has seen.
TextOps TextDocument::NewOps(const ReplicaId& author) const {
  TextOps ops;
  ops.author = author;
  ops.first = KnownOf(author) + 1;
  const auto number = numbers_.find(author);
  for (const auto& [id, other] : numbers_) {
    const std::uint32_t known = sequence_.replicas()[other].known;
    if (id == author || known == 0) continue;
    const auto last = static_cast<std::uint32_t>(ops.first - 1);
    if (number == numbers_.end() || SeenBy({number->second, last}, other) < known)
      ops.seen.push_back({id, known});
  }
  return ops;
}

void TextDocument::AddHunk(TextOps& ops, std::uint64_t position, std::uint64_t removed,
                           std::u32string_view text) const {
  if (!text.empty()) {
    const TextSequence::Anchor anchor = sequence_.AnchorAt(position);
    TextRun run;
    run.kind = anchor.kind;
    run.length = static_cast<std::uint32_t>(text.size());
    run.place = DotOf(anchor.place);
    if (run.kind == TextRun::Kind::kInsertAfter) run.right = DotOf(anchor.right);
    run.text = text;
    ops.runs.push_back(std::move(run));
  }
  if (removed > 0) AddDeletions(ops, position, removed);
}

void TextDocument::AddDeletions(TextOps& ops, std::uint64_t position, std::uint64_t removed) const {
  const SpanTree& spans = sequence_.spans();
  for (auto [node, offset] = spans.FindVisible(position); removed > 0;
       node = spans.Next(node), offset = 0) {
    const Span& span = spans.at(node);
    if (span.deleted) continue;
    const auto count =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(removed, span.length - offset));
    removed -= count;
    const Dot first = DotOf(span.first.Plus(offset));
    if (!ops.runs.empty() && ops.runs.back().deletes()) {
      TextRun& last = ops.runs.back();
      if (last.place.replica == first.replica &&
          last.place.counter + last.length == first.counter) {
        last.length += count;
        continue;
      }
    }
    TextRun run;
    run.kind = TextRun::Kind::kDeleteForward;
    run.length = count;
    run.place = first;
    ops.runs.push_back(std::move(run));
  }
}

}  // namespace sacoche
