"""What every answer tells the browser, whoever asks and whatever the answer is."""

import re

CLOSED_FEATURES = ("camera", "geolocation", "microphone", "payment", "usb")
# The library's own plain page, for machines and for those who run the site.
NOT_OURS = ("health_live", "health_ready")


# The one page that another page of ours frames: evidence beside the coach's form.
FRAMED = re.compile(r"^/evidence/[^/]+/view/$")


def assert_closed(response) -> None:
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "default-src 'none'" in policy
    for directive in ("script-src", "style-src", "form-action", "base-uri", "frame-ancestors"):
        values = re.search(rf"{directive} ([^;]+)", policy)
        assert "sandbox" in policy or values[1].split() in (["'self'"], ["'none'"]), directive
    assert response["X-Content-Type-Options"] == "nosniff"
    framed = FRAMED.match(response.wsgi_request.path)
    shown = framed and response.status_code == 200
    assert response["X-Frame-Options"] == ("SAMEORIGIN" if shown else "DENY")
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    for feature in CLOSED_FEATURES:
        assert f"{feature}=()" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]


def assert_nothing_inline(html: str) -> None:
    """Nothing that the policy would block: no inline script, style or event handler."""
    assert not re.search(r"<style\b", html)
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", html)
    assert not re.search(r"<[a-z][^>]*\s(style|on[a-z]+)=[\"']", html)
    assert "javascript:" not in html


def assert_closed_and_plain(name: str, response) -> None:
    """The headers of every answer; of a page that is ours, that nothing in it would be blocked."""
    assert_closed(response)
    content = response.getvalue()  # Reads a file to its end, which closes it.
    if response.get("Content-Type", "").startswith("text/html") and name not in NOT_OURS:
        assert_nothing_inline(content.decode())
