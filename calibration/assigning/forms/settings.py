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
        help_texts = {
            "hide_self_level": "Seeing another’s level first can pull one’s own towards it. With "
            "this on, a coach gives their level from the evidence, and then sees the "
            "organisation’s. It applies to calibrations opened from now on; those that are open "
            "keep what they began with.",
            "require_practice": "Practice cases are invented examples with a settled level. You "
            "see whether a coach has done them, never what they answered. It applies from the "
            "next assignment on.",
        }
