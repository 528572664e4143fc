#include "engine/text/text_codec.h"

#include <algorithm>
#include <functional>
#include <map>

#include "engine/text/text_limits.h"
#include "engine/text/utf8.h"
#include "platform/base/byte_codec.h"

// TEXT_FORMAT.md describes the bytes.
namespace sacoche {
namespace {

using Edits = std::vector<TextOps>;
using Kind = TextRun::Kind;

constexpr std::uint8_t kVersion = 1;
constexpr unsigned kKindBits = 3;
constexpr std::uint64_t kEdge = 0;  // in the place of a replica's index, which counts from 1
constexpr std::size_t kEditBytesMin = 4;
constexpr std::size_t kSightBytesMin = 2;

// The replicas that a history names, and where each was touched last.
class Table {
 public:
  Table() = default;
  explicit Table(const Edits& edits) {
    for (const TextOps& ops : edits) {
      ids_.push_back(ops.author);
      for (const Dot& dot : ops.seen) ids_.push_back(dot.replica);
      for (const TextRun& run : ops.runs)
        for (const Dot& dot : {run.place, run.right})
          if (dot != Dot{}) ids_.push_back(dot.replica);
    }
    std::ranges::sort(ids_);
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    touched_.resize(ids_.size());
  }

  void Write(ByteWriter& out) const {
    out.Varint(ids_.size());
    for (const ReplicaId& id : ids_) out.Raw(id.view());
  }
  void Read(ByteReader& in) {
    ids_.resize(in.Count(kTextReplicasMax, ReplicaId::kSize));
    for (ReplicaId& id : ids_) id = ReplicaId::FromArray(in.Array<ReplicaId::kSize>());
    // Found by bisection from here on, so in order and each once.
    if (std::ranges::adjacent_find(ids_, std::ranges::greater_equal()) != ids_.end())
      in.SetFailed();
    touched_.resize(ids_.size());
  }

  [[nodiscard]] std::uint64_t IndexOf(const ReplicaId& id) const {
    return static_cast<std::uint64_t>(std::ranges::lower_bound(ids_, id) - ids_.begin()) + 1;
  }
  [[nodiscard]] ReplicaId ReadReplica(ByteReader& in) const {
    const std::uint64_t index = in.Varint();
    if (index == kEdge || index > ids_.size()) {
      in.SetFailed();
      return {};
    }
    return ids_[index - 1];
  }
  [[nodiscard]] ReplicaId ReadReplicaOrEdge(ByteReader& in) const {
    const std::uint64_t index = in.Varint();
    if (index > ids_.size()) in.SetFailed();
    return index == kEdge || index > ids_.size() ? ReplicaId{} : ids_[index - 1];
  }

  // The place of a run is told as its distance from where its replica's text was touched last.
  [[nodiscard]] std::int64_t touched(const ReplicaId& id) const {
    return touched_[IndexOf(id) - 1];
  }
  void Touch(const ReplicaId& author, std::uint64_t counter, const TextRun& run) {
    if (run.inserts()) {
      touched_[IndexOf(author) - 1] = static_cast<std::int64_t>(counter + run.length - 1);
    } else if (run.deletes()) {
      const auto length = static_cast<std::int64_t>(run.length);
      touched_[IndexOf(run.place.replica) - 1] =
          static_cast<std::int64_t>(run.place.counter) +
          (run.kind == Kind::kDeleteForward ? length : -length);
    }
  }

