#include "platform/vault/main_identity.h"

#include <sodium.h>

namespace sacoche {

std::optional<MainIdentity::Known> MainIdentity::Load(StoredFile file, ByteView header_key,
                                                      int* code) {
  const std::lock_guard lock(mutex_);
  // Each time from the file: somebody may have put another one in its place.
  StoredCopies copies;
  *code = copies.Load(file);
  if (*code != SQLITE_OK) return std::nullopt;
  const auto stored = copies.Newest();
  if (stored) {
    if (!stored->IsAuthentic(header_key)) {
      *code = SQLITE_NOTADB;
      return std::nullopt;
    }
    header_ = stored->unverified();
  } else if (stored.error().code != ErrorCode::kNotFound) {
    *code = SQLITE_NOTADB;
    return std::nullopt;
  }
  if (!header_) return std::nullopt;
  return Known{header_->file, header_->block_bytes, stored.has_value()};
}

std::optional<MainIdentity::Known> MainIdentity::LoadOrMake(StoredFile file,
                                                            const VaultHeader& model,
                                                            std::uint32_t block_bytes,
                                                            ByteView header_key, int* code) {
  const auto known = Load(file, header_key, code);
  if (*code != SQLITE_OK || (known && known->is_stored)) return known;
  const std::lock_guard lock(mutex_);
  if (!header_) {
    header_ = model;
    header_->sequence = 1;
    header_->block_bytes = block_bytes;
    randombytes_buf(header_->file.data(), header_->file.size());
  }
  *code = WriteHeader(file, *header_, header_key);
  if (*code != SQLITE_OK) return std::nullopt;
  return Known{header_->file, header_->block_bytes, true};
}

void MainIdentity::SetJournal(PlainFile* journal) {
  const std::lock_guard lock(mutex_);
  journal_ = journal;
}

void MainIdentity::ForgetJournal(const PlainFile* journal) {
  const std::lock_guard lock(mutex_);
  if (journal_ == journal) journal_ = nullptr;
}

int MainIdentity::FlushJournal() {
  const std::lock_guard lock(mutex_);
  return journal_ == nullptr ? SQLITE_OK : journal_->Flush();
}

std::shared_ptr<MainIdentity> MainIdentities::Of(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::erase_if(by_path_, [](const auto& entry) { return entry.second.expired(); });
  auto& entry = by_path_[path];
  auto identity = entry.lock();
  if (!identity) entry = identity = std::make_shared<MainIdentity>();
  return identity;
}

}  // namespace sacoche
