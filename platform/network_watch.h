#pragma once

namespace sacoche {

// Somebody on the machine who knows more of its network than the kernel's addresses tell. One
// thread.
class NetworkWatch {
 public:
  virtual ~NetworkWatch() = default;

  // Readable when there is something to take: for poll. -1: nothing will come any more.
  [[nodiscard]] virtual int fd() const = 0;
  // Takes what came. Whether the network came back with it.
  virtual bool Take() = 0;
  // As last heard: a network is being sought or set up, and will be told of.
  [[nodiscard]] virtual bool is_connecting() const = 0;
  // As last heard: nothing is known to be paid by the byte there, or limited. A guess counts.
  [[nodiscard]] virtual bool is_free() const = 0;
};

}  // namespace sacoche
