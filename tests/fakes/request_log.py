"""The log of requests in memory, as the adapter keeps it on AWS (one contract test runs on both)."""

from collections.abc import Callable

from partner_program.use_cases.idempotency import Answer, Begun, KeyedRequest


class FakeRequestLog:
    """`rival`, if set, runs once right before the next write: somebody else's chance between a look and a write."""

    def __init__(self) -> None:
        self.begun: dict[tuple[str, str], Begun] = {}
        self.rival: Callable[[], object] | None = None

    def find(self, request: KeyedRequest) -> Begun | None:
        return self.begun.get((request.subject, request.place))

    def begin(self, begun: Begun) -> Begun:
        self._rival()
        return self.begun.setdefault((begun.request.subject, begun.request.place), begun)

    def keep(self, begun: Begun, answer: Answer) -> Answer:
        self._rival()
        standing = self.begun.get((begun.request.subject, begun.request.place), begun)
        if standing.request != begun.request:
            return answer
        if standing.answer is None:
            standing = standing.model_copy(update={"answer": answer})
            self.begun[begun.request.subject, begun.request.place] = standing
        assert standing.answer is not None
        return standing.answer

    def forget(self, begun: Begun) -> None:
        key = (begun.request.subject, begun.request.place)
        standing = self.begun.get(key)
        if standing is not None and standing.request == begun.request and standing.answer is None:
            del self.begun[key]

    def _rival(self) -> None:
        rival, self.rival = self.rival, None
        if rival is not None:
            rival()
