#include "samples/schema_page/schema_page.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engine/casework/schema.h"

namespace sacoche {
namespace {

std::vector<std::string> LinesOf(std::istream&& text) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST(SchemaPage, InTheTreeIsWhatTheSchemaGives) {
  const auto made = LinesOf(std::istringstream(SchemaPage(casework::CaseworkSchema())));
  const auto found = LinesOf(std::ifstream(SACOCHE_SCHEMA_PAGE));
  const auto [in_made, in_found] = std::ranges::mismatch(made, found);
  if (in_made == made.end() && in_found == found.end()) return;
  FAIL() << "docs/schema.md is not what the schema gives, from line "
         << in_found - found.begin() + 1
         << " on:\n  schema: " << (in_made == made.end() ? "(ends)" : *in_made)
         << "\n  page:   " << (in_found == found.end() ? "(ends)" : *in_found)
         << "\nIf the schema is right: build/dev/bin/sacoche-schema-page > docs/schema.md";
}

TEST(SchemaPage, NamesEveryKindFieldAndCode) {
  const std::string page = SchemaPage(casework::CaseworkSchema());
  for (const KindDef& kind : casework::CaseworkSchema().kinds())
    for (const FieldDef& field : kind.fields)
      EXPECT_NE(page.find("`" + field.name + "` | " + field.label + " | "), std::string::npos);
  for (const ClosedList& list : casework::CaseworkSchema().lists())
    for (const ClosedList::Entry& entry : list.entries)
      EXPECT_NE(page.find("| `" + entry.code + "` | " + entry.label + " |"), std::string::npos);
}

}  // namespace
}  // namespace sacoche
