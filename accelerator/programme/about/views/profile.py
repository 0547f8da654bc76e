"""About an organisation in its cohort: what it is, and the profile it writes of itself."""

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accelerator.core.access import may
from accelerator.core.http import Request
from accelerator.programme.about.forms import ProfileForm
from accelerator.programme.about.queries.history import changes_of_profile
from accelerator.programme.about.queries.profile import facts_of, profile_of
from accelerator.programme.about.services.profile import Meanwhile, save_profile
from accelerator.programme.about.views.back import refused_to
from accelerator.programme.enrolment import enrolment_for, frame, must_be_open

MEANWHILE = (
    "Somebody else saved the profile while you were writing. What it says now is shown below; "
    "save again to put yours in its place."
)


@require_safe
def about(request: Request, pk: int) -> HttpResponse:
    """The enrolment and its profile, with who changed it."""
    enrolment = enrolment_for(request.user, pk, "enrolment.view")
    profile = profile_of(enrolment)
    context = frame(enrolment, "enrolment") | {
        "profile": profile,
        "facts": facts_of(profile),
        "changes": changes_of_profile(profile),
        "can_edit": may(enrolment, "profile.edit"),
    }
    return render(request, "programme/about/about.html", context)


@refused_to("enrolment")
def edit(request: Request, pk: int) -> HttpResponse:
    """Change the profile. What somebody else saved meanwhile is shown, not overwritten."""
    enrolment = enrolment_for(request.user, pk, "profile.edit")
    must_be_open(enrolment)
    profile = profile_of(enrolment)
    stands = model_to_dict(profile, ProfileForm.Meta.fields) if profile else {}
    initial = stands | {"read": profile.version if profile else 0}
    form = ProfileForm(request.POST or None, initial=initial)
    context = frame(enrolment, "enrolment") | {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            save_profile(
                actor=request.user,
                enrolment=enrolment,
                read_version=form.cleaned_data["read"],
                values=form.values(),
            )
        except Meanwhile as meanwhile:
            form.add_error(None, MEANWHILE)
            form.read_again(meanwhile.stands.version)
            context |= {"theirs": meanwhile.stands, "facts": facts_of(meanwhile.stands)}
            return render(request, "programme/about/profile.html", context, status=409)
        messages.success(request, "The profile is saved.")
        return redirect("enrolment", pk=pk)
    status = 422 if form.errors else 200
    return render(request, "programme/about/profile.html", context, status=status)
