#include <zstd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/resource_usage.h"
#include "engine/text/text_codec.h"
#include "engine/text/utf8.h"

// sacoche-text-bench: replays a recorded typing session, one edit for each key pressed, and prints
// JSON. Exit status 0 only if every text came out as it must. The trace is a JSON object of
// startContent, endContent and txns, whose patches are [position, characters deleted, text].
namespace sacoche::bench {
namespace {

using nlohmann::json;

constexpr int kZstdLevel = 19;

struct Patch {
  std::uint64_t position = 0;
  std::uint64_t removed = 0;
  std::string text;
};
using Patches = std::vector<Patch>;

struct Trace {
  std::string end;
  Patches patches;
};

Error Wrong(const char* what) { return {ErrorCode::kCorrupt, what, "Report this with the trace."}; }

Result<Trace> ReadTrace(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Fail(ErrorCode::kNotFound, "cannot open " + path, "Check the path.");
  try {
    const json whole = json::parse(file);
    Trace trace;
    trace.end = whole.at("endContent");
    const std::string start = whole.at("startContent");
    if (!start.empty()) trace.patches.push_back({0, 0, start});
    for (const json& txn : whole.at("txns"))
      for (const json& patch : txn.at("patches"))
        trace.patches.push_back({patch.at(0), patch.at(1), patch.at(2)});
    return trace;
  } catch (const json::exception&) {
    return Fail(ErrorCode::kInvalidInput, path + " is not a trace",
                "Give the plain JSON: zcat trace.json.gz > trace.json.");
  }
}

ReplicaId Writer(std::uint8_t number) {
  ReplicaId id;
  id.bytes.back() = number;
  return id;
}

// One person at one laptop.
struct Desk {
  ReplicaId id;
  TextDocument document;
  std::vector<TextOps> made;

  // The patches [begin, end); a place that this text does not have is its end.
  Status Replay(const Patches& patches, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint64_t size = document.size();
      const std::uint64_t position = std::min(patches[i].position, size);
      const std::uint64_t removed = std::min(patches[i].removed, size - position);
      SACOCHE_ASSIGN(TextOps ops, document.OpsToReplace({position, removed, patches[i].text}, id));
      if (ops.empty()) continue;
      SACOCHE_TRY(document.Apply(ops));
      made.push_back(std::move(ops));
    }
    return {};
  }

