#pragma once

#include <istream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace sacoche {

// What must come out of a workload, computed without any of the engine's code: every write is kept
// with the writes that its device could see there, and a value stands if nothing known replaces it.
// Every sync of a device is taken as complete.
class WorkloadModel {
 public:
  using Json = nlohmann::json;

  void Apply(const Json& operation) {
    const std::string device = operation["device"];
    const std::string op = operation["op"];
    if (op == "sync") return Sync(device);
    const std::string record = operation["case"];
    if (op == "note") {
      notes_[record][operation["id"]] = {
          {"author", operation["author"]}, {"at", operation["at"]}, {"text", operation["text"]}};
      return;
    }
    for (const auto& [field, value] : operation["set"].items()) {
      if (value.is_array()) {
        WriteSet(device, record, field, value);
      } else {
        WriteSingle(device, {record, field, ""}, value);
      }
    }
  }

  void Sync(const std::string& device) {
    server_.insert(outbox_[device].begin(), outbox_[device].end());
    outbox_[device].clear();
    known_[device].insert(server_.begin(), server_.end());
  }

  // Fields as {"value" or the sorted values of an open conflict}, notes by id: of every case, once
  // everybody holds everything.
  [[nodiscard]] Json Outcome() const {
    Json cases = Json::object();
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < writes_.size(); ++i) all.insert(i);
    for (const auto& [key, ids] : registers_) {
      Json& entry = cases[key.record]["fields"][key.field];
      const std::set<Json> values = Standing(key, all);
      if (!key.element.empty()) {
        if (entry.is_null()) entry = Json::array();
        if (values.contains(true)) entry.push_back(key.element);
      } else {
        entry = Json(values);
      }
    }
    for (const auto& [record, notes] : notes_) cases[record]["notes"] = notes;
    return cases;
  }

  [[nodiscard]] std::size_t OpenConflicts() const {
    std::size_t open = 0;
    const Json outcome = Outcome();
    for (const auto& [record, entry] : outcome.items())
      for (const auto& [field, values] : entry.at("fields").items())
        open += field != "problematiques" && values.size() > 1 ? 1 : 0;
    return open;
  }

 private:
  struct Key {
    std::string record;
    std::string field;
    std::string element;
    auto operator<=>(const Key&) const = default;
  };
  struct Write {
    Json value;
    std::set<std::size_t> replaced;
  };

  // The values of what is known and not replaced by anything known.
  [[nodiscard]] std::set<Json> Standing(const Key& key, const std::set<std::size_t>& known) const {
    std::set<Json> values;
    for (const std::size_t id : StandingIds(key, known)) values.insert(writes_[id].value);
    return values;
  }

  [[nodiscard]] std::set<std::size_t> StandingIds(const Key& key,
                                                  const std::set<std::size_t>& known) const {
    std::set<std::size_t> standing;
    const auto found = registers_.find(key);
    if (found == registers_.end()) return standing;
    for (const std::size_t id : found->second)
      if (known.contains(id)) standing.insert(id);
    for (const std::size_t id : found->second)
      if (known.contains(id))
        for (const std::size_t gone : writes_[id].replaced) standing.erase(gone);
    return standing;
  }

  void WriteSingle(const std::string& device, const Key& key, const Json& value) {
    if (Standing(key, known_[device]) == std::set<Json>{value}) return;
    writes_.push_back({value, StandingIds(key, known_[device])});
    const std::size_t id = writes_.size() - 1;
    registers_[key].insert(id);
    known_[device].insert(id);
    outbox_[device].insert(id);
  }

  void WriteSet(const std::string& device, const std::string& record, const std::string& field,
                const Json& wanted) {
    std::set<std::string> elements(wanted.begin(), wanted.end());
    for (const auto& [key, ids] : registers_)
      if (key.record == record && key.field == field) elements.insert(key.element);
    for (const std::string& element : elements) {
      const Key key{record, field, element};
      const bool shown = Standing(key, known_[device]).contains(true);
      const bool shall = std::ranges::count(wanted, Json(element)) > 0;
      if (shown != shall) WriteSingle(device, key, shall);
    }
  }

  std::vector<Write> writes_;
  std::map<Key, std::set<std::size_t>> registers_;
  std::map<std::string, std::set<std::size_t>> known_;
  std::map<std::string, std::set<std::size_t>> outbox_;
  std::set<std::size_t> server_;
  std::map<std::string, std::map<std::string, Json>> notes_;
};

// An export of sacoche-bench in the same form.
inline nlohmann::json OutcomeOfExport(std::istream& export_lines) {
  nlohmann::json cases = nlohmann::json::object();
  std::string line;
  while (std::getline(export_lines, line)) {
    const auto entry = nlohmann::json::parse(line);
    nlohmann::json& into = cases[entry["case"].get<std::string>()];
    for (const auto& [field, shown] : entry["fields"].items()) {
      std::set<nlohmann::json> values;
      if (shown.contains("siblings")) {
        for (const auto& sibling : shown["siblings"]) values.insert(sibling["value"]);
      } else if (shown["value"].is_array()) {
        values.insert(shown["value"].begin(), shown["value"].end());
      } else {
        values.insert(shown["value"]);
      }
      into["fields"][field] = values;
    }
    for (const auto& note : entry["notes"])
      into["notes"][note["id"].get<std::string>()] = {
          {"author", note["author"]}, {"at", note["at"]}, {"text", note["text"]}};
  }
  return cases;
}

}  // namespace sacoche
