"""The admin site for superusers: people and the programme's frame, never ratings or reviews."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group

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


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1


@admin.register(User)
class PersonAdmin(UserAdmin):
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
class CohortAdmin(admin.ModelAdmin):
    list_display = ["name", "starts_on", "explore_due"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Enrolment)
class EnrolmentAdmin(admin.ModelAdmin):
    list_display = ["organisation", "programme", "cohort", "state"]
    list_filter = ["cohort", "state"]
    list_select_related = ["organisation", "programme", "cohort"]


admin.site.register([Organisation, Programme, MatchFunder, Institution])
