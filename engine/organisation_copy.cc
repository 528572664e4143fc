#include "engine/organisation_copy.h"

#include <map>

#include "engine/membership/directory_copy.h"
#include "engine/membership/lost_epochs.h"

namespace sacoche {
namespace {

tl::unexpected<Error> Damaged(const std::string& path) {
  return Fail(
      ErrorCode::kCorrupt, "the copy of the directory in " + path + " is damaged",
      "Let a laptop of each post synchronise first, so that the server has what it may have "
      "forgotten. Then move that file away: another is made from what the server shows.");
}

std::vector<Bytes> BytesOf(const std::vector<SignedStatement>& statements) {
  std::vector<Bytes> bytes;
  bytes.reserve(statements.size());
  for (const SignedStatement& statement : statements) bytes.push_back(statement.bytes);
  return bytes;
}

// Statements by their signers and numbers.
using Chains = std::map<std::pair<DeviceId, std::uint64_t>, const SignedStatement*>;
Chains ChainsOf(const std::vector<SignedStatement>& statements) {
  Chains chains;
  for (const SignedStatement& one : statements)
    chains.emplace(std::pair(one.statement.signer, one.statement.counter), &one);
  return chains;
}

}  // namespace

Status OrganisationCopy::Shown::Take(std::uint64_t sequence, ByteView bytes) {
  if (sequence != order.count() + 1)
    return Fail(ErrorCode::kUntrusted, "the server left out part of the directory",
                "Do not admit anybody; check the server.");
  SACOCHE_ASSIGN(SignedStatement statement, DecodeStatement(bytes));
  if (directory.Knows(statement.hash))
    return Fail(ErrorCode::kUntrusted, "the server shows a statement of the directory twice",
                "Do not admit anybody; check the server.");
  SACOCHE_TRY(directory.Apply(statement));
  order.Append(statement.hash);
  statements.push_back(std::move(statement));
  return {};
}

void OrganisationCopy::Forget() {
  shown_ = ShownFromTheBeginning();
  lacking_.clear();
  unanswered_.clear();
  directory_ = shown_.directory;
  fork_.reset();
}

Status OrganisationCopy::KeepIn(FileSystem* files, const std::string& path) {
  const auto bytes = files->ReadFile(path, kDirectoryCopyBytesMax);
  if (!bytes && bytes.error().code != ErrorCode::kNotFound) return Forward(bytes.error());
  if (bytes) {
    if (Status loaded = Load(*bytes); !loaded) {
      Forget();
      if (loaded.error().code == ErrorCode::kNewerFormat ||
          loaded.error().code == ErrorCode::kInvalidInput)
        return loaded;
      return Damaged(path);
    }
    saved_ = *bytes;
  }
  is_new_ = saved_.empty();
  files_ = files;
  path_ = path;
  return {};
}

// Judged as if a server had shown it: what was altered is found by the same rules.
Status OrganisationCopy::Load(ByteView bytes) {
  SACOCHE_ASSIGN(const DirectoryCopy copy, DecodeDirectoryCopy(bytes));
  if (copy.root != root_)
    return Fail(ErrorCode::kInvalidInput, "the directory beside the key is another organisation's",
                "Put each organisation's key in a folder of its own, with its own files.");
  Forget();
  for (const Bytes& statement : copy.shown)
    SACOCHE_TRY(shown_.Take(shown_.order.count() + 1, statement));
  directory_ = shown_.directory;
  SACOCHE_ASSIGN(lacking_, DecodeStatements(copy.lacking));
  SACOCHE_ASSIGN(unanswered_, DecodeStatements(copy.unanswered));
  for (const SignedStatement& statement : lacking_)
    if (!directory_.Apply(statement)) SACOCHE_TRY(directory_.Uphold(statement));
  for (const SignedStatement& statement : unanswered_) SACOCHE_TRY(directory_.Apply(statement));
  return {};
}

DirectoryCopy OrganisationCopy::ToKeep() const {
  return {root_, BytesOf(shown_.statements), BytesOf(lacking_), BytesOf(unanswered_)};
}

Status OrganisationCopy::Save() {
  if (files_ == nullptr) return {};
  Bytes bytes = EncodeDirectoryCopy(ToKeep());
  if (bytes == saved_) return {};
  SACOCHE_TRY(files_->WriteFileAtomically(path_, bytes));
  saved_ = std::move(bytes);
  return {};
}

KnownDirectoryFrame OrganisationCopy::known() const {
  return {shown_.order.count(), *shown_.order.TagAt(shown_.order.count())};
}

// What of the statements that were known here still holds beside what the server shows.
struct OrganisationCopy::Remainder {
  Directory all;
  Chains chains;
  DeviceId self;
  std::size_t gave_way = 0;
  std::size_t upheld = 0;
  std::optional<Fork> fork = std::nullopt;
  LostEpochs lost = {};

  // Those that hold, in an order in which a directory takes them: what the server forgot at
  // different times may have to stand in another order than it was forgotten in.
  std::vector<SignedStatement> Sift(std::vector<SignedStatement>& left) {
    std::vector<SignedStatement> holds;
    std::erase_if(left, [&](const SignedStatement& one) { return all.Knows(one.hash); });
    for (const SignedStatement& one : left) NoteLost(one.statement);
    for (bool took_one = true; std::exchange(took_one, false);)
      std::erase_if(left, [&](const SignedStatement& one) {
        if (lost.Concerns(one.statement) || !all.Apply(one)) return false;
        holds.push_back(one);
        return took_one = true;
      });
    return holds;
  }

