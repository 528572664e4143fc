#pragma once

#include <functional>

#include "engine/wire/wire_codec.h"

namespace sacoche {

// Takes the answer apart, lets the test change the frames, and puts it together again.
inline std::function<void(Bytes&)> OnFrames(
    const std::function<void(std::vector<PullFrame>&)>& change) {
  return [change](Bytes& answer) {
    FrameSplitter splitter;
    splitter.Feed(answer);
    std::vector<PullFrame> frames;
    for (auto raw = splitter.Next(); raw && *raw; raw = splitter.Next())
      frames.push_back(*DecodePullFrame(**raw));
    change(frames);
    answer.clear();
    for (const PullFrame& frame : frames) AppendFrame(answer, frame);
  };
}

}  // namespace sacoche
