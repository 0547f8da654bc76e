import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """JSON for a data attribute, which escapes it: pages hold no script, not even of data."""
    return json.dumps(value, cls=DjangoJSONEncoder)
