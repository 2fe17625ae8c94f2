# API, workers and command line as one image. The project's own tests never built it: they lint it (hadolint), and try
# what it installs in an environment of its own.
#
# Every package comes from requirements.lock and is checked against its hash. The lock names the development tools too:
# so all wheels are fetched and checked first, and then only what the project needs to run is installed from them.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN pip download --quiet --no-deps --only-binary :all: --require-hashes --requirement requirements.lock --dest wheels
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY adapters adapters
COPY pipelines pipelines
COPY entrypoints entrypoints
RUN python -m venv builder \
 && builder/bin/pip install --quiet --no-index --find-links wheels hatchling \
 && builder/bin/python -m hatchling build -t wheel -d wheels \
 && python -m venv /opt/antiphon \
 && /opt/antiphon/bin/pip install --quiet --no-index --find-links wheels "antiphon[memcached,tracing]"

FROM python:3.13-slim
RUN groupadd --gid 10001 antiphon \
 && useradd --uid 10001 --gid antiphon --no-create-home --shell /usr/sbin/nologin antiphon
COPY --from=build /opt/antiphon /opt/antiphon
# State that is not in the database lives under /tmp, the one writable place of a read-only container.
ENV PATH=/opt/antiphon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ANTIPHON_HOME=/tmp/antiphon
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["antiphon"]
CMD ["--help"]
