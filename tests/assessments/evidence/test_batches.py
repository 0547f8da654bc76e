"""Several files at once: each is told what became of it, whatever happens to the others."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from assessments.evidence import services as service
from assessments.models import Evidence
from assessments.rules.problems import AssessmentLocked
from tests.factories.evidence import PDF, add, stored


@pytest.fixture
def send(cast):
    """The outcomes of PDF files of these names, or of (name, content)."""

    def send(*named: str | tuple[str, bytes]) -> list[service.Outcome]:
        pairs = [(one, PDF) if isinstance(one, str) else one for one in named]
        uploads = [SimpleUploadedFile(name, content) for name, content in pairs]
        return service.add_files(actor=cast.lead, enrolment=cast.enrolment, uploads=uploads)

    return send


def said(outcomes: list[service.Outcome]) -> list[tuple[str, bool, str]]:
    return [(one.name, one.evidence is not None, one.message) for one in outcomes]


def test_files_beyond_the_number_are_not_looked_at(send, settings) -> None:
    settings.UPLOAD_MAX_FILES = 2
    outcomes = said(send(("a.pdf", b"no"), "b.pdf", "c.pdf"))
    assert [kept for _, kept, _ in outcomes] == [False, True, False]
    assert outcomes[2] == ("c.pdf", False, service.NOT_LOOKED_AT)
    assert [piece.title for piece in Evidence.objects.all()] == ["b.pdf"]


def test_files_beyond_the_seconds_are_not_looked_at(send, settings, monkeypatch) -> None:
    settings.UPLOAD_SECONDS = 20
    clock = iter([0, 1, 19, 20])
    monkeypatch.setattr(service, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    outcomes = said(send("a.pdf", "b.pdf", "c.pdf"))
    assert [kept for _, kept, _ in outcomes] == [True, True, False]
    assert "send it again" in outcomes[2][2]


def test_files_beyond_a_persons_limit_say_when_to_come_back(send, settings) -> None:
    cache.clear()
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"uploads": (1, 600)}
    outcomes = said(send("a.pdf", "b.pdf"))
    assert [kept for _, kept, _ in outcomes] == [True, False]
    assert "try again in about" in outcomes[1][2]


@pytest.mark.parametrize(
    ("error", "message"),
    [(AssessmentLocked, service.CLOSED), (OSError("disk"), service.FAILED)],
)
def test_an_error_of_one_file_does_not_silence_the_others(
    send, monkeypatch, error, message: str
) -> None:
    real = service.add_file

    def fail_on_b(*, name: str, **given):
        if name == "b.pdf":
            raise error
        return real(name=name, **given)

    monkeypatch.setattr(service, "add_file", fail_on_b)
    outcomes = said(send("a.pdf", "b.pdf", "c.pdf"))
    assert [kept for _, kept, _ in outcomes] == [True, False, True]
    assert outcomes[1][2] == message


@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_answer_is_lost_leaves_the_row_its_file(cast, monkeypatch) -> None:
    before = stored()
    commit = connection._commit

    def lost() -> None:
        commit()
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "_commit", lost)
        with pytest.raises(OperationalError):
            add(cast)
    piece = Evidence.objects.get()
    with piece.file.open() as file:
        assert file.read() == PDF
    assert len(stored() - before) == 1
