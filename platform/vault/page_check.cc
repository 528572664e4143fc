#include "platform/vault/page_check.h"

#include "platform/vault/block_file.h"
#include "platform/vault/stored_database.h"

namespace sacoche {

Result<PageCheckReport> PageCheck::Run() const {
  const VaultHeader& header = vault_.header_;
  StoredDatabase stored(vault_.options_.below, vault_.path(), StoredDatabase::Mode::kExisting);
  SACOCHE_TRY(StatusOfStored(stored.opened()));
  BlockFile pages(stored.file(), std::make_unique<PageCipher>(vault_.key_.page_key(), header.file),
                  {.kind = RecordKind::kMainPage,
                   .stored_offset = VaultHeader::kBytes,
                   .block_bytes = header.block_bytes});
  std::int64_t size = 0;
  SACOCHE_TRY(StatusOfStored(pages.Size(&size)));
  PageCheckReport report;
  SecretBytes page(header.block_bytes);
  for (std::int64_t offset = 0; offset < size; offset += header.block_bytes) {
    ++report.pages;
    const int code = pages.Read(page.span(), offset);
    if (code == SQLITE_OK) continue;
    if (code != SQLITE_IOERR_DATA && code != SQLITE_IOERR_SHORT_READ)
      SACOCHE_TRY(StatusOfStored(code));
    ++report.damaged_count;
    if (report.damaged.size() < PageCheckReport::kDamagedListedMax)
      report.damaged.push_back(report.pages);
  }
  return report;
}

}  // namespace sacoche
