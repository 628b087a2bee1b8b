# One image for web, worker, beat and migrate; docker-compose.yml says which command each runs.

# --- style sheet and font ---
FROM node:24-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY static/css static/css
COPY bin/_runtime/assets.mjs bin/_runtime/assets.mjs
RUN node bin/_runtime/assets.mjs /build/assets

# --- Python packages and message catalogues ---
FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements requirements
RUN pip install --no-cache-dir --require-hashes -r requirements/tools.txt \
    && uv venv --python /usr/local/bin/python /opt/hms \
    && uv pip install --no-cache --python /opt/hms/bin/python --require-hashes -r requirements/production.txt
COPY bin/_runtime/compile_catalogues.py .
COPY locale locale
RUN uv venv --python /usr/local/bin/python babel \
    && uv pip install --no-cache --python babel/bin/python --require-hashes -r requirements/build.txt \
    && babel/bin/python compile_catalogues.py locale

# --- what runs ---
FROM python:3.11-slim-bookworm
# Pango draws the PDFs.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/hms --shell /usr/sbin/nologin hms \
    && install --directory --owner=hms --group=hms --mode=0700 /var/lib/hms
WORKDIR /srv/hms
COPY --from=packages /opt/hms /opt/hms
COPY --from=assets /build/assets assets
COPY . .
COPY --from=packages /build/locale locale
ENV PATH=/opt/hms/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HMS_ASSETS_DIR=/srv/hms/assets \
    HMS_STATIC_DIR=/srv/hms/staticfiles \
    HMS_STATE_DIR=/var/lib/hms
# Gathering static files reads settings but reaches no server; these values are gone after this line.
RUN SECRET_KEY=unused DATABASE_URL=postgres://unused@/unused REDIS_URL=redis://unused \
    python manage.py collectstatic --noinput --ignore css
USER hms
VOLUME /var/lib/hms
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s CMD ["python", "docker/healthcheck.py"]
CMD ["gunicorn", "hms.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--timeout", "60", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
