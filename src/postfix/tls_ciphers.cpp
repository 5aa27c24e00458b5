// Grades and exclusions put together.
#include "postfix/tls_ciphers.hpp"

#include "base/text.hpp"
#include "postfix/tls_words.hpp"
#include "postfix/version.hpp"

namespace postfix {

std::vector<std::string_view> cipher_grades(const Parameters& parameters) {
  const auto version = Version::parse(parameters.value("mail_version").value_or(""));
  if (version && version->at_least(3, 8)) return {"high", "medium", "null"};
  return {"high", "medium", "low", "export", "null"};
}

base::Result<std::string> cipher_list_parameter(const Parameters& parameters, std::string_view grade) {
  for (const std::string_view known : cipher_grades(parameters)) {
    if (base::iequals(grade, known)) return fmt::format("tls_{}_cipherlist", known);
  }
  if (base::iequals(grade, "low") || base::iequals(grade, "export")) return "tls_medium_cipherlist";
  return base::fail("invalid cipher grade: \"{}\"", base::escaped(grade, 80));
}

base::Result<std::string> without_ciphers(std::string list, std::string_view exclusions) {
  for (const std::string_view word : tls_words(exclusions)) {
    if (std::string_view("!+-@").find(word.front()) != std::string_view::npos) {
      return base::fail("invalid unary '!+-@' in cipher exclusion: {}", base::escaped(word, 80));
    }
    list += ":!" + std::string(word);
  }
  return list;
}

base::Result<std::string> server_ciphers(const Parameters& parameters, bool mandatory, bool asks_for_certificate) {
  const auto grade = parameters.value(mandatory ? "tlsproxy_tls_mandatory_ciphers" : "tlsproxy_tls_ciphers");
  if (!grade) return grade;
  const auto name = cipher_list_parameter(parameters, *grade);
  if (!name) return name;
  auto list = parameters.value(*name);
  if (!list) return list;
  if (list->empty()) return base::fail("empty \"{}\" cipherlist", base::lowered(*grade));
  auto exclusions = parameters.value("tlsproxy_tls_exclude_ciphers");
  const auto more = parameters.value("tlsproxy_tls_mandatory_exclude_ciphers");
  if (!exclusions || !more) return exclusions ? more : exclusions;
  if (mandatory) *exclusions += " " + *more;
  if (asks_for_certificate) *exclusions += " aNULL";
  return without_ciphers(std::move(*list), *exclusions);
}

}  // namespace postfix
