#include "platform/posix/process_guard.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace sacoche {

void GuardProcess() {
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  umask(077);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // The limit does not hold for a dump through a pipe.
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace sacoche
