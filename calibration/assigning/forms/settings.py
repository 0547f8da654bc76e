from django import forms

from calibration.models import CalibrationSettings


class SettingsForm(forms.ModelForm):
    class Meta:
        model = CalibrationSettings
        fields = ["hide_self_level", "require_practice"]
        labels = {
            "hide_self_level": "Hide the organisation’s own level from a coach until theirs is "
            "given",
            "require_practice": "Coaches do the practice cases before they are assigned",
        }
