#pragma once

#include <map>
#include <set>

#include "engine/sign/http_signature.h"

namespace sacoche {

// The requests that were accepted lately, so that none is accepted twice. A nonce is remembered
// for as long as its `created` lies inside the window; afterwards the window itself refuses the
// request. Bounded in all and per signer (server_limits.h).
class NonceCache {
 public:
  enum class Outcome { kFresh, kSeen, kFull };

  // `now_s` and the request's `created_s`: Unix time. A fresh nonce is remembered.
  Outcome Insert(const PresentedSignature& request, std::int64_t now_s);

  [[nodiscard]] std::size_t size() const { return seen_.size(); }

 private:
  struct Expiry {
    std::int64_t at_s = 0;
    Hash256 signer{};
    Hash256 key{};
    auto operator<=>(const Expiry&) const = default;
  };

  void Forget(std::int64_t now_s);

  std::set<Hash256> seen_;
  std::set<Expiry> expiries_;
  std::map<Hash256, std::size_t> per_signer_;
};

}  // namespace sacoche
