#pragma once

#include <deque>
#include <set>

#include "engine/wire/wire_codec.h"
#include "platform/http_client.h"
#include "tests/sim/counters.h"
#include "tests/sim/sim_server.h"

namespace sacoche::sim {

// Every text that is typed in a run begins with it, so that it can be looked for where no text may
// be.
inline constexpr std::string_view kCanary = "kanari-";

// What goes wrong during one sync.
struct NetworkPlan {
  std::optional<std::uint64_t> cut_after;    // bytes, counted over bodies and answers
  std::optional<std::uint64_t> lost_answer;  // of the n-th request
  bool breaks_behind_an_epoch = false;       // once the server has stored one
  bool delivers_twice = false;
  bool keeps_a_copy = false;  // of the first request, to be delivered at another time
  enum class Lie {
    kNone,
    kFlipsABit,
    kLeavesEnvelopesOut,
    kStopsEarly,
    kForgesHeads,
    kForgesAcknowledgements,
    kSwapsEnvelopes
  } lie = Lie::kNone;
  std::size_t piece_bytes = 1 << 20;

  [[nodiscard]] bool is_calm() const {
    return !cut_after && !lost_answer && !breaks_behind_an_epoch && !delivers_twice &&
           lie == Lie::kNone;
  }
};

// The line between one device and the server, and what passes over it. It sees what a server sees,
// and so checks invariants 5 and 8 as well. Lives for one sync.
class SimNetwork final : public HttpClient {
 public:
  struct Recorded {
    RequestHead head;
    Bytes body;
  };
  // What a device was given whole and took in, and what it sent: of all its syncs.
  struct Memory {
    std::set<std::pair<SpaceId, std::uint64_t>> received;
    std::map<std::tuple<SpaceId, DeviceId, std::uint64_t>, Hash256> sent;  // by maker and counter
    // The store is an older copy of itself: until it has found out, which is in the middle of a
    // sync, it seals beside its own history.
    bool is_beside = false;

    void Forget() {
      received.clear();
      sent.clear();
    }
  };

  SimNetwork(SimServer& server, Memory& memory, std::deque<Recorded>& copies, Counters& counters,
             const NetworkPlan& plan, Choices choices)
      : server_(server),
        memory_(memory),
        copies_(copies),
        counters_(counters),
        plan_(plan),
        choices_(choices) {}

  [[nodiscard]] std::string authority() const override { return "server.test"; }
  Result<HttpResponse> Send(const HttpRequest& request, const BodySink& sink) override;

  // Delivers a request of some other time once more, and throws its answer away.
  static void DeliverAgain(SimServer& server, const Recorded& request);

  // Something that was planned has happened.
  [[nodiscard]] bool disturbed() const { return disturbed_; }
  [[nodiscard]] const std::string& fault_found() const { return fault_found_; }
  [[nodiscard]] bool fault_is_of_invariant_5() const { return blind_fault_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  Result<HttpResponse> Carry(Exchange& exchange, ByteView body, const BodySink& sink);
  Result<HttpResponse> Cut(const char* why);
  HttpResponse Refused(const Problem& problem, const BodySink& sink);
  std::size_t Take(std::size_t wanted);
  [[nodiscard]] std::uint64_t Epochs() const;
  void LookAtBody(ByteView body);
  void NoteDelivered(const HttpResponse& response, ByteView piece);
  void Lie(Bytes& chunk);

  SimServer& server_;
  Memory& memory_;
  std::deque<Recorded>& copies_;
  Counters& counters_;
  NetworkPlan plan_;
  Choices choices_;
  std::uint64_t requests_ = 0;
  std::uint64_t bytes_ = 0;
  bool disturbed_ = false;
  bool blind_fault_ = false;
  std::string fault_found_;
  // Of the current request, to know which envelopes come again for a reason.
  bool recalls_ = false;
  std::vector<SpaceId> asked_;
  std::size_t answering_ = 0;
  FrameSplitter delivered_;
};

}  // namespace sacoche::sim
