#pragma once

#include "platform/clock.h"
#include "sync-server/enrolment_handler.h"
#include "sync-server/exchange.h"
#include "sync-server/group_commit.h"
#include "sync-server/rate_limiter.h"
#include "sync-server/request_auth.h"
#include "sync-server/server_limits.h"

namespace sacoche {

// The whole server but for sockets and TLS: says for each request what is to be done with it. The
// rooms must outlive it, and it must outlive the exchanges that it gives. One thread.
class Service {
 public:
  struct Options {
    std::size_t sync_requests_max = ServerLimits{}.sync_requests_max;
    RateLimiter::Rate device_rate = {};  // of signed requests; by itself: without a limit
    std::uint64_t space_bytes_max = 0;   // 0: without a limit
  };

  // Rooms without `usage` get the service's own.
  Service(const SyncHandler::Rooms& rooms, const Options& options);

  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Routes the request and verifies who signed it, before its body is read.
  OrProblem<std::unique_ptr<Exchange>> Begin(const RequestHead& head);

  // From the next request on.
  void SetOptions(const Options& options);

  // The certificates that laptops which enrol are told to trust (kPublishedCaBytesMax); empty:
  // none.
  void SetAuthority(std::string ca_pem) { ca_pem_ = std::move(ca_pem); }

  // For whoever runs several exchanges at once.
  [[nodiscard]] GroupCommit& group() { return group_; }

  // The methods of a path, for the Allow header of kMethodNotAllowed; empty: no such path.
  [[nodiscard]] static std::string_view AllowedMethods(std::string_view path);

  [[nodiscard]] std::int64_t NowSeconds();

 private:
  OrProblem<VerifiedRequest> Verify(const RequestHead& head);
  OrProblem<std::unique_ptr<Exchange>> BeginSync(const RequestHead& head);
  OrProblem<std::unique_ptr<Exchange>> BeginEnrolmentList(const RequestHead& head);
  [[nodiscard]] bool MayListEnrolments(const RequestSigner& signer) const;
  OrProblem<std::unique_ptr<Exchange>> BeginOrganisation();

  SyncHandler::Rooms rooms_;
  Options options_;
  SpaceUsage usage_;
  RateLimiter device_rates_;
  GroupCommit group_;
  EnrolmentHandler enrolments_;
  RequestAuth auth_;
  std::string ca_pem_;
  std::size_t sync_requests_ = 0;  // at this moment
};

}  // namespace sacoche
