#include <zdict.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bench/workload.h"
#include "bench/workload_generator.h"
#include "engine/bundle/column_codec.h"
#include "engine/casework/schema.h"
#include "engine/record/value_codec.h"
#include "platform/posix/posix_file_system.h"
#include "samples/invented/invented_text.h"

// sacoche-train-dictionary: what the bundles of invented casework have in common, for
// engine/bundle/dictionary_1.zdict. That file is part of a format: a dictionary that is trained
// anew is the next one. No real person's data goes in.
namespace sacoche::bench {
namespace {

using invented::InventedText;

constexpr Hlc kMorning = Hlc::Of(1'772'438'400'000, 0);

// Dossiers of a schema as people might fill them in, change by change.
class InventedDossiers {
 public:
  InventedDossiers(const Schema& schema, std::vector<std::string> sentences, std::uint64_t seed)
      : schema_(schema), sentences_(std::move(sentences)), text_(seed) {}

  std::vector<Change> Next() {
    const KindDef& root = AnyKind(KindDef::Place::kRoot);
    const auto dossier = Id<RecordId>();
    std::vector<Change> changes;
    if (text_.Chance(60)) changes.push_back(ChangeOf(dossier, {Filled(dossier, root, 55)}));
    for (std::uint64_t more = text_.Below(3); more > 0; --more)
      changes.push_back(
          text_.Chance(50)
              ? ChangeOf(dossier, {Filled(Id<RecordId>(), AnyKind(KindDef::Place::kChild), 70)})
              : ChangeOf(dossier, {Filled(dossier, root, 8)}));
    if (changes.empty()) changes.push_back(ChangeOf(dossier, {Filled(dossier, root, 8)}));
    return changes;
  }

  Change ChangeOf(const RecordId& dossier, std::vector<RecordWrite> records) {
    counter_ += 1 + text_.Below(4);
    ms_ += text_.Below(600'000);
    return {{replica_, counter_}, Hlc::Of(ms_, 0), author_, dossier, std::move(records)};
  }

  FieldWrite WriteOf(const FieldDef& field, Value value) {
    FieldWrite write{field.id, {}, std::move(value), {}};
    if (field.policy == MergePolicy::kAppendOnly) write.element = CopyOf(Id<RecordId>().view());
    if (field.policy == MergePolicy::kAddWinsSet) {
      write.element = EncodeValue(write.value);
      write.value = Value::Flag(true);
    }
    if (text_.Chance(30)) write.overwritten = {{replica_, 1 + text_.Below(counter_ + 1)}};
    return write;
  }

 private:
  template <class Id_>
  Id_ Id() {
    ByteArray<16> bytes;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(text_.Below(256));
    return Id_::FromArray(bytes);
  }

  const KindDef& AnyKind(KindDef::Place place) {
    while (true) {
      const KindDef& kind = schema_.kinds()[text_.Below(schema_.kinds().size())];
      if (kind.place == place) return kind;
    }
  }

  RecordWrite Filled(const RecordId& record, const KindDef& kind, unsigned percent) {
    RecordWrite filled{record, kind.id, {}};
    for (const FieldDef& field : kind.fields)
      if (text_.Chance(percent)) filled.writes.push_back(WriteOf(field, ValueFor(field)));
    if (filled.writes.empty())
      filled.writes.push_back(WriteOf(kind.fields.front(), ValueFor(kind.fields.front())));
    return filled;
  }

  Value ValueFor(const FieldDef& field) {
    switch (field.type) {
      case FieldType::kCode: {
        const auto& entries = schema_.FindList(field.closed_list)->entries;
        return Value::OfCode(entries[text_.Below(entries.size())].code);
      }
      case FieldType::kInteger:
        return Value::Integer(static_cast<std::int64_t>(text_.Below(90)));
      case FieldType::kDate:
        return Value::OfDate(*ParseDate(text_.Day(-90, 60)));
      case FieldType::kFlag:
        return Value::Flag(text_.Chance(50));
      case FieldType::kReference:
        return Value::Reference(Id<RecordId>());
      case FieldType::kText:
        return Value::Text(field.form == FieldDef::Form::kBounded ? BoundedText() : FreeText());
    }
    return Value::Nothing();
  }

  std::string BoundedText() {
    switch (text_.Below(6)) {
      case 0:
        return text_.LastName();
      case 1:
        return text_.FirstName();
      case 2:
        return text_.Phone();
      case 3:
        return text_.Address();
      case 4:
        return text_.CommuneCode();
      default:
        return text_.Unit();
    }
  }

  std::string FreeText() {
    std::string free;
    for (std::uint64_t more = 1 + text_.Below(5); more > 0; --more)
      free += (free.empty() ? "" : " ") +
              (text_.Chance(60) ? sentences_[text_.Below(sentences_.size())] : text_.Sentence());
    return free;
  }

  const Schema& schema_;
  std::vector<std::string> sentences_;
  InventedText text_;
  ReplicaId replica_ = Id<ReplicaId>();
  DeviceId author_ = Id<DeviceId>();
  std::uint64_t counter_ = 0;
  std::uint64_t ms_ = kMorning.physical_ms();
};

// The generated workload of the benches, case by case.
Result<std::vector<std::vector<Change>>> WorkloadDossiers(InventedDossiers& writer,
                                                          unsigned cases) {
  std::stringstream lines;
  GeneratorOptions options;
  options.seed = 77;
  options.cases = cases;
  GenerateWorkload(options, lines);
  std::map<RecordId, std::vector<Change>> by_case;
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    SACOCHE_ASSIGN(const Operation operation, ParseOperation(line, number));
    if (operation.op == "sync") continue;
    SACOCHE_ASSIGN(const Edit edit, EditOf(operation));
    std::vector<RecordWrite> records;
    for (const RecordEdit& record : edit.records) {
      records.push_back({record.record, record.kind, {}});
      for (const FieldEdit& field : record.fields)
        if (const auto* list = field.value.As<ValueList>()) {
          for (const Value& element : *list)
            records.back().writes.push_back(
                {field.field, EncodeValue(element), Value::Flag(true), {}});
        } else {
          records.back().writes.push_back({field.field, {}, field.value, {}});
        }
    }
    by_case[edit.dossier].push_back(writer.ChangeOf(edit.dossier, std::move(records)));
  }
  std::vector<std::vector<Change>> dossiers;
  for (auto& [id, changes] : by_case) dossiers.push_back(std::move(changes));
  return dossiers;
}

Result<std::vector<std::string>> ReadSentences(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> sentences;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) sentences.push_back(line);
  if (!sentences.empty()) return sentences;
  return Fail(ErrorCode::kNotFound, "no sentences in " + path, "Check the path.");
}

struct Samples {
  Bytes bytes;
  std::vector<std::size_t> sizes;

