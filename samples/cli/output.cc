#include "samples/cli/output.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "engine/record/value_codec.h"

namespace sacoche {
namespace {

// The length that the first byte of a UTF-8 sequence announces.
std::size_t AnnouncedLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

// The character at the start of the text; nothing if it is not UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

std::optional<Character> FirstCharacter(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return Character{lead, 1};
  const std::string_view sequence = text.substr(0, AnnouncedLength(lead));
  if (!IsText(ViewOf(sequence))) return std::nullopt;
  char32_t code = lead & (0x7fU >> sequence.size());
  for (const char next : sequence.substr(1))
    code = code << 6 | (static_cast<unsigned>(next) & 0x3f);
  return Character{code, sequence.size()};
}

bool IsUnsafe(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool direction = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return control || separator || direction;
}

std::string Formatted(const char* format, unsigned number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

// Escapes what is unsafe, but for line breaks and tabs, which `on_space` writes.
template <class OnSpace>
std::string Escape(std::string_view text, const OnSpace& on_space) {
  std::string out;
  while (!text.empty()) {
    const auto character = FirstCharacter(text);
    const std::size_t bytes = character ? character->bytes : 1;
    if (!character) {
      out += Formatted("\\x%02x", static_cast<unsigned char>(text.front()));
    } else if (character->code == '\n' || character->code == '\t') {
      out += on_space(text.front());
    } else if (IsUnsafe(character->code)) {
      out += Formatted("\\u%04x", static_cast<unsigned>(character->code));
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return out;
}

std::string Broken(std::time_t seconds, const char* format, bool utc) {
  std::tm parts{};
  utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), format, &parts);
  return {text.data(), size};
}

std::time_t SecondsOf(Hlc stamp) { return static_cast<std::time_t>(stamp.physical_ms() / 1000); }

}  // namespace

std::string WithoutControls(std::string_view text) {
  return Escape(text,
                [](char space) { return Formatted("\\u%04x", static_cast<unsigned>(space)); });
}

std::string OnOneLine(std::string_view text) {
  return Escape(text, [](char) { return std::string(" "); });
}

std::string AsBlock(std::string_view text, std::string_view indent) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(indent) +
         Escape(text,
                [&](char space) {
                  return space == '\n' ? "\n" + std::string(indent) : std::string(1, space);
                }) +
         "\n";
}

std::string Shortened(std::string_view text, std::size_t characters_max) {
  std::size_t characters = 0;
  std::size_t keep = 0;  // bytes of all but the last character allowed
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) continue;
    if (characters + 1 == characters_max) keep = at;
    if (++characters > characters_max) return std::string(text.substr(0, keep)) + "…";
  }
  return std::string(text);
}

std::string Counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string ToJsonLine(const Json& json) {
  // Controls stand only inside strings, where the escape is JSON's own.
  return WithoutControls(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string LocalTime(Hlc stamp) { return Broken(SecondsOf(stamp), "%Y-%m-%d %H:%M", false); }

std::string LocalTime(const ShownTime& time) {
  return LocalTime(Hlc::Of(time.ms, 0)) + (time.in_doubt ? " (date in doubt)" : "");
}

Json TimeToJson(const ShownTime& time) {
  Json json = {{"at", UtcTime(Hlc::Of(time.ms, 0))}};
  if (time.in_doubt) json["at_in_doubt"] = true;
  return json;
}

std::string UtcTime(Hlc stamp) {
  return Broken(SecondsOf(stamp), "%Y-%m-%dT%H:%M:%S", true) +
         Formatted(".%03uZ", static_cast<unsigned>(stamp.physical_ms() % 1000));
}

}  // namespace sacoche