  Status Receive(const std::vector<TextOps>& edits) {
    for (const TextOps& ops : edits) SACOCHE_TRY(document.Apply(ops));
    return {};
  }
};

// The same patches on a plain string: what the processor here can do.
Result<double> ReplayOnString(const Trace& trace) {
  std::vector<std::u32string> texts;
  for (const Patch& patch : trace.patches) {
    SACOCHE_ASSIGN(texts.emplace_back(), CodePointsOf(patch.text));
  }
  const ResourceUsage usage;
  std::u32string text;
  for (std::size_t i = 0; i < texts.size(); ++i)
    text.replace(trace.patches[i].position, trace.patches[i].removed, texts[i]);
  const double seconds = usage.wall_s();
  if (Utf8Of(text) != trace.end) return Forward(Wrong("the trace does not give its own end"));
  return seconds;
}

Status MeasureReplay(const Trace& trace, Desk& desk, json& out) {
  SACOCHE_ASSIGN(const double reference_s, ReplayOnString(trace));
  const ResourceUsage usage;
  SACOCHE_TRY(desk.Replay(trace.patches, 0, trace.patches.size()));
  const double seconds = usage.wall_s();
  if (desk.document.Text() != trace.end) return Forward(Wrong("the replay gave another text"));
  out["patches"] = trace.patches.size();
  out["characters"] = desk.document.size();
  out["replay_s"] = seconds;
  out["plain_string_replay_s"] = reference_s;
  out["replay_to_plain_string"] = seconds / reference_s;
  out["spans"] = desk.document.spans();
  return {};
}

Status MeasureEncoding(const Desk& desk, json& out) {
  const ResourceUsage encoding;
  SACOCHE_ASSIGN(const Bytes bytes, EncodeTextDocument(desk.document));
  out["encode_s"] = encoding.wall_s();
  out["history_bytes"] = bytes.size();
  Bytes compressed(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress(compressed.data(), compressed.size(), bytes.data(), bytes.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) return Forward(Wrong("zstd refused the history"));
  out["history_zstd_bytes"] = size;
  const ResourceUsage decoding;
  SACOCHE_ASSIGN(const TextDocument decoded, DecodeTextDocument(bytes));
  out["decode_s"] = decoding.wall_s();
  if (decoded != desk.document) return Forward(Wrong("the history came back otherwise"));
  return {};
}

// The form is saved: with one sentence more, and with all words in the opposite order.
Status MeasureSaving(const Desk& desk, json& out) {
  const std::string text = desk.document.Text();
  std::string longer = text;
  longer.insert(text.find(' ', text.size() / 2), " One sentence more. ");
  std::string reversed;
  for (std::size_t end = text.size(); end != std::string::npos && end > 0;) {
    const std::size_t space = text.rfind(' ', end - 1);
    const std::size_t begin = space == std::string::npos ? 0 : space;
    reversed += text.substr(begin, end - begin);
    end = begin;
  }
  for (const auto& [name, wanted] :
       {std::pair{"save_sentence_s", longer}, std::pair{"save_all_reversed_s", reversed}}) {
    TextDocument document = desk.document;
    const ResourceUsage usage;
    SACOCHE_ASSIGN(const TextOps ops, document.OpsToBecome(wanted, desk.id));
    SACOCHE_TRY(document.Apply(ops));
    out[name] = usage.wall_s();
    if (document.Text() != wanted) return Forward(Wrong("a saved text became another"));
  }
  return {};
}

// Each receives what the other made, edit by edit.
Status MeasureMerge(Desk& one, Desk& other, json& out) {
  const ResourceUsage usage;
  SACOCHE_TRY(one.Receive(other.made));
  SACOCHE_TRY(other.Receive(one.made));
  const double seconds = usage.wall_s();
  const std::string text = one.document.Text();
  if (text != other.document.Text()) return Forward(Wrong("two merged texts differ"));
  const ResourceUsage looking;
  const std::size_t contested = one.document.Contested().size();
  out = {{"edits", one.made.size() + other.made.size()},
         {"both_ways_s", seconds},
         {"characters", one.document.size()},
         {"contested_passages", contested},
         {"contested_s", looking.wall_s()},
         {"spans", one.document.spans()}};
  return {};
}

// One typed the first half, the other the second, each from nothing.
Status MeasureTwoHalves(const Trace& trace, json& out) {
  const std::size_t half = trace.patches.size() / 2;
  Desk one{Writer(1), {}, {}};
  Desk other{Writer(2), {}, {}};
  SACOCHE_TRY(one.Replay(trace.patches, 0, half));
  SACOCHE_TRY(other.Replay(trace.patches, half, trace.patches.size()));
  return MeasureMerge(one, other, out);
}

// From the first half as the common base, both typed the second half, all of it at the same places.
Status MeasureSamePlaces(const Trace& trace, json& out) {
  const std::size_t half = trace.patches.size() / 2;
  Desk one{Writer(1), {}, {}};
  SACOCHE_TRY(one.Replay(trace.patches, 0, half));
  Desk other{Writer(2), one.document, {}};
  one.made.clear();
  SACOCHE_TRY(one.Replay(trace.patches, half, trace.patches.size()));
  SACOCHE_TRY(other.Replay(trace.patches, half, trace.patches.size()));
  return MeasureMerge(one, other, out);
}

Status Measure(const std::string& path) {
  SACOCHE_ASSIGN(const Trace trace, ReadTrace(path));
  json out;
  Desk desk{Writer(1), {}, {}};
  SACOCHE_TRY(MeasureReplay(trace, desk, out));
  SACOCHE_TRY(MeasureEncoding(desk, out));
  SACOCHE_TRY(MeasureSaving(desk, out));
  SACOCHE_TRY(MeasureTwoHalves(trace, out["merge_two_halves"]));
  SACOCHE_TRY(MeasureSamePlaces(trace, out["merge_same_places"]));
  out["peak_rss_kb"] = ResourceUsage::peak_rss_kb();
  std::cout << out.dump(2) << std::endl;
  return {};
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures co-written texts on a recorded typing session"};
  std::string path;
  app.add_option("trace", path, "the trace, as plain JSON")->required();
  CLI11_PARSE(app, argc, argv);
  const Status status = Measure(path);
  if (status) return 0;
  std::cerr << "sacoche-text-bench: " << status.error().message << ". " << status.error().advice
            << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::bench

int main(int argc, char** argv) { return sacoche::bench::Main(argc, argv); }
