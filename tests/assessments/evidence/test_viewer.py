"""Evidence shown in a frame: hostile names and files, limits, access, and nothing that runs."""

import io
import subprocess

import pytest
from django.core.cache import cache
from django.urls import reverse
from pypdf import PdfWriter
from weasyprint import HTML

from accelerator.core.files import pages
from accelerator.core.files.pages import Page, PageNotShown, draw_page
from assessments.evidence import services as evidence_service
from assessments.evidence import tidying
from assessments.evidence.queries import stored as kept_pages
from assessments.models import Evidence
from tests.factories import files
from tests.factories.assessment import note, started, submitted

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def add(cast):
    """Takes a file in as evidence of the cast's enrolment."""
    assessment = started(cast.enrolment, cast.lead)
    rating = assessment.ratings.get(criterion__code="monitor.3")

    def add(name: str, content: bytes) -> Evidence:
        return evidence_service.add_file(
            actor=cast.lead,
            enrolment=cast.enrolment,
            upload=io.BytesIO(content),
            name=name,
            ratings=[rating],
        )

    return add


def words_pdf(*texts: str) -> bytes:
    breaks = "<p style='break-before:page'>"
    return HTML(string="<p>" + breaks.join(texts)).write_pdf()


def view(piece: Evidence, **query) -> str:
    return reverse("assessments:evidence_view", args=[piece.pk], query=query or None)


def page(piece: Evidence, number: int = 1) -> str:
    return reverse("assessments:evidence_page", args=[piece.pk, number])


def assert_framed(response) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; img-src 'self'; style-src 'self'; frame-ancestors 'self'; "
        "sandbox allow-same-origin"
    )
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_pdf_page_is_a_picture_and_its_words() -> None:
    content = words_pdf("Registers of May", "Registers of June")
    drawn = draw_page(io.BytesIO(content), 2)
    assert drawn.count == 2
    assert drawn.png.startswith(b"\x89PNG")
    assert "June" in drawn.text
    assert "May" not in drawn.text


def test_beyond_the_last_page_nothing_is_drawn() -> None:
    assert draw_page(io.BytesIO(files.pdf(3)), 4) == Page(3, b"", "")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 rubbish", files.picture("PNG")])
def test_what_is_no_pdf_is_not_shown(content: bytes) -> None:
    with pytest.raises(PageNotShown):
        draw_page(io.BytesIO(content), 1)


def test_a_huge_page_is_drawn_small() -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=14_400, height=14_400)
    from PIL import Image

    drawn = draw_page(io.BytesIO(files.written(writer)), 1)
    width, height = Image.open(io.BytesIO(drawn.png)).size
    assert width * height <= pages.MAX_PIXELS


def test_a_child_that_hangs_is_ended(monkeypatch) -> None:
    def hang(*args, **kwargs):
        raise subprocess.TimeoutExpired(args, 1)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(PageNotShown):
        draw_page(io.BytesIO(files.pdf()), 1)


def test_the_child_cannot_take_more_memory_than_its_limit(monkeypatch) -> None:
    real = subprocess.run
    code = (
        "import runpy, sys\n"
        f"module = runpy.run_path({pages.__file__!r})\n"
        "module['_limit']()\n"
        "bytearray(2 * 1024 ** 3)\n"
    )

    def run(command, **options):
        return real([command[0], "-I", "-c", code], **options)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(PageNotShown):
        draw_page(io.BytesIO(files.pdf()), 1)


def test_pdf_view_and_its_picture(cast, sign_in, add) -> None:
    piece = add("registers.pdf", words_pdf(HOSTILE, "June"))
    client = sign_in(cast.member)
    shown = client.get(view(piece, page=2))
    assert_framed(shown)
    text = shown.content.decode()
    assert "Page 2 of 2" in text
    assert "June" in text
    assert page(piece, 2) in text
    assert "?page=1" in text
    assert "<script" not in text
    picture = client.get(page(piece, 2))
    assert_framed(picture)
    assert picture.headers["Content-Type"] == "image/png"
    assert body(picture).startswith(b"\x89PNG")


