#include "tests/sim/world.h"

namespace sacoche::sim {
namespace {

constexpr std::size_t kFilesKept = 8;

// As a stick that was pulled out too early, or that is worn.
void Damage(Bytes& file, Choices& choices) {
  if (choices.OneIn(2))
    file.resize(choices.Below(file.size()));
  else
    file[choices.Below(file.size())] ^= static_cast<std::uint8_t>(1U << choices.Below(8));
}

}  // namespace

// A file that a colleague writes now, or that somebody wrote some time ago. A laptop that was put
// back by hand writes none before it has synchronised
// (docs/decisions/0033-files-between-laptops.md).
void World::CarryIn(Laptop& laptop, Choices& choices) {
  Laptop& other = *choices.Of(Working());
  if (other.number != laptop.number && !other.is_restored) {
    const bool is_short = choices.OneIn(8);
    std::set<DeviceId> readers;
    if (choices.OneIn(3)) readers.insert(laptop.id);
    auto out = other->CarryOut(readers, is_short ? 1 : sync_limits::kCarriedFileBytesTarget);
    if (!out && out.error().code == ErrorCode::kInvalidInput) return;  // it has not heard of it yet
    if (!out && out.error().code == ErrorCode::kNotEnrolled) return;  // it has not synchronised yet
    Require(out.has_value(), Invariant::kNothingTypedIsLost,
            "a file cannot be written: " + (out ? "" : out.error().message));
    // Whoever takes it in later, too, holds what it has not sent.
    other.has_carried |= !other.unsent.empty();
    carried_files_.push_back(std::move(out->file));
    if (carried_files_.size() > kFilesKept) carried_files_.pop_front();
    Say("  laptop " + std::to_string(other.number) + " wrote " + std::to_string(out->envelopes) +
        " envelopes");
  }
  if (carried_files_.empty()) return;
  const bool is_old = choices.OneIn(4);
  Bytes file = is_old ? choices.Of(carried_files_) : carried_files_.back();
  const bool is_damaged = choices.OneIn(6);
  if (is_damaged) Damage(file, choices);
  ++counters_.faults[is_damaged ? "a damaged file from a colleague"
                     : is_old   ? "an old file from a colleague"
                                : "a file from a colleague"];
  CarriedIn report;
  const Status status = laptop->CarryIn(file, report);
  Say("  " + std::string(status ? "done" : status.error().message) + ", " +
      std::to_string(report.envelopes) + " envelopes taken, " +
      std::to_string(report.envelopes_known) + " known, " +
      std::to_string(report.envelopes_waiting) + " wait");
  std::set<int> touched;
  for (const RecordId& id : report.touched)
    if (const auto record = model_.Find(id)) touched.insert(*record);
  laptop.deferred.insert(touched.begin(), touched.end());
  somebody_took_a_file_ |= report.envelopes > 0;
  const bool is_new = !status && status.error().code == ErrorCode::kNotEnrolled;
  if (laptop.disk.struck() || is_new) return;
  Require(status.has_value() || is_damaged, Invariant::kNothingTypedIsLost,
          "a colleague's file is refused: " + (status ? "" : status.error().message));
  Require(report.envelopes_unreadable + report.envelopes_contradicting == 0 || is_damaged,
          Invariant::kNothingTypedIsLost, "a colleague's file holds what cannot be read");
  Require(report.envelopes_forked == 0 || somebody_went_back_, Invariant::kNothingTypedIsLost,
          "a colleague's file goes another way");
  ReadAndCheck(laptop, touched);
}

}  // namespace sacoche::sim
