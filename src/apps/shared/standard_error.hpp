// Standard error of a program started by inetd(8) or systemd for one connection: often it is the connection, and the
// client would hear the log.
#pragma once

namespace app {

// Where standard error is the connection (descriptor 0), it becomes a socket of the system log or, without one,
// nothing. Before the jail, and before the first log line. Programs started later inherit it.
void keep_log_from_client();

// Standard error takes datagrams, one for each line: by keep_log_from_client(), here or in the program that started
// this one.
[[nodiscard]] bool logs_by_datagram();

}  // namespace app
