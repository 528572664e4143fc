#pragma once

#include <string>

#include "platform/base/result.h"
#include "platform/base/secret_bytes.h"

namespace sacoche {

enum class PassphraseUse {
  kOpen,    // asked once
  kCreate,  // asked twice, so that nobody locks himself out by a slip
};

inline constexpr std::size_t kPassphraseBytesMax = 1024;

// Which secret is wanted, and where it may come from.
struct PassphraseSource {
  const char* what;      // for the prompt: "Passphrase of the organisation's key"
  const char* variable;  // of the environment
  const char* option;    // of the command line, for the advice
};
inline constexpr PassphraseSource kOrganisationPassphrase{
    "Passphrase of the organisation's key", "SACOCHE_PASSPHRASE", "--passphrase-file"};
inline constexpr PassphraseSource kStorePassphrase{
    "Passphrase of this store", "SACOCHE_STORE_PASSPHRASE", "--store-passphrase-file"};
inline constexpr PassphraseSource kNewStorePassphrase{
    "New passphrase of this store", "SACOCHE_NEW_PASSPHRASE", "--new-passphrase-file"};
inline constexpr PassphraseSource kRecoveryCode{"Recovery code of this store",
                                                "SACOCHE_RECOVERY_CODE", "--recovery-code-file"};
inline constexpr PassphraseSource kLostRecoveryCode{
    "Recovery code of the lost laptop", "SACOCHE_RECOVERY_CODE", "--recovery-code-file"};

// The first line of `file` if one is named, else the environment's variable (which is wiped there),
// else what is typed on the terminal without echo. kInvalidInput if there is none.
[[nodiscard]] Result<SecretBytes> ReadPassphrase(const PassphraseSource& source,
                                                 const std::string& file, PassphraseUse use);

// A line that is typed on the terminal without echo. kInvalidInput, with the advice, if there is no
// terminal.
[[nodiscard]] Result<SecretBytes> AskForSecret(const std::string& question,
                                               const std::string& advice);

// The whole of a short file.
[[nodiscard]] Result<SecretBytes> ReadSecretFile(const std::string& file, std::size_t bytes_max);

}  // namespace sacoche