def test_the_words_of_a_page_are_escaped(cast, sign_in, add) -> None:
    piece = add("registers.pdf", words_pdf("&lt;script&gt;alert(1)&lt;/script&gt;"))
    text = sign_in(cast.member).get(view(piece)).content.decode()
    assert "&lt;script&gt;" in text
    assert "<script" not in text


@pytest.mark.parametrize("asked", ["0", "3", "-1", "501", "99999999", "x", "", "١", "1.0", "1\n"])
def test_a_page_that_is_not_there_is_404(cast, sign_in, add, asked: str) -> None:
    piece = add("registers.pdf", files.pdf(2))
    assert sign_in(cast.member).get(view(piece), {"page": asked}).status_code == 404


@pytest.mark.parametrize("number", [0, 3, 501, 10**9])
def test_a_picture_of_a_page_that_is_not_there_is_404(cast, sign_in, add, number: int) -> None:
    piece = add("registers.pdf", files.pdf(2))
    assert sign_in(cast.member).get(page(piece, number)).status_code == 404


def test_a_page_is_drawn_once_and_access_is_checked_each_time(
    cast, sign_in, add, monkeypatch
) -> None:
    piece = add("registers.pdf", files.pdf(2))
    drawn = []
    monkeypatch.setattr(
        kept_pages, "draw_page", lambda *args: drawn.append(args) or draw_page(*args)
    )
    member, stranger = sign_in(cast.member), sign_in(cast.stranger)
    for _ in range(2):
        assert member.get(view(piece)).status_code == 200
        assert member.get(page(piece)).status_code == 200
        assert stranger.get(view(piece)).status_code == 404
        assert stranger.get(page(piece)).status_code == 404
    assert len(drawn) == 1


def test_a_file_that_cannot_be_drawn_is_offered_and_not_tried_again(
    cast, sign_in, add, monkeypatch
) -> None:
    piece = add("registers.pdf", files.pdf())
    tried = []

    def fail(*args):
        tried.append(args)
        raise PageNotShown("no")

    monkeypatch.setattr(kept_pages, "draw_page", fail)
    client = sign_in(cast.member)
    for _ in range(2):
        assert "cannot be shown here" in client.get(view(piece)).content.decode()
    assert client.get(page(piece)).status_code == 404
    assert len(tried) == 1


def test_only_the_first_pages_of_a_long_file(cast, sign_in, add, monkeypatch) -> None:
    from assessments.evidence.views import viewer

    monkeypatch.setattr(viewer, "MAX_PAGES", 2)
    piece = add("registers.pdf", files.pdf(3))
    client = sign_in(cast.member)
    assert "Only the first 2 pages" in client.get(view(piece), {"page": "2"}).content.decode()
    assert client.get(view(piece), {"page": "3"}).status_code == 404
    assert client.get(page(piece, 3)).status_code == 404


def test_a_picture_is_shown_as_stored(cast, sign_in, add) -> None:
    piece = add("wall.jpg", files.leaky_picture("JPEG"))
    client = sign_in(cast.member)
    assert page(piece) in client.get(view(piece)).content.decode()
    shown = client.get(page(piece))
    assert_framed(shown)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert files.LEAK.encode() not in body(shown)
    assert client.get(page(piece, 2)).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", f"Minutes. {HOSTILE}".encode()),
        ("notes.md", "# Minutes\n<img src=x onerror=alert(1)>".encode("utf-16")),
        ("notes.csv", f"week,words\n1,{HOSTILE}\n".encode()),
        ("café.txt", "Caf\u00e9 minutes <b>".encode("cp1252")),
    ],
)
def test_text_is_escaped(cast, sign_in, add, name: str, content: bytes) -> None:
    shown = sign_in(cast.member).get(view(add(name, content)))
    assert_framed(shown)
    text = shown.content.decode().partition("<pre")[2]
    assert "&lt;" in text
    for tag in ("<script", "<img", "<b>"):
        assert tag not in text


