#pragma once

#include <string>

#include "platform/clock.h"
#include "platform/file_system.h"

namespace sacoche {

// Slows down guessing at the keyboard: after some wrong passphrases each further try has to wait
// longer. Kept in a small file beside the store, so that closing the program does not help. Nobody
// who can write files on the laptop is hindered by this; Argon2id is what hinders a thief.
class UnlockDelay {
 public:
  static constexpr std::uint64_t kFreeTries = 3;
  static constexpr std::uint64_t kFirstDelayMs = 2'000;
  static constexpr std::uint64_t kDelayMsMax = 5 * 60'000;

  // All must outlive it.
  UnlockDelay(std::string path, FileSystem* files, Clock* clock)
      : path_(std::move(path)), files_(files), clock_(clock) {}

  // kLimit while a try has to wait; the message says for how long.
  [[nodiscard]] Status Check();
  void NoteFailure();
  void NoteSuccess();

  // How long the try after so many failures has to wait. Doubles each time.
  [[nodiscard]] static std::uint64_t DelayMs(std::uint64_t failures);

 private:
  struct Tries {
    std::uint64_t failures = 0;
    std::uint64_t last_ms = 0;
  };
  [[nodiscard]] Tries Load();
  void Save(const Tries& tries);

  std::string path_;
  FileSystem* files_;
  Clock* clock_;
};

}  // namespace sacoche
