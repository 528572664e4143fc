#pragma once

#include "engine/membership/directory.h"
#include "engine/membership/directory_order.h"
#include "engine/store/store.h"
#include "engine/sync/key_exchange.h"

namespace sacoche {

// Keeps this device's directory in step with the server's, whatever the server forgot: a statement
// that was once seen here is never unlearned. What the server no longer shows is kept apart, and
// said to it again: it is signed, so anybody may bring it.
class DirectoryFollower {
 public:
  // All must outlive this; the directory is what the store's statements say. What is new in it, and
  // what gives way, is told to `keys` within the transaction that stores it.
  DirectoryFollower(Store* store, Directory* directory, KeyExchange* keys)
      : store_(store), directory_(directory), keys_(keys) {}

  // Reads in which order the server showed what is here.
  Status Load();

  // How many statements the server showed, and their tag.
  [[nodiscard]] std::uint64_t count() const { return order_.count(); }
  [[nodiscard]] ByteArray<8> tag() const { return *order_.TagAt(count()); }

  // The server has another history of the directory than the one that it showed before, and gives
  // it from the beginning.
  void BeginAgain();
  [[nodiscard]] bool reads_again() const { return again_.has_value(); }
  // The answer was cut: what was here stays.
  void CancelAgain() { again_.reset(); }

  // The statement that the server has under that number. kUntrusted if it is not the next, or the
  // directory's rules refuse it.
  Status TakeIn(std::uint64_t sequence, ByteView bytes);
  // After BeginAgain, once the server's directory was read to its end: it takes the place of what
  // was here, and what it lacks is missing at the server. Gives how many.
  Result<std::uint64_t> EndAgain();

  // How often another history of the directory has taken the place of the one that was here.
  [[nodiscard]] std::uint64_t times_replaced() const { return times_replaced_; }

  // What the server does not hold, in an order in which it can take it.
  [[nodiscard]] Result<std::vector<Bytes>> Missing();

  enum class View {
    kSame,
    kBehind,   // somebody was shown more of the directory than this device
    kAnother,  // and in another order: the server was put back, or shows different directories
  };
  // Compares with what a colleague was shown.
  [[nodiscard]] View Compare(std::uint64_t count, const ByteArray<8>& tag) const;

 private:
  struct Again {
    Directory directory;
    DirectoryOrder order;
    std::vector<SignedStatement> statements;

    Status Take(const SignedStatement& statement);
  };

  Status LayUnderMissing(std::uint64_t sequence, const SignedStatement& statement);
  Status ReadShownOnly();
  // It fits, and so does what is missing: `all` is what the directory is then.
  Status TakeNew(std::uint64_t sequence, const SignedStatement& statement, Directory all);
  Status ReplaceByShownAnd(const SignedStatement& statement);
  // Gives how much is missing at the server.
  Result<std::uint64_t> ReplaceBy(Again again);

  Store* store_;
  Directory* directory_;
  KeyExchange* keys_;
  DirectoryOrder order_;
  std::uint64_t times_replaced_ = 0;
  // What the server shows, without what is missing there; nothing while it is of no use.
  std::optional<Directory> shown_only_;
  std::optional<Again> again_;
};

}  // namespace sacoche