  // The server showed them once: none of them is let go lightly.
  std::vector<SignedStatement> SiftShown(std::vector<SignedStatement> statements) {
    std::vector<SignedStatement> holds = Sift(statements);
    for (SignedStatement& one : statements) {
      NoteFork(one);
      const auto made_a_difference = all.Uphold(one);
      if (!made_a_difference) ++gave_way;
      if (!made_a_difference.value_or(false)) continue;
      // Of a laptop that nobody admitted any more, there is nothing to say again.
      const auto& withdrawn = std::get<RevocationStatement>(one.statement.payload).device;
      if (all.FindMember(withdrawn) != nullptr) ++upheld;
      holds.push_back(std::move(one));
    }
    return holds;
  }

  // The server cannot be seen to have ever held them, and another machine spoke first.
  std::vector<SignedStatement> SiftUnanswered(std::vector<SignedStatement> statements) {
    std::vector<SignedStatement> holds = Sift(statements);
    gave_way += statements.size();
    return holds;
  }

  // In the order in which they were said: what follows a lost epoch is lost with it.
  void NoteLost(const Statement& statement) {
    const auto* epoch = std::get_if<EpochStatement>(&statement.payload);
    if (epoch == nullptr) return;
    const EpochStatement* standing = all.FindEpoch(epoch->space, epoch->epoch);
    const bool is_lost = standing != nullptr && standing->key_commitment != epoch->key_commitment;
    if (is_lost || lost.Concerns(statement)) lost.Note(statement);
  }

  void NoteFork(const SignedStatement& statement) {
    const Statement& said = statement.statement;
    if (fork || !(said.by_root() || said.signer == self)) return;
    const auto there = chains.find({said.signer, said.counter});
    if (there != chains.end()) fork = Fork{statement, *there->second};
  }
};

Result<std::vector<DirectoryNews>> OrganisationCopy::TakeIn(Shown shown) {
  Remainder remainder{shown.directory, ChainsOf(shown.statements), signer_};
  std::vector<SignedStatement> known_before = shown_.statements;
  known_before.insert(known_before.end(), lacking_.begin(), lacking_.end());
  auto lacking = remainder.SiftShown(std::move(known_before));
  auto unanswered = remainder.SiftUnanswered(unanswered_);

  std::vector<DirectoryNews> news;
  const auto tell = [&](DirectoryNews::Kind kind, std::size_t statements) {
    if (statements > 0) news.push_back({kind, statements});
  };
  const std::size_t gone = static_cast<std::size_t>(std::ranges::count_if(
      shown_.statements, [&](const auto& one) { return !shown.directory.Knows(one.hash); }));
  const bool is_in_order = shown.order.TagAt(known().statements) == std::optional(known().tag);
  tell(DirectoryNews::Kind::kForgotten, gone);
  if (gone == 0 && !is_in_order) tell(DirectoryNews::Kind::kReordered, shown_.statements.size());
  fork_ = remainder.fork;
  directory_ = std::move(remainder.all);
  if (fork_) {
    // What is here is the witness of the other history: it stays as it is.
    tell(DirectoryNews::Kind::kForked, fork_->here.statement.counter);
    return news;
  }
  tell(DirectoryNews::Kind::kGaveWay, remainder.gave_way);
  // Until somebody has said it again.
  if (remainder.upheld > 0) tell(DirectoryNews::Kind::kUpheld, remainder.upheld);
  shown_ = std::move(shown);
  lacking_ = std::move(lacking);
  unanswered_ = std::move(unanswered);
  // Of an organisation that is founded now, there was nothing to copy before.
  if (std::exchange(is_new_, false) && shown_.statements.size() > 1)
    tell(DirectoryNews::Kind::kCopyMade, shown_.statements.size());
  SACOCHE_TRY(Save());
  return news;
}

Status OrganisationCopy::Say(const SignedStatement& statement) {
  SACOCHE_TRY(directory_.Check(statement));
  unanswered_.push_back(statement);
  if (Status saved = Save(); !saved) {
    unanswered_.pop_back();
    return saved;
  }
  return directory_.Apply(statement);
}

std::vector<Bytes> OrganisationCopy::Missing() const {
  std::vector<Bytes> missing;
  for (const auto* list : {&lacking_, &unanswered_})
    for (const SignedStatement& statement : *list)
      // The server has no place for what is only upheld.
      if (directory_.Knows(statement.hash)) missing.push_back(statement.bytes);
  return missing;
}

bool OrganisationCopy::Waits(const SignedStatement& statement) const {
  return std::ranges::any_of(
      unanswered_, [&](const SignedStatement& one) { return one.hash == statement.hash; });
}

std::string_view WordsFor(const StatementPayload& payload) {
  struct Words {
    std::string_view operator()(const OrganisationStatement&) { return "the foundation"; }
    std::string_view operator()(const SpaceStatement&) { return "a space"; }
    std::string_view operator()(const AdmissionStatement&) { return "an admission"; }
    std::string_view operator()(const EpochStatement&) { return "a space's new key"; }
    std::string_view operator()(const GrantStatement&) { return "a key given to a laptop"; }
    std::string_view operator()(const ServerStatement&) { return "the server's key"; }
    std::string_view operator()(const OfficerStatement&) { return "an officer"; }
    std::string_view operator()(const RevocationStatement&) { return "a withdrawal"; }
    std::string_view operator()(const RecoveryKeyStatement&) { return "a recovery key"; }
    std::string_view operator()(const RecoveryUseStatement&) { return "the use of a recovery key"; }
    std::string_view operator()(const SharingStatement&) { return "a sharing"; }
    std::string_view operator()(const LostKeyStatement&) { return "a key that gave way"; }
    std::string_view operator()(const ReplacedViewStatement&) {
      return "what a laptop is no longer shown";
    }
    std::string_view operator()(const PolicyStatement&) { return "a policy"; }
  };
  return std::visit(Words{}, payload);
}

}  // namespace sacoche
