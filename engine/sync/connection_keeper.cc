#include "engine/sync/connection_keeper.h"

namespace sacoche {
namespace {

constexpr std::string_view kName = "connection.resumption";

}  // namespace

Status ResumeConnection(Store& store, HttpClient& http) {
  SACOCHE_ASSIGN(const SecretBytes kept, store.keys().Read(kName));
  if (!kept.empty()) http.Resume(kept.view());
  return {};
}

Status KeepConnection(Store& store, const HttpClient& http) {
  const SecretBytes kept = http.Resumption();
  if (kept.empty()) return {};
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.keys().Write(kName, kept.view()));
  return transaction.Commit();
}

Status ForgetConnection(Store& store) {
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.keys().Drop(kName));
  return transaction.Commit();
}

}  // namespace sacoche
