#include "sync-server/time_key.h"

namespace sacoche {

Result<SigningKey> LoadOrMakeTimeKey(EnvelopeStore& store) {
  constexpr std::string_view kName = "time key";
  SACOCHE_ASSIGN(const Bytes seed, store.ReadSetting(kName));
  if (!seed.empty()) return SigningKey::FromSeed(seed);
  SigningKey key = SigningKey::Generate();
  SACOCHE_TRY(store.WriteSetting(kName, key.seed().view()));
  return key;
}

}  // namespace sacoche
