"""A person has a report processed again, for instance after what held its lines was mended outside the records."""

from partner_program.domain.model import Document
from partner_program.domain.sales.receipt import ReportStatus
from partner_program.use_cases.ports import Messages
from partner_program.use_cases.report_ports import SalesStore
from partner_program.values.errors import NotFound


class ReprocessingAsked(Document):
    """A report that waits for its turn in the queue. `status` and `run` are as it stands before that."""

    distributor_id: str
    report_id: str
    status: ReportStatus
    run: int


class ReprocessReport:
    """Processing a report again changes nothing that stands (every line counts once), so asking twice does no harm."""

    def __init__(self, sales: SalesStore, messages: Messages) -> None:
        self._sales = sales
        self._messages = messages

    def __call__(self, distributor_id: str, report_id: str) -> ReprocessingAsked:
        """Raises `NotFound` for a report of which no version was ever taken."""
        state = self._sales.state(distributor_id, report_id)
        if state is None:
            raise NotFound("There is no such report.")
        self._messages.reprocess_report(distributor_id, report_id)
        return ReprocessingAsked(distributor_id=distributor_id, report_id=report_id, status=state.status, run=state.run)
