// Rows about mail: listeners, backend, the SMTP conversation, the policy service.

#include "config/serve_options.hpp"
#include "config/value.hpp"

namespace config {
namespace {

// --listen, --listen-tls and --listen-handoff share the plan's one list; each clears its own kind only.
Option<Draft> listeners(Shape shape, Door door) {
  shape.many = true;
  shape.kind = Kind::endpoint;
  shape.argument = "ENDPOINT";
  return {std::move(shape),
          [door](Draft& draft, std::string_view text) -> base::Result<void> {
            auto endpoint = listening(text);
            if (!endpoint) return tl::unexpected(std::move(endpoint.error()));
            if (door == Door::handoff && !endpoint->is_unix()) return base::fail("must be unix:/PATH");
            draft.plan.listeners.push_back({std::move(*endpoint), door});
            return {};
          },
          [door](Draft& draft) {
            std::erase_if(draft.plan.listeners, [door](const Listener& each) { return each.door == door; });
          }};
}

const Words<session::Identity>& identities() {
  static const Words<session::Identity> words{{"none", session::Identity::none},
                                              {"proxy-v1", session::Identity::proxy_v1},
                                              {"proxy-v2", session::Identity::proxy_v2},
                                              {"proxy-v2-tls", session::Identity::proxy_v2_tls},
                                              {"xclient", session::Identity::xclient}};
  return words;
}

const Words<smtp::PolicyStage>& stages() {
  static const Words<smtp::PolicyStage> words{
      {"connect", smtp::PolicyStage::connect}, {"helo", smtp::PolicyStage::helo},
      {"mail", smtp::PolicyStage::mail},       {"rcpt", smtp::PolicyStage::rcpt},
      {"data", smtp::PolicyStage::data},       {"end-of-message", smtp::PolicyStage::end_of_message}};
  return words;
}

const Words<smtp::BareNewline>& newline_rules() {
  static const Words<smtp::BareNewline> words{{"reject", smtp::BareNewline::reject}, {"pass", smtp::BareNewline::pass}};
  return words;
}

const Words<smtp::OnStarttls>& switches() {
  static const Words<smtp::OnStarttls> words{{"reset", smtp::OnStarttls::reset},
                                             {"reconnect", smtp::OnStarttls::reconnect}};
  return words;
}

const Words<session::PolicyFail>& failures() {
  static const Words<session::PolicyFail> words{{"open", session::PolicyFail::open},
                                                {"closed", session::PolicyFail::closed}};
  return words;
}

}  // namespace

ServeOptions listening_options() {
  return {
      single<Draft>(
          {.flag = "config",
           .kind = Kind::file,
           .argument = "FILE",
           .unset = "no file is read",
           .help = "read FILE, then conf.d/*.toml beside it"},
          [](Draft & d) -> auto& { return d.file; }, plain),
      listeners({.flag = "listen",
                 .key = "listen",
                 .unset = "no such listener",
                 .help = "offer STARTTLS here: HOST:PORT, [IPv6]:PORT, :PORT or unix:/PATH"},
                Door::starttls),
      listeners({.flag = "listen-tls",
                 .key = "listen_tls",
                 .unset = "no such listener",
                 .help = "start with TLS here (implicit TLS, port 465)"},
                Door::implicit),
      listeners({.flag = "listen-handoff",
                 .key = "listen_handoff",
                 .unset = "no such listener",
                 .help = "take connections that tlswrapper --handoff hands over at unix:/PATH"},
                Door::handoff),
      many<Draft>(
          {.flag = "accept-proxy",
           .key = "accept_proxy",
           .kind = Kind::network,
           .argument = "NETWORK",
           .unset = "a PROXY header is refused from everybody",
           .help = "clients of these networks must begin with a PROXY header, and it is believed"},
          [](Draft & d) -> auto& { return d.plan.accept_proxy; }, network),
      single<Draft>(
          {.flag = "reverse-names",
           .key = "reverse_names",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "look up the names of clients, for the log, the policy service and XCLIENT"},
          [](Draft & d) -> auto& { return d.plan.reverse_names; }, toggle),
  };
}

ServeOptions backend_options() {
  return {
      single<Draft>(
          {.flag = "backend",
           .key = "backend",
           .kind = Kind::endpoint,
           .argument = "ENDPOINT",
           .unset = "a program must be given",
           .help = "the SMTP server behind: HOST:PORT, [IPv6]:PORT or unix:/PATH"},
          [](Draft & d) -> auto& { return d.plan.backend; }, destination),
      many<Draft>(
          {.flag = "",
           .key = "program",
           .argument = "PROGRAM ARGUMENTS",
           .unset = "a backend must be given",
           .help = "instead of a backend: start PROGRAM for each session, with the UCSPI environment"},
          [](Draft & d) -> auto& { return d.plan.program; },
          [](std::string_view text) -> base::Result<std::string> { return std::string(text); }),
      single<Draft>(
          choice({.flag = "identity",
                  .key = "identity",
                  .argument = "HOW",
                  .unset = "must be chosen for a backend; a program gets its environment",
                  .help = "how the backend learns who the client is"},
                 identities()),
          [](Draft & d) -> auto& { return d.plan.identity; }, one_of(identities())),
      single<Draft>(
          choice({.flag = "on-starttls",
                  .key = "on_starttls",
                  .argument = "HOW",
                  .unset = "reset; reconnect with identity proxy-v2-tls",
                  .help = "what makes the backend forget the clear session: RSET, or a new connection"},
                 switches()),
          [](Draft & d) -> auto& { return d.plan.dialog.on_starttls; }, one_of(switches())),
      single<Draft>(
          {.flag = "trace-header",
           .key = "trace_header",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "put a Received: line with the client and its TLS before each message"},
          [](Draft & d) -> auto& { return d.plan.trace_header; }, toggle),
  };
}

ServeOptions dialog_options() {
  return {
      single<Draft>(
          {.flag = "name",
           .key = "name",
           .argument = "NAME",
           .unset = "the name of this host",
           .help = "our name in replies of our own"},
          [](Draft & d) -> auto& { return d.plan.dialog.name; }, host_name),
      single<Draft>(
          {.flag = "require-tls",
           .key = "require_tls",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "answer 530 to mail before TLS"},
          [](Draft & d) -> auto& { return d.plan.dialog.require_tls; }, toggle),
      single<Draft>(
          {.flag = "auth-before-tls",
           .key = "auth_before_tls",
           .kind = Kind::toggle,
           .standard = "false",
           .help = "let passwords travel in clear"},
          [](Draft & d) -> auto& { return d.plan.dialog.auth_before_tls; }, toggle),
      single<Draft>(
          {.flag = "no-chunking",
           .key = "chunking",
           .kind = Kind::toggle,
           .negated = true,
           .standard = "true",
           .help = "remove CHUNKING and BINARYMIME, refuse BDAT"},
          [](Draft & d) -> auto& { return d.plan.dialog.chunking; }, toggle),
      single<Draft>(
          choice({.flag = "bare-newline",
                  .key = "bare_newline",
                  .argument = "HOW",
                  .standard = "reject",
                  .help = "clients that send CR or LF alone, or NUL"},
                 newline_rules()),
          [](Draft & d) -> auto& { return d.plan.dialog.bare_newline; }, one_of(newline_rules())),
  };
}

ServeOptions policy_options() {
  return {
      single<Draft>(
          {.flag = "policy",
           .key = "policy",
           .kind = Kind::endpoint,
           .argument = "ENDPOINT",
           .unset = "nobody is asked",
           .help = "ask this policy service (Postfix's protocol, postgrey)"},
          [](Draft & d) -> auto& { return d.plan.policy; }, destination),
      many<Draft>(
          choice(
              {.flag = "policy-at", .key = "policy_at", .argument = "STAGE", .unset = "rcpt", .help = "when to ask it"},
              stages()),
          [](Draft & d) -> auto& { return d.plan.dialog.policy_stages; }, one_of(stages())),
      single<Draft>(
          choice({.flag = "policy-fail",
                  .key = "policy_fail",
                  .argument = "HOW",
                  .standard = "open",
                  .help = "when it does not answer: go on (open), or 451 (closed)"},
                 failures()),
          [](Draft & d) -> auto& { return d.plan.policy_fail; }, one_of(failures())),
  };
}

}  // namespace config
