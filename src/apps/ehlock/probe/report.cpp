#include "apps/ehlock/probe/report.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "log/forms.hpp"

namespace app {
namespace {

std::string day_of(Moment moment) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(moment)));
}

std::string line(std::string_view name, std::string_view text) {
  return fmt::format("  {:<13} {}\n", name, text);
}

std::string escaped_list(const std::vector<std::string>& words) {
  std::vector<std::string> harmless;
  std::transform(words.begin(), words.end(), std::back_inserter(harmless),
                 [](const std::string& word) { return base::escaped(word); });
  return fmt::format("{}", fmt::join(harmless, ", "));
}

std::string_view text_of(Injection injection) {
  switch (injection) {
    case Injection::not_tried:
      return "not tried";
    case Injection::refused:
      return "refused";
    case Injection::forgotten:
      return "forgotten";
    case Injection::executed:
      return "EXECUTED";
  }
  return "";
}

std::string text_of(const VersionFound& found) {
  if (!found.spoken) return found.version + " no";
  return fmt::format("{} {}{}{}", found.version, found.cipher, found.group.empty() ? "" : " ", found.group);
}

std::string certificate_line(const tls::CertificateFacts& certificate, Moment now) {
  return fmt::format("{} ({}), names {}, serial {}, issued by {}, until {} ({} days)", certificate.subject,
                     certificate.key_kind, fmt::join(certificate.names, " "), certificate.serial, certificate.issuer,
                     day_of(certificate.not_after), days_left(certificate, now));
}

std::string tls_line(const tls::Facts& facts) {
  return fmt::format("{} {}, key exchange {}, signed by {} {}", facts.protocol, facts.cipher, facts.key_exchange(),
                     facts.signature, facts.digest);
}

// "OK - host:25: TLSv1.3, certificate until 2027-01-01 (40 days)"
std::string headline(const ProbeFindings& findings, const std::vector<Complaint>& complaints, Moment now) {
  const Level level = worst_of(complaints);
  std::string text = fmt::format("{} - {}: ", name_of(level), findings.server);
  const auto first =
      std::find_if(complaints.begin(), complaints.end(), [&](const Complaint& each) { return each.level == level; });
  if (first != complaints.end()) return text + base::escaped(first->text);
  if (findings.chain.empty()) return text + findings.tls.protocol;
  const auto& leaf = findings.chain.front();
  return text + fmt::format("{}, certificate until {} ({} days)", findings.tls.protocol, day_of(leaf.not_after),
                            days_left(leaf, now));
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", log::json_escaped(text));
}

template <typename List, typename Text>
std::string array_of(const List& list, Text text) {
  std::vector<std::string> parts;
  std::transform(std::begin(list), std::end(list), std::back_inserter(parts), text);
  return fmt::format("[{}]", fmt::join(parts, ","));
}

std::string json_of(const tls::CertificateFacts& certificate, Moment now) {
  return fmt::format(
      R"({{"subject":{},"issuer":{},"names":{},"serial":{},"key":{},"not_before":"{}","not_after":"{}","days":{}}})",
      quoted(certificate.subject), quoted(certificate.issuer), array_of(certificate.names, quoted),
      quoted(certificate.serial), quoted(certificate.key_kind), day_of(certificate.not_before),
      day_of(certificate.not_after), days_left(certificate, now));
}

std::string json_of(const VersionFound& found) {
  return fmt::format(R"({{"version":"{}","spoken":{},"cipher":{},"group":{}}})", found.version, found.spoken,
                     quoted(found.cipher), quoted(found.group));
}

std::string json_of(const Complaint& complaint) {
  return fmt::format(R"({{"level":"{}","text":{}}})", base::lowered(name_of(complaint.level)), quoted(complaint.text));
}

std::string json_of(const tls::Facts& facts, bool resumes) {
  return fmt::format(R"({{"version":{},"cipher":{},"key_exchange":{},"signature":{},"digest":{},"resumes":{}}})",
                     quoted(facts.protocol), quoted(facts.cipher), quoted(facts.key_exchange()),
                     quoted(facts.signature), quoted(facts.digest), resumes);
}

}  // namespace

std::string report_text(const ProbeFindings& findings, const std::vector<Complaint>& complaints, Moment now) {
  std::string text = headline(findings, complaints, now) + "\n";
  for (const auto& each : complaints) {
    text += line(base::lowered(name_of(each.level)), base::escaped(each.text));
  }
  if (!findings.fault.empty()) return text;
  text += line("greeting", base::escaped(findings.greeting));
  if (!findings.offered_in_clear.empty()) text += line("in clear", escaped_list(findings.offered_in_clear));
  text += line("inside TLS", escaped_list(findings.offered));
  text += line("TLS", tls_line(findings.tls));
  for (const auto& found : findings.versions) text += line("version", text_of(found));
  text += line("resumption", findings.resumes ? "yes" : "no");
  text += line("injection", text_of(findings.injection));
  for (const auto& each : findings.chain) text += line("certificate", certificate_line(each, now));
  text += line("trust", findings.doubt.empty() ? "good for the name" : findings.doubt);
  for (const auto& record : findings.tlsa) text += record + "\n";
  return text;
}

std::string report_json(const ProbeFindings& findings, const std::vector<Complaint>& complaints, Moment now) {
  const auto complaint = [](const Complaint& each) { return json_of(each); };
  std::string text = fmt::format(R"({{"server":{},"level":"{}","complaints":{})", quoted(findings.server),
                                 base::lowered(name_of(worst_of(complaints))), array_of(complaints, complaint));
  if (!findings.fault.empty()) return text + "}\n";
  text += fmt::format(R"(,"greeting":{},"offered_in_clear":{},"offered":{},"tls":{})", quoted(findings.greeting),
                      array_of(findings.offered_in_clear, quoted), array_of(findings.offered, quoted),
                      json_of(findings.tls, findings.resumes));
  text += fmt::format(R"(,"versions":{},"injection":{},"certificates":{},"doubt":{},"tlsa":{}}})",
                      array_of(findings.versions, [](const VersionFound& each) { return json_of(each); }),
                      quoted(base::lowered(text_of(findings.injection))),
                      array_of(findings.chain, [&](const auto& each) { return json_of(each, now); }),
                      quoted(findings.doubt), array_of(findings.tlsa, quoted));
  return text + "\n";
}

}  // namespace app
