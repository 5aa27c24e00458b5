"""Constant load: threads that do the same again and again while the test does something else."""
import itertools
import threading


class Repeating:
    """`count` threads that call work(number of the thread, turn from 1 on) until stop(), which waits for the last calls.
    `work` keeps its own account; what it raises ends its thread and is raised by stop()."""

    def __init__(self, count, work):
        self._stop, self._raised = threading.Event(), []
        self._work = work
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    def _run(self, number):
        try:
            for turn in itertools.count(1):
                if self._stop.is_set():
                    return
                self._work(number, turn)
        except BaseException as failure:  # pylint: disable=broad-except
            self._raised.append(failure)

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self._threads), "sessions still hang"
        if self._raised:
            raise self._raised[0]
