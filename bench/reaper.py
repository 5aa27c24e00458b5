"""Starts programs side by side and collects whatever they leave behind, so that the CPU time of every process of a session counts:
reaper.py WORD... -- WORD..."""
import ctypes
import itertools
import os
import signal
import sys

PR_SET_CHILD_SUBREAPER = 36


def main():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    commands = [list(words) for is_end, words in itertools.groupby(sys.argv[1:], lambda word: word == "--") if not is_end]
    started = [os.spawnvp(os.P_NOWAIT, words[0], words) for words in commands]

    def end(*_):
        for pid in started:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass

    signal.signal(signal.SIGTERM, end)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()
