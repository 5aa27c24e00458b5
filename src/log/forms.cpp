#include "log/forms.hpp"

#include <array>
#include <ctime>

#include <fmt/format.h>

#include "base/text.hpp"

inline namespace ehlock {
namespace log {
namespace {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
    case Severity::fatal:
      return "fatal";
  }
  return "";
}

int thousandths(const Writer& writer) {
  const auto since = writer.now.time_since_epoch();
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000);
}

std::tm local_time(const Writer& writer) {
  const std::time_t now = std::chrono::system_clock::to_time_t(writer.now);
  std::tm local{};
  localtime_r(&now, &local);
  return local;
}

// "2026-11-22T14:00:00.123". By strftime, not libfmt, whose times bring std::locale into the helpers.
std::string stamp_of(const std::tm& time, int thousandth) {
  std::array<char, sizeof "-2147483648-12-31T23:59:60"> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &time);
  return fmt::format("{}.{:03}", std::string_view(text.data(), size), thousandth);
}

std::string utc_stamp(const Writer& writer) {
  const std::time_t now = std::chrono::system_clock::to_time_t(writer.now);
  std::tm utc{};
  gmtime_r(&now, &utc);
  return stamp_of(utc, thousandths(writer)) + "Z";
}

// "+01:00"
std::string offset_of(const std::tm& local) {
  const long minutes = local.tm_gmtoff / 60;
  const long whole = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', whole / 60, whole % 60);
}

std::string json_list(const std::vector<std::string>& words) {
  std::string text = "[";
  for (const auto& word : words) text += fmt::format("{}\"{}\"", text.size() > 1 ? "," : "", json_escaped(word));
  return text + "]";
}

// What JSON and journald know of a value without being told its kind.
struct PlainText {
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(const std::vector<std::string>& words) const {
    return fmt::format("{}", fmt::join(words, ","));
  }
};

struct JsonText {
  std::string operator()(const std::string& text) const { return fmt::format("\"{}\"", json_escaped(text)); }
  std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(const std::vector<std::string>& words) const { return json_list(words); }
};

// A value with a newline needs the form with a length in front: eight octets, little-endian.
void add_variable(std::string& datagram, std::string_view name, std::string_view value) {
  datagram += name;
  if (value.find('\n') == std::string_view::npos) {
    datagram += fmt::format("={}\n", value);
    return;
  }
  datagram += '\n';
  for (unsigned shift = 0; shift < 64; shift += 8) {
    datagram += static_cast<char>((static_cast<std::uint64_t>(value.size()) >> shift) & 0xff);
  }
  datagram += value;
  datagram += '\n';
}

}  // namespace

int level_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return 6;
    case Severity::warning:
      return 4;
    case Severity::error:
      return 3;
    case Severity::fatal:
      return 2;
  }
  return 3;
}

std::string line_of(const Record& record) {
  if (record.session.empty()) return std::string(record.text);
  return fmt::format("{}: {}", record.session, record.text);
}

std::string file_line(const Writer& writer, std::string_view line) {
  const std::tm local = local_time(writer);
  return fmt::format("{}{} {} {}[{}]: {}\n", stamp_of(local, thousandths(writer)), offset_of(local), writer.host,
                     writer.program, writer.process, line);
}

std::string json_value(const Field& field) {
  return std::visit(JsonText{}, field.value);
}

std::string json_line(const Writer& writer, const Record& record) {
  std::string object =
      fmt::format("{{\"time\":\"{}\",\"program\":\"{}\",\"pid\":{},\"severity\":\"{}\"", utc_stamp(writer),
                  json_escaped(writer.program), writer.process, name_of(record.severity));
  if (!record.session.empty()) object += fmt::format(",\"session\":\"{}\"", json_escaped(record.session));
  if (!record.event.empty()) object += fmt::format(",\"event\":\"{}\"", record.event);
  object += fmt::format(",\"text\":\"{}\"", json_escaped(record.text));
  for (const Field& field : record.fields) object += fmt::format(",\"{}\":{}", field.name, json_value(field));
  return object + "}\n";
}

std::string journald_datagram(const Writer& writer, const Record& record) {
  std::string datagram;
  add_variable(datagram, "MESSAGE", line_of(record));
  add_variable(datagram, "PRIORITY", fmt::format("{}", level_of(record.severity)));
  add_variable(datagram, "SYSLOG_IDENTIFIER", writer.program);
  add_variable(datagram, "SYSLOG_FACILITY", fmt::format("{}", mail_facility));
  if (!record.session.empty()) add_variable(datagram, "EHLOCK_SESSION", record.session);
  if (!record.event.empty()) add_variable(datagram, "EHLOCK_EVENT", record.event);
  for (const Field& field : record.fields) {
    add_variable(datagram, "EHLOCK_" + base::uppered(field.name), std::visit(PlainText{}, field.value));
  }
  return datagram;
}

std::string json_escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      safe += '\\';
      safe += c;
    } else if (c >= ' ' && c <= '~') {
      safe += c;
    } else {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    }
  }
  return safe;
}

}  // namespace log
}  // namespace ehlock
