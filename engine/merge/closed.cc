#include "engine/merge/closed.h"

#include <tuple>

#include "engine/change/closed_content.h"

namespace sacoche {

std::vector<UnseenWrite> UnseenByClosing(const Schema& schema, const ClosableField& closed,
                                         const std::vector<Record>& scope) {
  const Closing closing(closed.field, closed.registers);
  if (!closing.stands()) return {};
  std::map<std::tuple<RecordId, FieldId, DeviceId>, UnseenWrite> last;
  for (const Record& record : scope)
    for (const StandingWrite& write :
         ContentBeside(schema, closed.record, closed.field.id, record)) {
      const Sibling& sibling = *write.sibling;
      if (closing.Covers(sibling.dot)) continue;
      const UnseenWrite unseen{record.id, record.kind, write.field, WriterOf(sibling)};
      const auto [at, is_new] = last.try_emplace({record.id, write.field, sibling.author}, unseen);
      if (!is_new && std::tie(at->second.writer.hlc, at->second.writer.dot) <
                         std::tie(sibling.hlc, sibling.dot))
        at->second = unseen;
    }
  std::vector<UnseenWrite> all;
  all.reserve(last.size());
  for (const auto& [key, unseen] : last) all.push_back(unseen);
  return all;
}

void FlagUnseen(std::vector<UnseenWrite> unseen, VisibleField& visible) {
  if (unseen.empty()) return;
  if (visible.candidates.size() == 1) visible.first_applies = Precedence::kClosed;
  visible.unseen = std::move(unseen);
}

}  // namespace sacoche
