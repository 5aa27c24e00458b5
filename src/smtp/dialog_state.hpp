// DialogState: what a Dialog remembers between two events. Internal to dialog*.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "smtp/body.hpp"
#include "smtp/command.hpp"
#include "smtp/counts.hpp"
#include "smtp/envelope.hpp"
#include "smtp/line.hpp"
#include "smtp/outcome.hpp"
#include "smtp/settings.hpp"
#include "smtp/step.hpp"
#include "smtp/tls_facts.hpp"

namespace smtp {

// What the session is waiting for, in its own terms.
enum class Phase {
  greeting,
  command,
  reply,          // to the command `verb`
  auth_line,      // the client's answer to a 334
  body,           // octets of DATA or of a BDAT chunk
  message_reply,  // to a message or chunk
  verdict,
  tls,
  rset_reply,  // to the RSET that makes the backend forget the clear session
  reopening,
  second_greeting,
  closed,
};

// Header lines that verdicts asked for, by how long they hold.
struct PrependedHeaders {
  std::string connect;  // for every message of the session
  std::string helo;     // for every message until the next HELO
  std::string message;  // for the present message
};

struct DialogState {
  Phase phase = Phase::greeting;
  Next next = Next::backend_reply;  // what the last step asked for
  Outcome outcome = Outcome::client_gone;
  PolicyStage stage = PolicyStage::connect;

  bool secured = false;
  bool draining = false;           // shutting down: 421 at the next idle moment
  bool must_greet = false;         // TLS has just begun: no mail before a new EHLO (RFC 3207 §4.2)
  bool backend_spoken = false;     // the backend heard something that RSET must undo
  bool backend_pipelines = false;  // it offered PIPELINING (RFC 2920)
  bool owes_rset = false;          // that RSET goes with the next command: one segment, one wake-up less
  bool takes_chunks = false;       // the backend offered CHUNKING in its last answer to a greeting
  bool chunks_begun = false;       // the first BDAT of the message was accepted
  bool refused_last = false;       // the last reply of the backend was 4xx or 5xx

  Verb verb = Verb::unknown;    // of the command that is being dealt with
  std::string held_line;        // the command, while a verdict on it is awaited; never AUTH
  std::string auth_mechanism;   // of the AUTH in progress
  Chunk chunk;                  // of the BDAT in progress
  std::size_t replies_due = 0;  // to the message: with LMTP one a recipient (RFC 2033 §4.2)
  bool message_taken = false;   // one of these replies was positive
  std::size_t commands = 0;
  std::size_t errors = 0;  // since the last accepted message

  LineSplitter lines;
  BodyScanner scanner;
  Envelope envelope;
  std::shared_ptr<const Envelope> previous;  // what holds when the HELO or MAIL under way is refused
  PrependedHeaders headers;
  TlsFacts tls;
  SessionCounts counts;
};

}  // namespace smtp
