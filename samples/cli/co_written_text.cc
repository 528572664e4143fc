#include "samples/cli/co_written_text.h"

#include <charconv>

#include "samples/cli/record_json.h"
#include "samples/cli/record_text.h"

namespace sacoche {
namespace {

constexpr std::size_t kWordsCharactersMax = 60;  // of one place, in a line of the history
constexpr std::size_t kVersionBytesMax = 256 * 1024;

// Where the n-th character begins, in bytes; the end beyond the last.
std::size_t OffsetOf(std::string_view text, std::uint64_t character) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool is_first = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (is_first && character-- == 0) break;
  }
  return at;
}

std::string_view PassageOf(std::string_view text, const Passage& passage) {
  const std::size_t begin = OffsetOf(text, passage.begin);
  return text.substr(begin, OffsetOf(text, passage.end) - begin);
}

// Spaces and line breaks around a passage stay outside of its brackets.
std::string Bracketed(std::string_view passage, std::size_t number) {
  constexpr std::string_view kSpaces = " \n\t";
  const std::string open = "⟦" + std::to_string(number) + ": ";
  const std::size_t first = passage.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return open + "supprimé⟧" + std::string(passage);
  const std::size_t last = passage.find_last_not_of(kSpaces) + 1;
  return std::string(passage.substr(0, first)) + open +
         std::string(passage.substr(first, last - first)) + "⟧" + std::string(passage.substr(last));
}

std::string Marked(std::string_view text, const std::vector<Passage>& passages) {
  std::string marked;
  std::size_t at = 0;
  std::size_t number = 0;
  for (const Passage& passage : passages) {
    const std::string_view words = PassageOf(text, passage);
    const auto begin = static_cast<std::size_t>(words.data() - text.data());
    marked += std::string(text.substr(at, begin - at)) + Bracketed(words, ++number);
    at = begin + words.size();
  }
  return marked + std::string(text.substr(at));
}

std::string Quoted(const std::string& words) {
  return "« " + Shortened(OnOneLine(words), kWordsCharactersMax) + " »";
}

std::string WordChangeText(const WordChange& change) {
  if (change.removed.empty()) return "ajouté " + Quoted(change.added);
  if (change.added.empty()) return "retiré " + Quoted(change.removed);
  return "remplacé " + Quoted(change.removed) + " par " + Quoted(change.added);
}

template <class Number>
std::optional<Number> ParseWhole(std::string_view text, int base) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string PassagesText(const Engine& engine, const FieldDef& field, const Conflict& conflict) {
  const std::string whole = FormatValue(conflict.candidates.front().value);
  const std::size_t count = conflict.passages.size();
  std::string text = "  " + field.label + " : À RELIRE, " + std::to_string(count) +
                     (count == 1 ? " passage modifié" : " passages modifiés") +
                     " par plusieurs personnes sans se voir ; tout est gardé\n" +
                     AsBlock(Marked(whole, conflict.passages), "      ");
  std::size_t number = 0;
  for (const Passage& passage : conflict.passages) {
    std::string writers;
    for (const Writer& writer : passage.writers)
      writers += (writers.empty() ? "" : " ; ") + WriterText(engine, writer);
    text += "    ⟦" + std::to_string(++number) + "⟧ " + writers + "\n";
  }
  return text + "    bien ainsi : sacoche resolve " + conflict.record.ToUuid() + " " + field.name +
         " --as-is   (ou --value TEXTE)\n";
}

Json PassagesToJson(const Engine& engine, const std::string& text,
                    const std::vector<Passage>& passages) {
  Json list = Json::array();
  for (const Passage& passage : passages) {
    Json writers = Json::array();
    for (const Writer& writer : passage.writers) writers.push_back(WriterToJson(engine, writer));
    list.push_back({{"begin", passage.begin},
                    {"end", passage.end},
                    {"text", std::string(PassageOf(text, passage))},
                    {"writers", std::move(writers)}});
  }
  return list;
}

std::string WordChangesText(const HistoryEntry& entry) {
  std::string text;
  for (const WordChange& change : entry.words)
    text += (text.empty() ? "" : " ; ") + WordChangeText(change);
  if (entry.settles) text += (text.empty() ? "" : " ; ") + std::string("relu, bien ainsi");
  return text;
}

std::string EditsNotShownText(std::uint64_t count) {
  if (count == 0) return "";
  const bool is_one = count == 1;
  return "    (" + std::to_string(count) +
         (is_one ? " modification gardée attend" : " modifications gardées attendent") +
         " ce qui la précède, ou une version plus récente de Sacoche)\n";
}

std::string FormatVersion(const TextVersion& version) {
  std::string word = std::to_string(version.check);
  for (const Dot& dot : version.known)
    word += "-" + dot.replica.ToHex() + "." + std::to_string(dot.counter);
  return word;
}

std::optional<TextVersion> ParseVersion(std::string_view word) {
  if (word.size() > kVersionBytesMax) return std::nullopt;
  TextVersion version;
  bool is_check = true;
  while (true) {
    const std::size_t end = std::min(word.find('-'), word.size());
    const std::string_view part = word.substr(0, end);
    const std::size_t stop = std::min(part.find('.'), part.size());
    const auto number = ParseWhole<std::uint64_t>(
        is_check ? part : part.substr(std::min(stop + 1, part.size())), 10);
    const auto replica = is_check ? std::nullopt : ReplicaId::FromHex(part.substr(0, stop));
    if (!number || (!is_check && !replica)) return std::nullopt;
    if (is_check) {
      version.check = *number;
    } else {
      version.known.push_back({*replica, *number});
    }
    is_check = false;
    if (end == word.size()) return version;
    word.remove_prefix(end + 1);
  }
}

}  // namespace sacoche
