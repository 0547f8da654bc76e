from django import forms

MAX_WORDS = 10_000


def field_text(label: str, help_text: str = "", *, rows: int = 4, **kwargs) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=kwargs.pop("max_length", MAX_WORDS),
        widget=forms.Textarea(attrs={"rows": rows}),
        **kwargs,
    )
