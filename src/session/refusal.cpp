#include "session/refusal.hpp"

#include <fmt/format.h>

namespace session {
namespace {

// Postfix's words where Postfix has them.
std::string_view words_of(admission::Limit limit) {
  switch (limit) {
    case admission::Limit::connections:
      return "Total connection";
    case admission::Limit::client_connections:
      return "Connection concurrency";
    case admission::Limit::client_rate:
      return "Connection rate";
    case admission::Limit::handshakes:
      return "TLS handshake";
  }
  return "";
}

}  // namespace

void note_refusal(const admission::Refusal& refusal, const admission::Settings& settings, std::string_view network,
                  log::Journal& journal) {
  if (!refusal.worth_line) return;
  std::string setting = admission::text_of(refusal.limit, settings);
  if (!network.empty()) setting += fmt::format(" for {}", network);
  journal.limit_exceeded(words_of(refusal.limit), refusal.count, setting);
}

}  // namespace session
