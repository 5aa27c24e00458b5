// The table put together.

#include "config/serve_options.hpp"

#include <iterator>

namespace config {
namespace {

void add(ServeOptions& table, const char* heading, ServeOptions rows) {
  for (auto& row : rows) row.shape.group = heading;
  table.insert(table.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

ServeOptions whole_table() {
  ServeOptions table;
  add(table, "Where clients arrive", listening_options());
  add(table, "Where sessions go", backend_options());
  add(table, "The SMTP conversation", dialog_options());
  add(table, "Policy service", policy_options());
  add(table, "Certificates and keys", certificate_options());
  add(table, "TLS", tls_options());
  add(table, "TLS", client_certificate_options());
  add(table, "Time limits", timeout_options());
  add(table, "Counts", limit_options());
  add(table, "Limits of clients", client_options());
  add(table, "Reputation", reputation_options());
  add(table, "Processes", process_options());
  add(table, "Watching", watch_options());
  add(table, "Log", log_options());
  return table;
}

}  // namespace

const std::vector<Option<Draft>>& serve_options() {
  static const ServeOptions table = whole_table();
  return table;
}

}  // namespace config
