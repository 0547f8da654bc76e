"""The plainest views that show an assessment's levels and save a rating: what ours compare to.

They run in the same server behind the same middleware, and know neither people nor access.
"""

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from assessments.models import Rating

PAGE = """<!doctype html><html lang="en-GB"><title>Overview</title><table>
{% regroup ratings by criterion__pillar__title as pillars %}{% for pillar in pillars %}
<tr><th>{{ pillar.grouper }}</th>
{% for rating in pillar.list %}<td class="l{{ rating.level }}">{{ rating.criterion__label }}</td>
{% endfor %}</tr>{% endfor %}</table></html>"""
_page = None


@login_not_required
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """One query of thirty rows, and a table."""
    global _page
    _page = _page or engines["django"].from_string(PAGE)
    ratings = (
        Rating.objects.filter(assessment=pk)
        .order_by("criterion__position")
        .values("level", "criterion__label", "criterion__pillar__title")
    )
    return HttpResponse(_page.render({"ratings": ratings}, request))


@login_not_required
@csrf_exempt
def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """One UPDATE where the version is the one that was read."""
    version = int(request.POST["version"])
    changed = Rating.objects.filter(pk=pk, version=version).update(
        level=int(request.POST["level"]),
        justification=request.POST["justification"],
        version=F("version") + 1,
        updated_at=timezone.now(),
        updated_by=request.POST["by"],
    )
    return HttpResponse(f"{version + 1}", status=200 if changed else 409)
