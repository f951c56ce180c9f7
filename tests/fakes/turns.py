"""Several workers take turns at every call of a port, in an order drawn from a seed: any interleaving, repeatable."""

import random
from collections.abc import Callable
from threading import Condition, Thread
from typing import Any


class Turns:
    """Runs jobs in threads of which only one moves at a time, from one port call to the next."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._turn = Condition()
        self._waiting: set[int] = set()
        self._running: int | None = None
        self._alive = 0
        # How likely a worker keeps its turn: the worst happens when one sleeps while another gets far.
        self._patience = self._chance.choice([0.3, 0.8, 0.95])
        self._last: int | None = None
        self.errors: list[Exception] = []

    def shared(self, port: Any, worker: int) -> Any:
        """The port as one worker sees it: every call waits for its turn."""
        return _TakingTurns(port, lambda: self._wait(worker))

    def run(self, jobs: list[Callable[[], object]], between: Callable[[], object] = lambda: None) -> None:
        """All jobs to their end; `between` runs before each turn. Errors of jobs are collected."""
        self._alive = len(jobs)
        threads = [Thread(target=self._work, args=(number, job)) for number, job in enumerate(jobs)]
        for thread in threads:
            thread.start()
        with self._turn:
            while True:
                self._turn.wait_for(lambda: self._running is None and len(self._waiting) == self._alive)
                if not self._alive:
                    break
                between()
                if self._last not in self._waiting or self._chance.random() > self._patience:
                    self._last = self._chance.choice(sorted(self._waiting))
                self._running = self._last
                self._turn.notify_all()
        for thread in threads:
            thread.join()

    def _work(self, number: int, job: Callable[[], object]) -> None:
        self._wait(number)
        try:
            job()
        except Exception as error:  # noqa: BLE001  # the test looks at them
            self.errors.append(error)
        with self._turn:
            self._alive -= 1
            self._running = None
            self._turn.notify_all()

    def _wait(self, worker: int) -> None:
        with self._turn:
            self._waiting.add(worker)
            if self._running == worker:
                self._running = None
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._running == worker)
            self._waiting.discard(worker)


class _TakingTurns:
    def __init__(self, port: Any, wait: Callable[[], None]) -> None:
        self._port = port
        self._wait = wait

    def __getattr__(self, name: str) -> Any:
        wrapped = getattr(self._port, name)

        def call(*arguments: Any) -> Any:
            self._wait()
            return wrapped(*arguments)

        return call
