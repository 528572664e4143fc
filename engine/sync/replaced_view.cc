#include "engine/sync/replaced_view.h"

#include "platform/base/byte_codec.h"

namespace sacoche {
namespace {

constexpr std::string_view kReplaced = "directory.replaced-view";

}  // namespace

Status ReplacedView::Note(std::uint64_t statements) {
  SACOCHE_ASSIGN(const std::uint64_t known, Load());
  return statements > known ? Save(statements) : Status();
}

// Whoever was shown as many statements waits for none.
Result<std::optional<ReplacedViewStatement>> ReplacedView::ToSay(const Directory& directory,
                                                                 const DeviceId& self,
                                                                 std::uint64_t shown) {
  SACOCHE_ASSIGN(const std::uint64_t told, Load());
  if (told == 0) return std::optional<ReplacedViewStatement>();
  ReplacedViewStatement statement;
  for (const auto& [space, named] : directory.spaces()) {
    if (!directory.WasEverMember(self, space)) continue;
    SACOCHE_ASSIGN(const ChainHead head, store_->outbox().Head(space));
    const bool is_told = told > shown && head.counter > directory.ReplacedViewsEnd(space, self);
    if (is_told && statement.envelopes.size() < kStatementSpacesMax)
      statement.envelopes.push_back({space, head.counter});
  }
  if (!statement.envelopes.empty()) return std::optional(std::move(statement));
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(Save(0));
  SACOCHE_TRY(transaction.Commit());
  return std::optional<ReplacedViewStatement>();
}

Result<std::uint64_t> ReplacedView::Load() {
  SACOCHE_ASSIGN(const SecretBytes bytes, store_->keys().Read(kReplaced));
  if (bytes.empty()) return std::uint64_t{0};
  ByteReader in(bytes.view());
  const std::uint64_t statements = in.Varint();
  SACOCHE_TRY(in.Finish("what colleagues were told of the directory"));
  return statements;
}

Status ReplacedView::Save(std::uint64_t statements) {
  ByteWriter out;
  out.Varint(statements);
  return store_->keys().Write(kReplaced, out.bytes());
}

}  // namespace sacoche
