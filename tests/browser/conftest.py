"""A real browser over a live server, with axe on every page that a test visits."""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories.signing_in import client_of, give_second_factor, recovery_code

HOME = re.compile(r"//[^/]+/$")
AXE = (settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text()
LAUNCHER = Path(__file__).with_name("chromium.sh")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """The system's Chromium; None lets Playwright use its own."""
    if path := os.environ.get("CHROMIUM"):
        return path
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


@pytest.fixture(scope="module")
def chromium() -> Browser:
    """One browser for a file: while it is open its event loop shuts out asynchronous views."""
    with sync_playwright() as playwright:
        found = executable()
        browser = playwright.chromium.launch(
            executable_path=found and LAUNCHER,
            env={**os.environ, "CHROMIUM": found or ""},
            args=QUIET,
        )
        yield browser
        browser.close()


@pytest.fixture
def window(chromium, live_server):
    """Opens a window of its own session, signed in as a person, who is on their home page.

    The pages of signing in are opened by the tests of them, through `sign_in`.
    """
    contexts = []

    def open_window(user=None, *, width: int = 1280, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            base_url=live_server.url,
            java_script_enabled=javascript,
            accept_downloads=True,
            bypass_csp=False,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                page.problems.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        if user is not None:
            cookies = client_of(user).cookies
            context.add_cookies(
                [
                    {"name": key, "value": one.value, "url": live_server.url}
                    for key, one in cookies.items()
                ]
            )
            page.goto("/")
        return page

    yield open_window
    for context in contexts:
        problems = [problem for page in context.pages for problem in page.problems]
        context.close()
        assert problems == []


def sign_in(page: Page, user) -> None:
    """Through the page, and with a recovery code where a second factor is asked for."""
    if user.needs_second_factor:
        give_second_factor(user)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    if user.needs_second_factor:
        page.get_by_label("Code").fill(recovery_code(user))
        page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(HOME)


@pytest.fixture
def axe():
    """Checks the page a window shows against WCAG 2.2 AA."""

    def check(page: Page) -> None:
        page.evaluate(AXE)
        found = page.evaluate(
            """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
                "wcag22aa", "best-practice"]})"""
        )
        told = [
            f"{one['id']}: {one['help']} — {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in found["violations"]
        ]
        assert told == [], f"{page.url}: {told}"

    return check


@pytest.fixture
def sample(tmp_path):
    """A file of a given name and content, to upload."""

    def make(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make
