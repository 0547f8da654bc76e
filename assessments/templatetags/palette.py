from django import template

from accelerator.core.palette import colours

register = template.Library()


@register.simple_tag
def colour(name: str) -> str:
    """The colour of this name in static/css/palette.css, as "#rrggbb"."""
    return colours()[name]
