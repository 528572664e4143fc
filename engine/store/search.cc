#include "engine/store/search.h"

#include <array>
#include <utility>

namespace sacoche {
namespace {

constexpr std::size_t kQueryBytesMax = 512;

// The tokenizer folds accents but keeps ligatures, which French keyboards type both ways.
std::string WithoutLigatures(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLigatures = {
      {{"œ", "oe"}, {"Œ", "OE"}, {"æ", "ae"}, {"Æ", "AE"}}};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto* found = std::ranges::find_if(
        kLigatures, [&](const auto& ligature) { return text.starts_with(ligature.first); });
    if (found == kLigatures.end()) {
      out.push_back(text.front());
      text.remove_prefix(1);
    } else {
      out += found->second;
      text.remove_prefix(found->first.size());
    }
  }
  return out;
}

// "mar dup" becomes "mar"* "dup"*: quoted, so that nothing typed is an operator of FTS5.
std::string PrefixQuery(std::string_view words) {
  std::string query;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) query += (query.empty() ? "\"" : " \"") + std::exchange(word, "") + "\"*";
  };
  for (const char c : words) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '"') {
      flush();
    } else {
      word.push_back(c);
    }
  }
  flush();
  return query;
}

}  // namespace

Status Search::Set(const RecordId& record, const std::string& text) {
  SACOCHE_TRY(database_->Prepare("INSERT OR IGNORE INTO search_row(record) VALUES (?)")
                  .Bind(record.view())
                  .Run());
  std::int64_t row = 0;
  {
    auto query = database_->Prepare("SELECT id FROM search_row WHERE record = ?");
    SACOCHE_TRY(query.Bind(record.view()).Step());
    row = query.Int(0);
  }
  SACOCHE_TRY(database_->Prepare("DELETE FROM search WHERE rowid = ?").Bind(row).Run());
  if (text.empty()) return {};
  const std::string folded = WithoutLigatures(text);
  return database_->Prepare("INSERT INTO search(rowid, content) VALUES (?, ?)")
      .Bind(row)
      .Bind(std::string_view(folded))
      .Run();
}

Result<std::vector<RecordId>> Search::Find(std::string_view words, std::size_t count_max) {
  const std::string query_text = PrefixQuery(WithoutLigatures(words.substr(0, kQueryBytesMax)));
  std::vector<RecordId> records;
  if (query_text.empty()) return records;
  auto query = database_->Prepare(
      "SELECT r.record FROM search s JOIN search_row r ON r.id = s.rowid WHERE search MATCH ? "
      "ORDER BY rank, r.record LIMIT ?");
  query.Bind(std::string_view(query_text)).Bind(static_cast<std::uint64_t>(count_max));
  while (true) {
    SACOCHE_ASSIGN(const bool row, query.Step());
    if (!row) return records;
    records.push_back(query.IdAt<RecordId>(0));
  }
}

}  // namespace sacoche