def test_long_text_is_cut_and_says_so(cast, sign_in, add) -> None:
    shown = sign_in(cast.member).get(view(add("long.txt", "é".encode() * 150_000 + b" The end.")))
    text = shown.content.decode()
    assert "Only the beginning" in text
    assert "The end." not in text
    assert len(text) < 210_000


def test_a_hostile_name_and_note_are_escaped(cast, sign_in, add) -> None:
    started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, text=HOSTILE)
    Evidence.objects.filter(pk=piece.pk).update(title=f'"{HOSTILE}')
    shown = sign_in(cast.member).get(view(piece))
    assert_framed(shown)
    assert "<script" not in shown.content.decode()
    assert "&lt;script&gt;" in shown.content.decode()


def test_a_link_is_named_and_not_followed(cast, sign_in) -> None:
    started(cast.enrolment, cast.lead)
    piece = evidence_service.add_link(
        actor=cast.lead,
        enrolment=cast.enrolment,
        url="https://example.org/?a=<b>",
        title="Our page",
    )
    text = sign_in(cast.member).get(view(piece)).content.decode()
    assert "https://example.org/?a=&lt;b&gt;" in text
    assert 'href="https' not in text
    assert sign_in(cast.member).get(page(piece)).status_code == 404


def test_other_kinds_are_for_download(cast, sign_in, add) -> None:
    piece = add("minutes.docx", files.openxml("docx"))
    client = sign_in(cast.member)
    assert "Download it to read it" in client.get(view(piece)).content.decode()
    assert client.get(page(piece)).status_code == 404


def test_withdrawn_evidence_is_gone_and_its_drawn_pages_with_it(
    cast, sign_in, add, django_capture_on_commit_callbacks
) -> None:
    piece = add("registers.pdf", words_pdf("Sam Smith"))
    client = sign_in(cast.member)
    assert "Sam Smith" in client.get(view(piece)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        tidying.withdraw(actor=cast.lead, evidence=piece, reason="A name")
    text = client.get(view(piece)).content.decode()
    assert "removed for good" in text
    assert "Sam Smith" not in text
    assert client.get(page(piece)).status_code == 404
    assert cache.get(kept_pages._key(piece.sha256, 1)) is None


def test_damaged_evidence_is_not_shown(cast, sign_in, add) -> None:
    for piece in (add("a.pdf", files.pdf()), add("b.png", files.picture("PNG"))):
        with piece.file.storage.open(piece.file.name, "wb") as stored:
            stored.write(files.pdf(5))
        client = sign_in(cast.member)
        assert client.get(page(piece)).status_code == 404
    pdf = Evidence.objects.get(original_name="a.pdf")
    assert "damaged in our store" in client.get(view(pdf)).content.decode()


def test_who_may_look(cast, sign_in) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.first())

    def status(who: str) -> int:
        return sign_in(getattr(cast, who)).get(view(piece)).status_code

    for who in ("lead", "member", "sponsor"):
        assert status(who) == 200
    for who in ("hub", "moderator", "coach_a", "funder", "outsider", "other_hub", "stranger"):
        assert status(who) == 404, who


def test_the_cohort_looks_once_it_is_handed_in(cast, sign_in) -> None:
    assessment = started(cast.enrolment, cast.lead)
    piece = note(cast.enrolment, cast.lead, assessment.ratings.first())
    submitted(cast.enrolment, cast.lead)
    for who, expected in (("hub", 200), ("moderator", 200), ("coach_a", 404), ("funder", 404)):
        assert sign_in(getattr(cast, who)).get(view(piece)).status_code == expected, who


def test_the_same_queries_for_one_page_and_many(
    cast, sign_in, add, django_assert_num_queries
) -> None:
    client = sign_in(cast.member)
    for count in (1, 4):
        piece = add(f"pages {count}.pdf", files.pdf(count))
        with django_assert_num_queries(3):
            client.get(view(piece))
