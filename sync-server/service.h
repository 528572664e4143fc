#pragma once

#include "platform/clock.h"
#include "sync-server/enrolment_handler.h"
#include "sync-server/exchange.h"
#include "sync-server/request_auth.h"
#include "sync-server/server_limits.h"

namespace sacoche {

// The whole server but for sockets and TLS: says for each request what is to be done with it. The
// rooms must outlive it, and it must outlive the exchanges that it gives. One thread.
class Service {
 public:
  struct Options {
    std::size_t sync_requests_max = ServerLimits{}.sync_requests_max;
  };

  Service(const SyncHandler::Rooms& rooms, const Options& options)
      : rooms_(rooms), options_(options), enrolments_(rooms.store, rooms.directory) {}

  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Routes the request and verifies who signed it, before its body is read.
  OrProblem<std::unique_ptr<Exchange>> Begin(const RequestHead& head);

  // The methods of a path, for the Allow header of kMethodNotAllowed; empty: no such path.
  [[nodiscard]] static std::string_view AllowedMethods(std::string_view path);

  [[nodiscard]] std::int64_t NowSeconds();

 private:
  OrProblem<std::unique_ptr<Exchange>> BeginSync(const RequestHead& head);
  OrProblem<std::unique_ptr<Exchange>> BeginEnrolmentList(const RequestHead& head);

  SyncHandler::Rooms rooms_;
  Options options_;
  EnrolmentHandler enrolments_;
  RequestAuth auth_;
  std::size_t sync_requests_ = 0;  // at this moment
};

}  // namespace sacoche
