// ProbeFindings: what a client saw of a server. Values only; nothing here judges.
#pragma once

#include <string>
#include <vector>

#include "tls/context.hpp"
#include "tls/facts.hpp"

namespace app {

struct VersionFound {
  std::string version;  // "TLSv1.2"
  bool spoken = false;
  std::string cipher{};
  std::string group{};
};

// What became of a command in the segment of STARTTLS, in clear (CVE-2011-0411).
enum class Injection {
  not_tried,  // implicit TLS
  refused,    // no secured session came of it
  forgotten,  // the session was secured, and the command was not answered in it
  executed,   // it was
};

struct ProbeFindings {
  std::string server;  // as it was asked for
  std::string fault;   // why there was no secured session; the rest is then empty from there on
  std::string greeting{};
  std::vector<std::string> offered_in_clear{};
  std::vector<std::string> offered{};  // inside TLS
  tls::Facts tls{};
  std::vector<tls::CertificateFacts> chain{};
  std::string doubt{};  // why the chain would not be believed for the name; empty: would
  bool resumes = false;
  std::vector<VersionFound> versions{};
  Injection injection = Injection::not_tried;
  std::vector<std::string> tlsa{};  // records, whole lines
};

}  // namespace app
