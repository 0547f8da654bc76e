"""The admin site for superusers: people and the programme's frame, never ratings or reviews."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest

from accelerator.core.forms import NameField
from accelerator.models import (
    Cohort,
    Enrolment,
    Institution,
    MatchFunder,
    Membership,
    Organisation,
    Programme,
    User,
)

admin.site.site_header = admin.site.site_title = "Impact Accelerator set-up"
admin.site.unregister([Group, Authenticator])
# Through the ordinary sign-in, whose limits on tries hold for superusers too. allauth has it put
# in place of the method.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class PlainNames(admin.options.BaseModelAdmin):
    """Names without characters that nobody sees, here as on every page."""

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if type(db_field) is models.CharField and not db_field.choices:
            kwargs["form_class"] = NameField
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class MembershipInline(PlainNames, admin.TabularInline):
    model = Membership
    extra = 1


@admin.register(User)
class PersonAdmin(PlainNames, UserAdmin):
    ordering = ["email"]
    list_display = ["email", "name", "is_active"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]
    inlines = [MembershipInline]


@admin.register(Cohort)
class CohortAdmin(PlainNames, admin.ModelAdmin):
    list_display = ["name", "starts_on", "explore_due"]
    prepopulated_fields = {"slug": ["name"]}

    def save_model(self, request: HttpRequest, obj: Cohort, form: Any, change: bool) -> None:
        """Whoever has the settings open on the hub's page is told that they changed."""
        obj.version += change
        super().save_model(request, obj, form, change)


@admin.register(Enrolment)
class EnrolmentAdmin(admin.ModelAdmin):
    list_display = ["organisation", "programme", "cohort", "state"]
    list_filter = ["cohort", "state"]
    list_select_related = ["organisation", "programme", "cohort"]


@admin.register(Organisation, Programme, MatchFunder, Institution)
class NamedAdmin(PlainNames, admin.ModelAdmin):
    """What has little more than a name."""
