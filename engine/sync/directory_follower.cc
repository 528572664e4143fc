#include "engine/sync/directory_follower.h"

#include "engine/membership/lost_epochs.h"
#include "engine/sync/distrust.h"
#include "engine/sync/replaced_view.h"

namespace sacoche {
namespace {

// Of a statement that the directory does not take.
Suspicion SuspicionOf(const Directory& directory, const Statement& said) {
  const bool follows = said.counter == directory.NextCounter(said.signer) &&
                       said.previous == directory.LastHash(said.signer);
  return follows ? Suspicion::kForgedStatement : Suspicion::kStatementOutOfPlace;
}

}  // namespace

Status DirectoryFollower::Load() {
  SACOCHE_ASSIGN(const auto shown, store_->directory().ReadAfter(0));
  SACOCHE_ASSIGN(const auto statements, DecodeStatements(shown));
  order_ = DirectoryOrder();
  for (const SignedStatement& statement : statements) order_.Append(statement.hash);
  return {};
}

Status DirectoryFollower::Again::Take(const SignedStatement& statement) {
  if (const Status applied = directory.Apply(statement); !applied)
    return Forward(Suspect(SuspicionOf(directory, statement.statement), applied.error()));
  order.Append(statement.hash);
  statements.push_back(statement);
  return {};
}

void DirectoryFollower::BeginAgain() { again_ = Again{Directory(directory_->root()), {}, {}}; }

Status DirectoryFollower::TakeIn(std::uint64_t sequence, ByteView bytes) {
  const std::uint64_t held = again_ ? again_->order.count() : count();
  if (sequence != held + 1)
    return Untrusted(Suspicion::kStatementOutOfPlace,
                     "the server left out or repeated part of the directory");
  const auto decoded = DecodeStatement(bytes);
  if (!decoded) return Forward(Suspect(Suspicion::kForgedStatement, decoded.error()));
  const SignedStatement& statement = *decoded;
  if (again_) return again_->Take(statement);
  const bool is_known = directory_->Knows(statement.hash);
  SACOCHE_ASSIGN(const auto missing, Missing());
  if (is_known && std::ranges::count(missing, statement.bytes) == 0)
    return Untrusted(Suspicion::kStatementOutOfPlace,
                     "the server left out or repeated part of the directory");
  // What fits may still leave no place for what is missing, such as its signer's withdrawal.
  if (!is_known && !missing.empty()) return LayUnderMissing(sequence, statement);
  if (const Status fits = is_known ? Status() : directory_->Check(statement); !fits)
    return Forward(Suspect(SuspicionOf(*directory_, statement.statement), fits.error()));
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->directory().Append(sequence, bytes));
  if (is_known) SACOCHE_TRY(store_->directory().DropMissing(bytes));
  if (!is_known) SACOCHE_TRY(keys_->TakeKeys(statement.statement));
  SACOCHE_TRY(transaction.Commit());
  order_.Append(statement.hash);
  if (shown_only_ && !shown_only_->Apply(statement)) shown_only_.reset();
  return is_known ? Status() : directory_->Apply(statement);
}

// What the server shows comes first, and what it forgot behind it, as far as that fits still.
Status DirectoryFollower::LayUnderMissing(std::uint64_t sequence,
                                          const SignedStatement& statement) {
  if (!shown_only_) SACOCHE_TRY(ReadShownOnly());
  if (const Status applied = shown_only_->Apply(statement); !applied)
    return Forward(Suspect(SuspicionOf(*shown_only_, statement.statement), applied.error()));
  SACOCHE_ASSIGN(const auto missing_bytes, Missing());
  SACOCHE_ASSIGN(const auto missing, DecodeStatements(missing_bytes));
  Directory all = *shown_only_;
  const bool all_fit = std::ranges::all_of(missing, [&](const SignedStatement& one) {
    return all.Apply(one) || all.Uphold(one).value_or(false);
  });
  const Status taken =
      all_fit ? TakeNew(sequence, statement, std::move(all)) : ReplaceByShownAnd(statement);
  if (!taken) shown_only_.reset();
  return taken;
}

