#include "engine/sync/connection_keeper.h"

namespace sacoche {
namespace {

constexpr std::string_view kName = "connection.resumption";

}  // namespace

void ResumeConnection(Store& store, HttpClient& http) {
  const auto kept = store.keys().Read(kName);
  if (kept && !kept->empty() && ForgetConnection(store)) http.Resume(kept->view());
}

void KeepConnection(Store& store, const HttpClient& http) {
  const SecretBytes kept = http.Resumption();
  if (kept.empty()) return;
  auto transaction = store.Begin();
  if (transaction && store.keys().Write(kName, kept.view()))
    static_cast<void>(transaction->Commit());
}

Status ForgetConnection(Store& store) {
  SACOCHE_ASSIGN(Transaction transaction, store.Begin());
  SACOCHE_TRY(store.keys().Drop(kName));
  return transaction.Commit();
}

}  // namespace sacoche
