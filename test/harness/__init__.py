"""Real processes for scenario tests: a client, the program in front, a backend. Every wait has a deadline and is for an
event (a line, a port, an end of file, an exit), never for time to pass."""
