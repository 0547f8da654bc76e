from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accelerator.core.access import staff_only
from accelerator.core.http import Request
from accelerator.core.recent import recent_sign_in
from accelerator.programme.leaving import queries
from accelerator.programme.leaving.forms import AnonymiseForm, FindPersonForm
from accelerator.programme.leaving.services import PersonStays
from accelerator.programme.leaving.services import anonymise as anonymise_person

PAGE = 50


@staff_only
def people(request: Request) -> HttpResponse:
    """Everybody with an account. Whom one looks for comes by POST: it is in no address."""
    form = FindPersonForm(request.POST or None)
    sought = form.cleaned_data["words"] if form.is_valid() else ""
    page = Paginator(queries.people(sought), PAGE).get_page(request.GET.get("page"))
    return render(request, "staff/people.html", {"form": form, "page": page, "sought": sought})


@staff_only
@recent_sign_in
def anonymise(request: Request, pk: int) -> HttpResponse:
    """What becomes of a person who leaves for good; then it is so."""
    person = queries.person_who_may_leave(pk)
    form = AnonymiseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            anonymise_person(actor=request.user, person=person, reason=form.cleaned_data["reason"])
        except PersonStays as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, "They are anonymised. What they wrote is by “a former member”."
            )
            return redirect("people")
    context = {"person": person, "form": form, "written": queries.still_named(person)}
    return render(request, "staff/anonymise.html", context, status=422 if form.errors else 200)
