#pragma once

#include "engine/membership/directory.h"
#include "engine/membership/directory_copy.h"
#include "engine/membership/directory_order.h"
#include "engine/wire/push.h"
#include "platform/file_system.h"

namespace sacoche {

// What the administrator should hear of a contact with the server, and how many statements of the
// directory it is about.
struct DirectoryNews {
  enum class Kind {
    kCopyMade,   // there was no copy yet: it holds what the server shows
    kForgotten,  // the server showed them before, and does no more
    kGivenBack,  // of those, and of what was said here without an answer: it has them now
    kWithheld,   // it was given them, and goes on without
    kReordered,  // the server shows all that it showed, in another order
    kGaveWay,    // they contradict what the server shows, and hold no longer
    kUpheld,     // withdrawals that contradict it, and hold all the same until they are said again
    kForked,     // two statements of the root, or of this key, stand under one number
  } kind = Kind::kCopyMade;
  std::size_t statements = 0;
  bool operator==(const DirectoryNews&) const = default;
};

// The administrator's own copy of the directory: whatever the server forgets or hides, nothing that
// was seen or said here is unlearned, and the key never signs two statements with one number. Kept
// in a file if there is a place for it; docs/decisions/0028-the-administrators-own-copy.md.
class OrganisationCopy {
 public:
  // The directory as a server shows it, verified as it arrives.
  struct Shown {
    Directory directory;
    DirectoryOrder order;
    std::vector<SignedStatement> statements;

    // The statement that the server has under that number. kUntrusted if it is not the next, is
    // shown for the second time, or does not stand up to the directory's rules.
    Status Take(std::uint64_t sequence, ByteView bytes);
  };

  // Two statements that one key signed under one number.
  struct Fork {
    SignedStatement here;
    SignedStatement there;
  };

  // `signer`: whose copy it is; zero: the root's.
  explicit OrganisationCopy(const SigningPublicKey& root, const DeviceId& signer = {})
      : root_(root), signer_(signer) {
    Forget();
  }

  // From now on it is kept in that file: reads what is there, if anything is. `files` must outlive
  // this. kCorrupt, kInvalidInput (another organisation's): nothing was changed.
  Status KeepIn(FileSystem* files, const std::string& path);
  [[nodiscard]] const std::string& path() const { return path_; }

  // All that holds: what the server shows, and what it lacks.
  [[nodiscard]] const Directory& directory() const { return directory_; }
  // What the server showed last; a beginning for what it shows next.
  [[nodiscard]] const Shown& shown() const { return shown_; }
  [[nodiscard]] Shown ShownFromTheBeginning() const { return {Directory(root_), {}, {}}; }
  [[nodiscard]] KnownDirectoryFrame known() const;

  // What the server was read to show takes the place of what it showed before; what it lacks goes
  // on holding. Kept before this returns.
  Result<std::vector<DirectoryNews>> TakeIn(Shown shown);

  // A statement of this key, kept before it is sent.
  Status Say(const SignedStatement& statement);

  // What the server should be given, in an order in which it can take it.
  [[nodiscard]] std::vector<Bytes> Missing() const;
  // Whether it still waits for the server to show it.
  [[nodiscard]] bool Waits(const SignedStatement& statement) const;

  // While there is one, nothing may be signed.
  [[nodiscard]] const std::optional<Fork>& fork() const { return fork_; }

 private:
  struct Remainder;

  void Forget();
  Status Load(ByteView bytes);
  Status Save();
  [[nodiscard]] DirectoryCopy ToKeep() const;

  SigningPublicKey root_;
  DeviceId signer_;
  FileSystem* files_ = nullptr;
  std::string path_;
  bool is_new_ = false;  // nobody was told yet that there was no file
  Bytes saved_;

  Shown shown_;
  std::vector<SignedStatement> lacking_;
  std::vector<SignedStatement> unanswered_;
  Directory directory_;
  std::optional<Fork> fork_;
};

// What a statement is, in a few words: "a withdrawal".
[[nodiscard]] std::string_view WordsFor(const StatementPayload& payload);

}  // namespace sacoche