 private:
  std::vector<ReplicaId> ids_;
  std::vector<std::int64_t> touched_;
};

// What the counter of a right origin is told from.
std::int64_t RightBase(const TextRun& run) {
  return run.place.replica == run.right.replica ? static_cast<std::int64_t>(run.place.counter) + 1
                                                : 0;
}

void ForEachRun(auto& edits, auto use) {
  for (auto& ops : edits) {
    std::uint64_t counter = ops.first;
    for (auto& run : ops.runs) {
      use(ops, run, counter);
      counter += run.length;
    }
  }
}

void WriteHeads(ByteWriter& out, const Edits& edits, const Table& table) {
  std::map<ReplicaId, std::uint64_t> next;  // the expected counter, if not 1
  out.Varint(edits.size());
  for (const TextOps& ops : edits) {
    const std::uint64_t expected = next.try_emplace(ops.author, 1).first->second;
    out.Varint(table.IndexOf(ops.author));
    out.SignedVarint(static_cast<std::int64_t>(ops.first - expected));
    out.Varint(ops.seen.size());
    for (const Dot& dot : ops.seen) {
      out.Varint(table.IndexOf(dot.replica));
      out.Varint(dot.counter);
    }
    out.Varint(ops.runs.size());
    next[ops.author] = ops.last() + 1;
  }
}

void WriteRuns(ByteWriter& out, const Edits& edits, Table& table) {
  ByteWriter place_replicas;
  ByteWriter places;
  ByteWriter right_replicas;
  ByteWriter rights;
  std::string text;
  const auto index_of = [&](const Dot& dot) {
    return dot == Dot{} ? kEdge : table.IndexOf(dot.replica);
  };
  ForEachRun(edits, [&](const TextOps& ops, const TextRun& run, std::uint64_t counter) {
    out.Varint(std::uint64_t{run.length} << kKindBits | static_cast<std::uint64_t>(run.kind));
    if (run.kind != Kind::kSettle) place_replicas.Varint(index_of(run.place));
    if (run.place != Dot{})
      places.SignedVarint(static_cast<std::int64_t>(run.place.counter) -
                          table.touched(run.place.replica));
    if (run.kind == Kind::kInsertAfter) right_replicas.Varint(index_of(run.right));
    if (run.right != Dot{})
      rights.SignedVarint(static_cast<std::int64_t>(run.right.counter) - RightBase(run));
    AppendUtf8(text, run.text);
    table.Touch(ops.author, counter, run);
  });
  for (const ByteWriter* column : {&place_replicas, &places, &right_replicas, &rights})
    out.Raw(column->bytes());
  out.Sized(ViewOf(text));
}

Bytes Encode(const Edits& edits) {
  Table table(edits);
  ByteWriter out;
  out.Byte(kVersion);
  table.Write(out);
  WriteHeads(out, edits, table);
  WriteRuns(out, edits, table);
  return std::move(out).Take();
}

// A counter told as a distance; out of range fails the reader.
std::uint64_t ReadCounter(ByteReader& in, std::int64_t base) {
  const std::int64_t distance = in.SignedVarint();
  constexpr auto kMax = static_cast<std::int64_t>(kTextCounterMax);
  if (distance < -2 * kMax || distance > 2 * kMax || base + distance < 1 ||
      base + distance > kMax) {
    in.SetFailed();
    return 1;
  }
  return static_cast<std::uint64_t>(base + distance);
}

Edits ReadHeads(ByteReader& in, const Table& table, std::size_t edits_max) {
  Edits edits(in.Count(edits_max, kEditBytesMin));
  std::size_t runs = 0;
  for (TextOps& ops : edits) {
    ops.author = table.ReadReplica(in);
    // Where the author's next edit begins is known once the lengths of its runs are; until then
    // `first` holds the distance.
    ops.first = static_cast<std::uint64_t>(in.SignedVarint());
    ops.seen.resize(in.Count(kTextReplicasMax, kSightBytesMin));
    for (Dot& dot : ops.seen) {
      dot.replica = table.ReadReplica(in);
      dot.counter = in.Varint();
    }
    const std::size_t count = in.Count(kTextRunsMax);
    runs += count;  // of all edits, before any memory is taken for them
    if (runs > kTextRunsMax || runs > in.remaining()) in.SetFailed();
    if (in.ok()) ops.runs.resize(count);
  }
  return edits;
}

// The column of lengths and kinds, and with it the counters of all units.
void ReadLengths(ByteReader& in, Edits& edits) {
  std::map<ReplicaId, std::uint64_t> next;
  for (TextOps& ops : edits) {
    const std::uint64_t expected = next.try_emplace(ops.author, 1).first->second;
    ops.first += expected;
    std::uint64_t end = ops.first;
    for (TextRun& run : ops.runs) {
      const std::uint64_t head = in.Varint();
      const std::uint64_t kind = head & ((1U << kKindBits) - 1);
      const std::uint64_t length = head >> kKindBits;
      if (kind > static_cast<std::uint64_t>(Kind::kSettle) || length > kTextCounterMax)
        in.SetFailed();
      run.kind = static_cast<Kind>(kind);
      run.length = static_cast<std::uint32_t>(length);
      end += length;
    }
    if (ops.first < 1 || end > kTextCounterMax + 1 || ops.first > end) in.SetFailed();
    if (!in.ok()) return;
    next[ops.author] = end;
  }
}

void ReadPlaces(ByteReader& in, Edits& edits, Table& table) {
  ForEachRun(edits, [&](TextOps&, TextRun& run, std::uint64_t) {
    if (run.kind != Kind::kSettle) run.place.replica = table.ReadReplicaOrEdge(in);
  });
  ForEachRun(edits, [&](const TextOps& ops, TextRun& run, std::uint64_t counter) {
    if (!in.ok()) return;
    if (!run.place.replica.is_zero())
      run.place.counter = ReadCounter(in, table.touched(run.place.replica));
    if (run.deletes() && run.place.replica.is_zero()) in.SetFailed();
    if (in.ok()) table.Touch(ops.author, counter, run);
  });
  ForEachRun(edits, [&](TextOps&, TextRun& run, std::uint64_t) {
    if (run.kind == Kind::kInsertAfter) run.right.replica = table.ReadReplicaOrEdge(in);
  });
  ForEachRun(edits, [&](TextOps&, TextRun& run, std::uint64_t) {
    if (!run.right.replica.is_zero()) run.right.counter = ReadCounter(in, RightBase(run));
  });
}

void ReadText(ByteReader& in, Edits& edits) {
  const auto text = CodePointsOf(TextOf(in.Sized(kTextHistoryBytesMax)));
  if (!text) return in.SetFailed();
  std::u32string_view rest = *text;
  ForEachRun(edits, [&](TextOps&, TextRun& run, std::uint64_t) {
    if (!run.inserts() || !in.ok()) return;
    if (run.length > rest.size()) return in.SetFailed();
    run.text = rest.substr(0, run.length);
    rest.remove_prefix(run.length);
  });
  if (!rest.empty()) in.SetFailed();
}

Result<Edits> Decode(ByteView bytes, std::size_t edits_max) {
  ByteReader in(bytes);
  const std::uint8_t version = in.Byte();
  if (in.ok() && version > kVersion)
    return Fail(ErrorCode::kNewerFormat, "a text was edited with a newer release",
                "Update Sacoche.");
  if (version != kVersion) in.SetFailed();
  Table table;
  table.Read(in);
  Edits edits = ReadHeads(in, table, edits_max);
  ReadLengths(in, edits);
  if (in.ok()) ReadPlaces(in, edits, table);
  if (in.ok()) ReadText(in, edits);
  SACOCHE_TRY(in.Finish("an edit of a text"));
  for (const TextOps& ops : edits) SACOCHE_TRY(CheckShape(ops));
  // The table holds what is named, in order, and every number is the one that would be written.
  if (!Equal(Encode(edits), bytes))
    return Fail(ErrorCode::kCorrupt, "an edit of a text is not written in its one form");
  return edits;
}

Status CheckSize(std::size_t size, std::size_t size_max) {
  if (size <= size_max) return {};
  return Fail(ErrorCode::kLimit, "an edit of a text is too large",
              "Save the text in several steps.");
}

}  // namespace

Result<Bytes> EncodeTextOps(const TextOps& ops) {
  SACOCHE_TRY(CheckShape(ops));
  Bytes bytes = Encode({ops});
  SACOCHE_TRY(CheckSize(bytes.size(), kTextOpsBytesMax));
  return bytes;
}

Result<TextOps> DecodeTextOps(ByteView bytes) {
  SACOCHE_TRY(CheckSize(bytes.size(), kTextOpsBytesMax));
  SACOCHE_ASSIGN(Edits edits, Decode(bytes, 1));
  if (edits.empty()) return Fail(ErrorCode::kCorrupt, "an edit of a text is missing");
  return std::move(edits.front());
}

Result<Bytes> EncodeTextDocument(const TextDocument& document) {
  const Edits edits = document.History();
  std::size_t runs = 0;
  for (const TextOps& ops : edits) runs += ops.runs.size();
  if (runs > kTextRunsMax)
    return Fail(ErrorCode::kLimit, "a text has been edited more often than is supported",
                "Begin a new text.");
  Bytes bytes = Encode(edits);
  SACOCHE_TRY(CheckSize(bytes.size(), kTextHistoryBytesMax));
  return bytes;
}

Result<TextDocument> DecodeTextDocument(ByteView bytes) {
  SACOCHE_TRY(CheckSize(bytes.size(), kTextHistoryBytesMax));
  SACOCHE_ASSIGN(const Edits edits, Decode(bytes, kTextHistoryBytesMax));
  TextDocument document;
  for (const TextOps& ops : edits) SACOCHE_TRY(document.Apply(ops));
  return document;
}

}  // namespace sacoche
