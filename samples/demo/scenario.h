#pragma once

#include "samples/demo/laptop.h"
#include "samples/invented/invented_text.h"

namespace sacoche::demo {

// Two days of invented casework of two intervenants who share a post.
class Scenario {
 public:
  // Typed into notes of both, and looked for in the server's files afterwards.
  static constexpr std::string_view kCanary = "le mimosa bleu de Vernoy-le-Haut";

  Scenario(Laptop* claire, Laptop* samir, std::uint64_t seed)
      : claire_(claire), samir_(samir), text_(seed) {}

  // The dossiers that exist before the two days, opened by both in turn.
  Status OpenDossiers(unsigned count);

  // One day without a network: each works on dossiers of their own, and both on a few shared ones.
  // In `conflicts` of the shared ones they change the very same field.
  Status Day(unsigned conflicts);

  [[nodiscard]] std::size_t dossiers() const { return dossiers_.size(); }
  // Fields that two people changed without having seen each other's value.
  [[nodiscard]] unsigned true_conflicts() const { return true_conflicts_; }

 private:
  Status OpenDossier(Laptop& laptop);
  Status Note(Laptop& laptop, const RecordId& dossier);
  Status OwnWork(Laptop& laptop, std::size_t parity);
  RecordId OwnDossier(std::size_t parity);

  Laptop* claire_;
  Laptop* samir_;
  invented::InventedText text_;
  std::vector<RecordId> dossiers_;
  unsigned true_conflicts_ = 0;
  std::size_t next_shared_ = 0;
};

}  // namespace sacoche::demo