  void Add(const std::vector<Change>& changes) {
    // Ids are noise that no dictionary should hold.
    constexpr std::size_t kIdsBytes = 16 + 1 + 16;
    const Bytes plain = EncodeColumns(changes);
    Append(bytes, ByteView(plain).subspan(kIdsBytes));
    sizes.push_back(plain.size() - kIdsBytes);
  }
};

struct Arguments {
  std::string sentences;
  std::string out;
  unsigned dossiers = 3000;
  std::size_t bytes = 32 * 1024;
};

Status Train(const Arguments& arguments) {
  SACOCHE_ASSIGN(auto sentences, ReadSentences(arguments.sentences));
  InventedDossiers dossiers(casework::CaseworkSchema(), std::move(sentences), 20'260'302);
  Samples samples;
  for (unsigned i = 0; i < arguments.dossiers; ++i) samples.Add(dossiers.Next());
  SACOCHE_ASSIGN(const auto workload, WorkloadDossiers(dossiers, arguments.dossiers / 4));
  for (const auto& changes : workload) samples.Add(changes);
  Bytes dictionary(arguments.bytes);
  const std::size_t size =
      ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), samples.bytes.data(),
                            samples.sizes.data(), static_cast<unsigned>(samples.sizes.size()));
  if (ZDICT_isError(size) != 0)
    return Fail(ErrorCode::kInvalidInput,
                std::string("no dictionary came out: ") + ZDICT_getErrorName(size),
                "Give more dossiers.");
  dictionary.resize(size);
  PosixFileSystem files;
  SACOCHE_TRY(files.WriteFileAtomically(arguments.out, dictionary));
  std::cout << samples.sizes.size() << " dossiers, " << samples.bytes.size()
            << " bytes; a dictionary of " << size << " bytes" << std::endl;
  return {};
}

int Main(int argc, char** argv) {
  CLI::App app{"Trains the dictionary of a bundle format on invented casework"};
  Arguments arguments;
  app.add_option("--sentences", arguments.sentences, "bench/casework_sentences.txt")->required();
  app.add_option("--out", arguments.out, "the dictionary's file")->required();
  app.add_option("--dossiers", arguments.dossiers);
  app.add_option("--bytes", arguments.bytes, "at most");
  CLI11_PARSE(app, argc, argv);
  const Status trained = Train(arguments);
  if (trained) return 0;
  std::cerr << "sacoche-train-dictionary: " << trained.error().message << ". "
            << trained.error().advice << std::endl;
  return 1;
}

}  // namespace
}  // namespace sacoche::bench

int main(int argc, char** argv) { return sacoche::bench::Main(argc, argv); }
