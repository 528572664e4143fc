#include "tests/sim/sim_network.h"

#include "engine/sign/hash.h"
#include "engine/wire/envelope.h"

namespace sacoche::sim {
namespace {

constexpr std::size_t kCopiesMax = 4;

template <class Frame>
bool Is(const PullFrame& frame) {
  return std::holds_alternative<Frame>(frame);
}

Hash256 HashOf(ByteView bytes) { return HashFor("sacoche.sim", {bytes}); }

}  // namespace

Result<HttpResponse> SimNetwork::Cut(const char* why) {
  disturbed_ = true;
  ++counters_.faults[why];
  return Fail(ErrorCode::kNetwork, "the connection was cut", "Synchronise again.");
}

HttpResponse SimNetwork::Refused(const Problem& problem, const BodySink& sink) {
  const HttpResponse response{ProblemStatus(problem.type), std::string("application/problem+json"),
                              ""};
  sink(response, ViewOf(ProblemToJson(problem)));
  return response;
}

std::size_t SimNetwork::Take(std::size_t wanted) {
  if (!plan_.cut_after) return wanted;
  const std::size_t size = std::min<std::uint64_t>(wanted, *plan_.cut_after);
  *plan_.cut_after -= size;
  return size;
}

// An envelope is sealed once: under one number of its chain, always the same bytes.
void SimNetwork::LookAtBody(ByteView body) {
  if (TextOf(body).find(kCanary) != std::string_view::npos) {
    fault_found_ = "a typed text travels in a request";
    blind_fault_ = true;
  }
  recalls_ = false;
  asked_.clear();
  answering_ = 0;
  delivered_ = FrameSplitter();
  FrameSplitter splitter;
  splitter.Feed(body);
  for (auto raw = splitter.Next(); raw && *raw; raw = splitter.Next()) {
    const auto frame = DecodePushFrame(**raw);
    if (!frame) return;
    if (const auto* cursor = std::get_if<CursorFrame>(&*frame)) {
      asked_.push_back(cursor->space);
      recalls_ |= cursor->from == CursorFrame::From::kEverybody;
    }
    const auto* pushed = std::get_if<EnvelopeFrame>(&*frame);
    const auto envelope = pushed ? DecodeEnvelope(pushed->envelope) : Result<Envelope>{};
    if (pushed == nullptr || !envelope) continue;
    const std::tuple key{envelope->header.space, envelope->header.device, envelope->header.counter};
    const Hash256 hash = HashOf(pushed->envelope);
    const auto [known, is_new] = memory_.sent.try_emplace(key, hash);
    if (std::exchange(known->second, hash) != hash && !memory_.is_beside)
      fault_found_ = "an envelope is sent again with other bytes";
  }
}

Result<HttpResponse> SimNetwork::Send(const HttpRequest& request, const BodySink& sink) {
  ++requests_;
  ++counters_.requests;
  LookAtBody(request.body);
  Recorded recorded{{request.method, authority(), request.path, "", "", ""}, {}};
  for (const auto& [name, value] : request.headers) {
    if (name == "Content-Digest") recorded.head.content_digest = value;
    if (name == "Signature-Input") recorded.head.signature_input = value;
    if (name == "Signature") recorded.head.signature = value;
  }
  if (plan_.keeps_a_copy || plan_.delivers_twice) recorded.body = CopyOf(request.body);
  if (std::exchange(plan_.keeps_a_copy, false)) {
    copies_.push_back(recorded);
    if (copies_.size() > kCopiesMax) copies_.pop_front();
  }
  auto exchange = server_.service().Begin(recorded.head);
  if (server_.disk().is_off()) return Cut("server off");
  if (!exchange) return Refused(exchange.error(), sink);
  auto response = Carry(**exchange, request.body, sink);
  if (std::exchange(plan_.delivers_twice, false)) {
    ++counters_.faults["request delivered twice"];
    DeliverAgain(server_, recorded);
  }
  return response;
}

void SimNetwork::DeliverAgain(SimServer& server, const Recorded& request) {
  auto exchange = server.service().Begin(request.head);
  if (!exchange || !(*exchange)->Feed(request.body) || !(*exchange)->Finish()) return;
  for (auto chunk = (*exchange)->NextChunk(); chunk && !chunk->empty();
       chunk = (*exchange)->NextChunk()) {
  }
}

// That the server has opened, in all spaces.
std::uint64_t SimNetwork::Epochs() const {
  const Directory& directory = server_.directory();
  std::uint64_t epochs = 0;
  for (const auto& [space, statement] : directory.spaces()) epochs += directory.CurrentEpoch(space);
  return epochs;
}

Result<HttpResponse> SimNetwork::Carry(Exchange& exchange, ByteView body, const BodySink& sink) {
  const std::uint64_t epochs_before = Epochs();
  for (ByteView rest = body; !rest.empty();) {
    const std::size_t size = Take(std::min(plan_.piece_bytes, rest.size()));
    bytes_ += size;
    const auto fed = exchange.Feed(rest.first(size));
    if (server_.disk().is_off()) return Cut("server's power cut in a request");
    if (!fed) return Refused(fed.error(), sink);
    rest = rest.subspan(size);
    if (size == 0) {
      exchange.Cut();
      return Cut("request cut");
    }
  }
  const auto finished = exchange.Finish();
  if (server_.disk().is_off()) return Cut("server's power cut in a request");
  if (!finished) return Refused(finished.error(), sink);
  if (plan_.lost_answer == requests_ - 1) return Cut("answer lost");
  if (plan_.breaks_behind_an_epoch && Epochs() > epochs_before)
    return Cut("line broken behind an epoch");
  const HttpResponse response{exchange.status(), std::string(exchange.content_type()), ""};
  while (true) {
    auto chunk = exchange.NextChunk();
    if (!chunk) return Cut("answer broken off by the server");
    if (chunk->empty()) return response;
    if (plan_.lie != NetworkPlan::Lie::kNone) Lie(*chunk);
    for (ByteView rest = *chunk; !rest.empty();) {
      const std::size_t size = Take(std::min(plan_.piece_bytes, rest.size()));
      if (size == 0) return Cut("answer cut");
      bytes_ += size;
      if (!sink(response, rest.first(size))) return response;
      NoteDelivered(response, rest.first(size));
      rest = rest.subspan(size);
    }
  }
}

// What was taken in whole is not given again, whatever was cut.
void SimNetwork::NoteDelivered(const HttpResponse& response, ByteView piece) {
  if (response.status != 200 || asked_.empty() || plan_.lie != NetworkPlan::Lie::kNone) return;
  delivered_.Feed(piece);
  for (auto raw = delivered_.Next(); raw && *raw; raw = delivered_.Next()) {
    const auto frame = DecodePullFrame(**raw);
    if (!frame) return;
    if (Is<HeadFrame>(*frame) || Is<AnotherHistoryFrame>(*frame) || Is<SpaceRefusedFrame>(*frame))
      ++answering_;
    const auto* stored = std::get_if<StoredEnvelopeFrame>(&*frame);
    if (stored == nullptr || answering_ >= asked_.size()) continue;
    const bool is_new = memory_.received.insert({asked_[answering_], stored->sequence}).second;
    if (!is_new && !recalls_) fault_found_ = "an envelope that was taken in is given again";
  }
}

void SimNetwork::Lie(Bytes& chunk) {
  using enum NetworkPlan::Lie;
  disturbed_ = true;
  if (plan_.lie == kFlipsABit) {
    ++counters_.faults["hostile: flips a bit"];
    chunk[choices_.Below(chunk.size())] ^= static_cast<std::uint8_t>(1U << choices_.Below(8));
    return;
  }
  FrameSplitter splitter;
  splitter.Feed(chunk);
  std::vector<PullFrame> frames;
  for (auto raw = splitter.Next(); raw && *raw; raw = splitter.Next()) {
    auto frame = DecodePullFrame(**raw);
    if (!frame) return;
    frames.push_back(std::move(*frame));
  }
  switch (plan_.lie) {
    case kLeavesEnvelopesOut:
      ++counters_.faults["hostile: leaves envelopes out"];
      std::erase_if(frames, [&](const PullFrame& frame) {
        return Is<StoredEnvelopeFrame>(frame) && choices_.OneIn(2);
      });
      break;
    case kStopsEarly: {
      ++counters_.faults["hostile: answers what is stale"];
      std::erase_if(frames, [&](const PullFrame& frame) {
        return Is<StoredEnvelopeFrame>(frame) || Is<HistoryFrame>(frame);
      });
      for (PullFrame& frame : frames)
        if (auto* head = std::get_if<HeadFrame>(&frame))
          head->sequence -= std::min(head->sequence, choices_.Below(5));
      break;
    }
    case kForgesHeads:
      ++counters_.faults["hostile: forges heads"];
      for (PullFrame& frame : frames) {
        if (auto* head = std::get_if<HeadFrame>(&frame)) head->sequence += choices_.Below(6);
        if (auto* history = std::get_if<HistoryFrame>(&frame)) history->tag[0] ^= 1;
      }
      break;
    case kForgesAcknowledgements:
      ++counters_.faults["hostile: forges acknowledgements"];
      frames.insert(frames.begin(), AcknowledgementFrame{EnvelopeId{}, 3});
      break;
    case kSwapsEnvelopes: {
      ++counters_.faults["hostile: swaps envelopes"];
      const auto first = std::ranges::find_if(frames, Is<StoredEnvelopeFrame>);
      if (first == frames.end() || std::next(first) == frames.end()) break;
      std::iter_swap(first, std::next(first));
      break;
    }
    default:
      break;
  }
  chunk.clear();
  for (const PullFrame& frame : frames) AppendFrame(chunk, frame);
  if (chunk.empty()) chunk.push_back(0xff);
}

}  // namespace sacoche::sim
