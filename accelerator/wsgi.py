import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from accelerator.core.database import limit_waiting
from accelerator.core.leftovers import remove_leftovers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")

application = get_wsgi_application()
limit_waiting(**settings.PAGE_LIMITS)
remove_leftovers()