Status DirectoryFollower::ReadShownOnly() {
  SACOCHE_ASSIGN(const auto shown, store_->directory().ReadAfter(0));
  SACOCHE_ASSIGN(const auto statements, DecodeStatements(shown));
  Directory directory(directory_->root());
  for (const SignedStatement& one : statements) SACOCHE_TRY(directory.Apply(one));
  shown_only_ = std::move(directory);
  return {};
}

Status DirectoryFollower::TakeNew(std::uint64_t sequence, const SignedStatement& statement,
                                  Directory all) {
  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->directory().Append(sequence, statement.bytes));
  SACOCHE_TRY(keys_->TakeKeys(statement.statement));
  SACOCHE_TRY(transaction.Commit());
  order_.Append(statement.hash);
  *directory_ = std::move(all);
  return {};
}

Status DirectoryFollower::ReplaceByShownAnd(const SignedStatement& statement) {
  SACOCHE_ASSIGN(const auto shown, store_->directory().ReadAfter(0));
  Again again{*shown_only_, order_, {}};
  SACOCHE_ASSIGN(again.statements, DecodeStatements(shown));
  again.order.Append(statement.hash);
  again.statements.push_back(statement);
  SACOCHE_TRY(ReplaceBy(std::move(again)));
  ++times_replaced_;
  return {};
}

Result<std::uint64_t> DirectoryFollower::EndAgain() {
  SACOCHE_ASSIGN(const std::uint64_t lacking,
                 ReplaceBy(std::move(*std::exchange(again_, std::nullopt))));
  ++times_replaced_;
  shown_only_.reset();
  return lacking;
}

Result<std::uint64_t> DirectoryFollower::ReplaceBy(Again again) {
  SACOCHE_ASSIGN(auto known, store_->directory().ReadAfter(0));
  SACOCHE_ASSIGN(auto missing, Missing());
  known.insert(known.end(), missing.begin(), missing.end());
  SACOCHE_ASSIGN(const auto held, DecodeStatements(known));

  // What contradicts the server's directory gives way, as an epoch that somebody else opened since;
  // but no revocation does: a server that hides one from the administrator until he has said
  // something else would bring the laptop back.
  Directory all = again.directory;
  std::vector<Bytes> shown;
  std::vector<Bytes> lacking;
  for (const SignedStatement& statement : again.statements) shown.push_back(statement.bytes);
  std::vector<Statement> lost;
  LostEpochs lost_epochs;
  for (const SignedStatement& statement : held) {
    if (all.Knows(statement.hash)) continue;
    const bool fits = !lost_epochs.Concerns(statement.statement);
    if (fits && (all.Apply(statement) || all.Uphold(statement).value_or(false))) {
      lacking.push_back(statement.bytes);
      continue;
    }
    lost.push_back(statement.statement);
    lost_epochs.Note(statement.statement);
  }

  SACOCHE_ASSIGN(Transaction transaction, store_->Begin());
  SACOCHE_TRY(store_->directory().Replace(shown, lacking));
  SACOCHE_TRY(ReplacedView(store_).Note(count()));
  Directory before = std::exchange(*directory_, std::move(all));
  const auto finish = [&]() -> Status {
    for (const Statement& statement : lost) SACOCHE_TRY(keys_->Lose(statement));
    for (const SignedStatement& statement : again.statements)
      if (!before.Knows(statement.hash)) SACOCHE_TRY(keys_->TakeKeys(statement.statement));
    return transaction.Commit();
  };
  if (Status finished = finish(); !finished) {
    *directory_ = std::move(before);
    return Forward(finished.error());
  }
  order_ = std::move(again.order);
  return lacking.size();
}

Result<std::vector<Bytes>> DirectoryFollower::Missing() { return store_->directory().Missing(); }

DirectoryFollower::View DirectoryFollower::Compare(std::uint64_t count,
                                                   const ByteArray<8>& tag) const {
  const auto here = order_.TagAt(count);
  if (!here) return View::kBehind;
  return *here == tag ? View::kSame : View::kAnother;
}

}  // namespace sacoche
