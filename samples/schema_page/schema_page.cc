#include "samples/schema_page/schema_page.h"

#include "samples/cli/schema_words.h"

namespace sacoche {
namespace {

constexpr std::string_view kIntroduction =
    R"(# The schema: kinds, fields, lists, readers

Made by `sacoche-schema-page` from `engine/casework`; a test compares. Numbers, codes and names are
for ever, French labels may change. A kind begins a dossier or is part of one, and its dossiers live
in a space of their kind. How concurrent edits of a field come together is its policy:
`engine/merge/MERGE_RULES.md`.

Sensitivity: P0 reference, P1 professional, P2 personal, P3 sensitive (violence, health, offences,
children, whatever is told in words), P4 clinical secret, P5 the woman's own protocol. A text is
free, and then P3 at least, or bounded: a name, a number, an address.

)";

constexpr std::string_view kReadersIntroduction =
    R"(## Readers

IS: the social worker; BI: who shares the post; BC: a clinician beside them; ST: technical
supervisor; SF: the host, police or gendarmerie; SH: the employer's hierarchy; CF: committee and
funders; RR: regional referent; SA: who runs the server.

F: the whole record; p: only through the nameless spaces; o: only what was shared on this file; a:
figures of reports; -: nothing. +F: the whole record on request, for a reason, for a limited time, in
the access log.

| kind | IS | BI | BC | ST | SF | SH | CF | RR | SA |
|---|---|---|---|---|---|---|---|---|---|
)";

std::string_view SpaceWord(SpaceKind space) {
  switch (space) {
    case SpaceKind::kDossiers:
      return "dossiers";
    case SpaceKind::kFollowUp:
      return "follow-up";
    case SpaceKind::kStatistics:
      return "statistics";
    case SpaceKind::kSharedDirectory:
      return "shared directory";
    case SpaceKind::kClinical:
      return "clinical";
    case SpaceKind::kAccessLog:
      return "access log";
    case SpaceKind::kProtocol:
      return "protocol";
    case SpaceKind::kShared:
      return "shared dossier";
  }
  return "";
}

std::string AccessWord(ReaderRule rule) {
  constexpr std::array kLetters = {"-", "a", "o", "p", "F"};
  const std::string letter = kLetters.at(static_cast<std::size_t>(rule.access));
  return rule.on_request == ReaderRule::OnRequest::kFull ? letter + " +F" : letter;
}

template <class Number>
std::string Digits(Number number) {
  return std::to_string(static_cast<std::uint32_t>(number));
}

std::string ReadersText(const Schema& schema) {
  std::string text(kReadersIntroduction);
  for (const KindDef& kind : schema.kinds()) {
    text += "| `" + kind.name + "` |";
    for (const ReaderRole role : kReaderRoles)
      text += " " + AccessWord(kind.readers.Of(role)) + " |";
    text += "\n";
  }
  return text + "\n";
}

// The ranks of an ordered field, from the least protective, or the first, on: values of one rank
// stand together.
std::string OrderText(const FieldDef& field) {
  std::map<int, std::string> ranks;
  for (const Step& step : field.order) {
    std::string& rank = ranks[step.rank];
    rank += (rank.empty() ? "" : " = ") + FormatValue(step.value);
    if (step.turn == Step::Turn::kCloses) rank += " (closes)";
    if (step.turn == Step::Turn::kReopens) rank += " (reopens)";
  }
  std::string text;
  for (const auto& [rank, values] : ranks) text += (text.empty() ? "" : " < ") + values;
  return text;
}

std::string TypeText(const FieldDef& field) {
  std::string text(TypeWord(field.type));
  if (field.form == FieldDef::Form::kBounded) text += ", bounded";
  if (!field.closed_list.empty()) text += " of `" + field.closed_list + "`";
  if (field.indexed == FieldDef::Indexed::kYes) text += ", indexed";
  return text;
}

std::string FieldRow(const FieldDef& field) {
  std::string policy = "`" + std::string(PolicyWord(field.policy)) + "`";
  if (!field.order.empty()) policy += ": " + OrderText(field);
  return "| " + Digits(field.id) + " | `" + field.name + "` | " + field.label + " | " +
         TypeText(field) + " | " + policy + " | P" + Digits(field.sensitivity) + " |\n";
}

std::string KindSection(const KindDef& kind) {
  const bool is_root = kind.place == KindDef::Place::kRoot;
  std::string text =
      "### " + Digits(kind.id) + " `" + kind.name + "`: " + kind.label + "\n\n" +
      (is_root ? "Begins a dossier" : "In a dossier") + "; space " + Digits(kind.space) + ", " +
      std::string(SpaceWord(kind.space)) +
      ".\n\n| number | field | label | type | policy | sensitivity |\n|---|---|---|---|---|---|\n";
  for (const FieldDef& field : kind.fields) text += FieldRow(field);
  return text + "\n";
}

std::string ListSection(const ClosedList& list) {
  std::string text = "### `" + list.name + "`\n\n| code | label |\n|---|---|\n";
  for (const ClosedList::Entry& entry : list.entries)
    text += "| `" + entry.code + "` | " + entry.label +
            (entry.state == ClosedList::Entry::State::kRetired ? " (retired)" : "") + " |\n";
  return text + "\n";
}

}  // namespace

std::string SchemaPage(const Schema& schema) {
  std::string page = std::string(kIntroduction) + ReadersText(schema) + "## Kinds\n\n";
  for (const KindDef& kind : schema.kinds()) page += KindSection(kind);
  page += "## Closed lists\n\n";
  for (const ClosedList& list : schema.lists()) page += ListSection(list);
  page.pop_back();  // one line break ends the page
  return page;
}

}  // namespace sacoche
