// The words for outcomes, see outcome.hpp.

#include "smtp/outcome.hpp"

namespace smtp {

std::string_view text_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::quit:
      return "quit";
    case Outcome::client_gone:
      return "client_gone";
    case Outcome::client_silent:
      return "client_silent";
    case Outcome::backend_refused:
      return "backend_refused";
    case Outcome::backend_silent:
      return "backend_silent";
    case Outcome::backend_lost:
      return "backend_lost";
    case Outcome::backend_babbled:
      return "backend_babbled";
    case Outcome::backend_closed:
      return "backend_closed";
    case Outcome::tls_failed:
      return "tls_failed";
    case Outcome::injection_refused:
      return "injection_refused";
    case Outcome::bare_newline:
      return "bare_newline";
    case Outcome::limit_reached:
      return "limit_reached";
    case Outcome::rejected:
      return "rejected";
    case Outcome::shutting_down:
      return "shutting_down";
  }
  return "unknown";
}

}  // namespace smtp
