#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/membership/directory.h"
#include "engine/seal/organisation_key.h"
#include "engine/seal/profile.h"
#include "platform/posix/system_clock.h"
#include "platform/posix/system_random.h"

namespace sacoche {

// An organisation with one space and the stores of its members, made without a server: what sync
// and the administrator would have brought stands in each store's directory. A store is the file
// `sacoche.db` of a folder that is there; while one of these calls runs, nobody else may have it.
class EnrolledStores {
 public:
  static constexpr const char* kServerUrl = "https://127.0.0.1:1";  // where nobody answers
  static constexpr const char* kSpaceName = "Poste de Dourdan";

  EnrolledStores();

  // Makes the folder's store and admits it; the stores admitted before learn it too.
  void Enrol(const std::string& folder, const Profile& profile);
  // The same but for the admission: it knows where it belongs and waits.
  void Join(const std::string& folder);
  // A further space, of which those admitted after this are members as well.
  SpaceId AddSpace(const std::string& name);

  // As a sync would: `to` commits the changes that were made in `from` and that it has not yet.
  void CarryChanges(const std::string& from, const std::string& to);

  [[nodiscard]] const SpaceId& space() const { return spaces_.front(); }
  [[nodiscard]] const OrganisationKey& key() const { return key_; }
  // A key file whose passphrase costs next to nothing to check.
  [[nodiscard]] Bytes KeyFile(const std::string& passphrase) const;

  static std::string StoreIn(const std::string& folder) { return folder + "/sacoche.db"; }
  static const char* CaPem();

 private:
  void Say(StatementPayload payload);
  void BringUpToDate(const std::string& folder);

  OrganisationKey key_;
  SystemClock clock_;
  SystemRandom random_;
  std::vector<SpaceId> spaces_;
  std::vector<SignedStatement> statements_;
  std::vector<std::string> folders_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> carried_;  // from, to
};

}  // namespace sacoche
