#!/bin/sh
# Sets up everything Clinicraft needs on this machine: Python packages, then the browser app.
# With "test" it also installs a browser and a Chinese font for the tests. Safe to run again.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .make

apt_install() {
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    echo "Please install: $*" >&2
    exit 1
  fi
}

python=$(command -v python3.13 || command -v python3.12 || command -v python3.11 || command -v python3 || true)
if [ -z "$python" ] || ! "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  apt_install python3 python3-venv
  python=$(command -v python3)
fi

stamp=$(cat requirements.lock pyproject.toml | cksum)
if [ "$(cat .make/python 2>/dev/null)" != "$stamp" ]; then
  echo "Installing Python packages …"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
  .venv/bin/python -m uv pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes requirements.lock
  .venv/bin/python -m ensurepip >/dev/null 2>&1 || true
  .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
  .venv/bin/python -m uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
  echo "$stamp" > .make/python
fi

stamp=$( (cat designer_ui/package-lock.json; find designer_ui -path designer_ui/node_modules -prune -o -path designer_ui/dist -prune -o -type f -print0 | sort -z | xargs -0 cat) | cksum)
if [ "$(cat .make/ui 2>/dev/null)" != "$stamp" ] || [ ! -f designer_ui/dist/index.html ]; then
  tools/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  echo "Building the browser app …"
  tools/npm run --silent build
  echo "$stamp" > .make/ui
fi

if [ "${1:-}" = test ]; then
  missing=""
  command -v chromium >/dev/null || missing="$missing chromium"
  fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk fontconfig"
  .venv/bin/python -c 'from tools.own_redis import program; program()' 2>/dev/null || missing="$missing redis-server"
  # shellcheck disable=SC2086
  [ -z "$missing" ] || apt_install $missing
fi
