#include "samples/demo/checks.h"

#include <filesystem>

#include "platform/posix/posix_file_system.h"

namespace sacoche::demo {
namespace {

constexpr std::size_t kServerFileBytesMax = 1ULL << 30;

std::string Utf16(std::string_view text) {
  // Enough for a phrase of ASCII: each letter and a zero byte.
  std::string wide;
  for (const char c : text) {
    wide.push_back(c);
    wide.push_back('\0');
  }
  return wide;
}

tl::unexpected<Error> Broken(std::string what) {
  return Fail(ErrorCode::kRefused, "the demonstration's claim does not hold: " + std::move(what),
              "This is a bug of Sacoche; please report it.");
}

}  // namespace

Status CheckOneDigest(const std::vector<Laptop*>& laptops) {
  SACOCHE_ASSIGN(const Hash256 first, laptops.front()->engine().Digest());
  for (Laptop* laptop : laptops) {
    SACOCHE_ASSIGN(const Hash256 digest, laptop->engine().Digest());
    if (digest != first) return Broken("the stores differ");
  }
  return {};
}

Status CheckOpenConflicts(const std::vector<Laptop*>& laptops, std::size_t expected) {
  for (Laptop* laptop : laptops) {
    SACOCHE_ASSIGN(const auto conflicts, laptop->engine().Conflicts());
    if (conflicts.size() != expected)
      return Broken(laptop->profile().person + " sees " + std::to_string(conflicts.size()) +
                    " conflicts instead of " + std::to_string(expected));
  }
  return {};
}

Status CheckSupervisor(Laptop& laptop, std::size_t situations, std::string_view phrase) {
  const Schema& schema = casework::CaseworkSchema();
  std::size_t followed = 0;
  Status read = laptop.engine().ForEachRecord([&](const RecordView& view) -> Status {
    const KindDef* kind = schema.FindKind(view.head.kind);
    if (kind == nullptr || kind->name != casework::kSuivi)
      return Broken("the supervisor reads a record that is not for her");
    ++followed;
    return {};
  });
  SACOCHE_TRY(read);
  if (followed != situations) return Broken("the supervisor does not follow each situation");
  SACOCHE_ASSIGN(const auto found, laptop.engine().Search(phrase));
  return found.empty() ? Status() : Broken("the supervisor finds the words of a note");
}

Result<std::uint64_t> CheckCanary(Laptop& laptop, std::string_view phrase,
                                  const std::string& folder) {
  SACOCHE_ASSIGN(const auto found, laptop.engine().Search(phrase));
  if (found.empty()) return Broken("the canary phrase is not in the notes");
  const std::string_view part = phrase.substr(3, 11);
  const std::string wide = Utf16(part);
  PosixFileSystem files;
  std::uint64_t searched = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    SACOCHE_ASSIGN(const Bytes content, files.ReadFile(entry.path(), kServerFileBytesMax));
    searched += content.size();
    const std::string_view text = TextOf(content);
    if (text.find(part) != std::string_view::npos || text.find(wide) != std::string_view::npos)
      return Broken("the canary phrase stands in " + entry.path().string());
  }
  if (searched == 0) return Broken("the server has no files to search");
  return searched;
}

}  // namespace sacoche::demo
