#include "platform/posix/machine_events.h"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace sacoche {
namespace {

tl::unexpected<Error> CannotWatch(const std::string& what) {
  return Fail(ErrorCode::kIo, "cannot watch " + what + ": " + std::strerror(errno),
              "Synchronise with `sacoche sync` instead, and tell your administrator.");
}

sigset_t EndingSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&set, signal);
  return set;
}

int WatchSignals() {
  sigset_t set = EndingSignals();
  sigaddset(&set, SIGUSR1);
  if (sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int WatchNetwork() {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fd;
  if (fd >= 0) close(fd);
  return -1;
}

int WatchFolder(const std::string& folder) {
  const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd >= 0 && inotify_add_watch(fd, folder.c_str(), IN_MODIFY | IN_MOVED_TO) >= 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

// Reads all that is there; `take` is given each piece. The kernel cuts nothing in two.
template <class Take>
void Drain(int fd, const Take& take) {
  alignas(8) std::array<char, 16 * 1024> buffer;
  while (true) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size <= 0) return;
    take(buffer.data(), static_cast<std::size_t>(size));
  }
}

// Which interface has which address, as the kernel's message says.
std::string AddressIn(const nlmsghdr& message) {
  const auto* about = static_cast<const ifaddrmsg*>(NLMSG_DATA(&message));
  std::string address = std::to_string(about->ifa_index) + " ";
  auto left = static_cast<int>(IFA_PAYLOAD(&message));
  for (const rtattr* part = IFA_RTA(about); RTA_OK(part, left); part = RTA_NEXT(part, left))
    if (part->rta_type == IFA_ADDRESS)
      address.append(static_cast<const char*>(RTA_DATA(part)), RTA_PAYLOAD(part));
  return address;
}

}  // namespace

Result<std::unique_ptr<MachineEvents>> MachineEvents::Watch(const std::string& folder,
                                                            NetworkWatch* watch) {
  const int files = WatchFolder(folder);
  if (files < 0) return CannotWatch(folder);
  const int network = WatchNetwork();
  const int signals = WatchSignals();
  const int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  std::unique_ptr<MachineEvents> events(new MachineEvents(signals, network, files, timer));
  events->watch_ = watch;
  if (network < 0 || signals < 0 || timer < 0) return CannotWatch("the network");
  return events;
}

MachineEvents::~MachineEvents() {
  for (const int fd : {signals_, network_, files_, timer_})
    if (fd >= 0) close(fd);
}

Result<MachineEvents::Seen> MachineEvents::Wait(std::uint64_t until_ms) {
  // A time of nought would switch the timer off.
  const std::uint64_t at_ms = std::max<std::uint64_t>(until_ms, 1);
  itimerspec due{};
  due.it_value.tv_sec = static_cast<time_t>(at_ms / 1000);
  due.it_value.tv_nsec = static_cast<long>(at_ms % 1000 * 1'000'000);
  if (timerfd_settime(timer_, TFD_TIMER_ABSTIME, &due, nullptr) != 0)
    return CannotWatch("the time");
  const int watched = watch_ != nullptr ? watch_->fd() : -1;  // poll leaves -1 out
  std::array<pollfd, 5> fds = {{{signals_, POLLIN, 0},
                                {network_, POLLIN, 0},
                                {files_, POLLIN, 0},
                                {timer_, POLLIN, 0},
                                {watched, POLLIN, 0}}};
  if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return CannotWatch("the network");
  Seen seen;
  Drain(signals_, [&](const char* bytes, std::size_t size) {
    for (std::size_t at = 0; at + sizeof(signalfd_siginfo) <= size;
         at += sizeof(signalfd_siginfo)) {
      signalfd_siginfo info;
      std::memcpy(&info, bytes + at, sizeof info);
      (info.ssi_signo == SIGUSR1 ? seen.asks : seen.stops) = true;
    }
  });
  bool has_address = false;
  Drain(network_, [&](const char* bytes, std::size_t size) { has_address |= Hear(bytes, size); });
  // Of what the watch does not look after, as a VPN, the address tells.
  if (watched >= 0) seen.network = watch_->Take();
  if (watched < 0 || !watch_->is_connecting()) seen.network |= has_address;
  Drain(files_, [&](const char*, std::size_t) { seen.files = true; });
  return seen;
}

// The kernel tells of an address again whenever its lifetime is prolonged.
bool MachineEvents::Hear(const char* bytes, std::size_t size) {
  bool has_come = false;
  auto left = static_cast<unsigned>(size);
  for (const auto* message = reinterpret_cast<const nlmsghdr*>(bytes); NLMSG_OK(message, left);
       message = NLMSG_NEXT(message, left)) {
    if (message->nlmsg_type == RTM_NEWADDR)
      has_come |= addresses_.insert(AddressIn(*message)).second;
    if (message->nlmsg_type == RTM_DELADDR) addresses_.erase(AddressIn(*message));
  }
  return has_come;
}

void MachineEvents::ForgetFiles() {
  Drain(files_, [](const char*, std::size_t) {});
}

MachineEvents::MayBeEnded::MayBeEnded() {
  const sigset_t set = EndingSignals();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

MachineEvents::MayBeEnded::~MayBeEnded() {
  const sigset_t set = EndingSignals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
}

std::uint64_t MachineEvents::NowMs() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

}  // namespace sacoche
