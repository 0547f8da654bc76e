from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


def site(request: HttpRequest) -> dict:
    """What every page shows: the navigation, and whether the data on it is invented."""
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "demo_mode": settings.DEMO_MODE,
        "synthetic": settings.DEMO_MODE,
    }


def navigation(request: HttpRequest) -> list[dict]:
    """Home, what each app offers this person (settings.NAVIGATION), Help."""
    links = [("Home", reverse("home"))]
    if request.user.is_authenticated:
        for path in settings.NAVIGATION:
            links += import_string(path)(request.user)
    links.append(("Help", reverse("help")))
    home = reverse("home")
    within = [url for _, url in links if request.path.startswith(url) and url != home]
    here = max(within, key=len, default=home if request.path == home else "")
    return [{"label": label, "url": url, "current": url == here} for label, url in links]
