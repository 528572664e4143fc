#pragma once

#include "engine/wire/limits.h"
#include "engine/wire/pull.h"
#include "engine/wire/push.h"

namespace sacoche {

inline constexpr std::string_view kSyncContentType = "application/vnd.sacoche.sync";
inline constexpr std::string_view kEnrolmentContentType = "application/vnd.sacoche.enrolment";
inline constexpr std::string_view kProblemContentType = "application/problem+json";

//   frame = type (varint) length (varint) payload
//
// Push types: 1 hello, 2 statement, 3 cursor, 4 envelope, 5 end, 6 recall (a cursor that asks for
// everybody's), 7 known history, 8 known snapshot, 9 snapshot head, 10 snapshot part. Pull types:
// 17 directory, 18 acknowledgement, 19 refusal, 20 statement outcome, 21 stored envelope, 22 head,
// 23 space refused, 24 end, 26 history, 27 another history, 28 receipt, 29 server time, 30 server
// key, 31 own chain, 32 snapshot outcome, 33 stored snapshot, 34 stored snapshot part, 35 snapshot
// cover, 36 another directory, 37 begins late, 38 chain. Never renumbered. An unknown type, a
// length beyond kFrameBytesMax and bytes left over in a payload MUST be refused.

void AppendRawFrame(Bytes& out, std::uint64_t type, ByteView payload);
void AppendFrame(Bytes& out, const PushFrame& frame);
void AppendFrame(Bytes& out, const PullFrame& frame);

// Cuts a stream of bytes, fed in any pieces, into frames.
class FrameSplitter {
 public:
  struct RawFrame {
    std::uint64_t type = 0;
    Bytes payload;
  };

  void Feed(ByteView bytes);

  // The next whole frame; nothing while more bytes are needed. After an error the stream is over.
  Result<std::optional<RawFrame>> Next();

  [[nodiscard]] bool empty() const { return start_ == buffer_.size(); }

 private:
  Bytes buffer_;
  std::size_t start_ = 0;
};

[[nodiscard]] Result<PushFrame> DecodePushFrame(const FrameSplitter::RawFrame& frame);
[[nodiscard]] Result<PullFrame> DecodePullFrame(const FrameSplitter::RawFrame& frame);

// The answer to GET /v1/enrolment: count, then each request's bytes.
[[nodiscard]] Bytes EncodeEnrolmentList(const std::vector<Bytes>& requests);
[[nodiscard]] Result<std::vector<Bytes>> DecodeEnrolmentList(ByteView bytes,
                                                             std::size_t request_bytes_max);

}  // namespace sacoche
