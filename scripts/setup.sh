#!/bin/sh
# Make the environment in .venv: sh scripts/setup.sh [test] [handout] [lab] [lock] [chromium] [firefox]
# and with `evaluation` one of its own in .venv-evaluation, for lm-evaluation-harness.
# Does nothing where the stamps say that it was done for these very requirements.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
bin=.venv/bin

say() { printf '[set-up] %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Hash of the named files, of the Python and of this place (a moved checkout is installed anew).
stamp_of() {
    "$PYTHON" - "$@" <<'END'
import hashlib, os, sys
content = hashlib.sha256(f"{sys.version} {sys.base_prefix} {os.getcwd()}".encode())
for name in sys.argv[1:]:
    content.update(open(name, "rb").read())
print(content.hexdigest())
END
}

apt_install() {
    say "installing $1"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

as_root_on_debian() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

version='import sys; print(sys.version_info[:2])'

environment_works() {
    [ "$("$bin/python" -c "import pip; $version" 2>/dev/null)" = "$("$PYTHON" -c "$version")" ]
}

make_environment() {
    if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        package="$(basename "$PYTHON")-venv"
        as_root_on_debian || fail "$PYTHON has no ensurepip. Install it, then run make again:
    sudo apt-get install $package"
        apt_install "$package"
    fi
    say "creating .venv"
    "$PYTHON" -m venv --clear .venv
}

# Compiled at once: a build starts Python a dozen times.
pip_install() { "$bin/python" -m pip install -qq --disable-pip-version-check --compile "$@"; }

# $1: requirement file, also the name of its stamp; further: arguments of a second pip install
install() {
    file=$1
    shift
    stamp=$(stamp_of pyproject.toml requirements.txt "$file")
    [ "$(cat ".venv/stamp-$file" 2>/dev/null)" = "$stamp" ] && return
    rm -f ".venv/stamp-$file"
    say "installing $file (minutes, the first time)"
    pip_install --no-deps -r "$file" # the files are complete, and nothing else is wanted
    [ $# = 0 ] || pip_install "$@"
    echo "$stamp" >".venv/stamp-$file"
}

# torch is large, and the harness wants other versions than the book: an environment of its own.
# With dependencies, for those of torch differ by machine (see requirements-evaluation.in).
install_evaluation() {
    stamp=$(stamp_of requirements-evaluation.txt)
    [ "$(cat .venv-evaluation/stamp 2>/dev/null)" = "$stamp" ] && return
    say "installing requirements-evaluation.txt into .venv-evaluation (minutes, the first time)"
    "$PYTHON" -m venv --clear .venv-evaluation
    .venv-evaluation/bin/python -m pip install -qq --disable-pip-version-check \
        -r requirements-evaluation.txt
    echo "$stamp" >.venv-evaluation/stamp
}

install_chromium() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    if as_root_on_debian && apt_install chromium; then
        return
    fi
    say "installing Playwright's Chromium"
    "$bin/python" -m playwright install chromium || fail "No Chromium for the browser tests and the handout.
Install one, then run make again: sudo apt-get install chromium"
}

install_firefox() {
    for name in firefox-esr firefox; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    as_root_on_debian && apt_install firefox-esr || fail "No Firefox for the long tests.
Install one, then run make again: sudo apt-get install firefox-esr"
}

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "$PYTHON is missing or older than 3.11. Name another: make site PYTHON=python3.12"

environment_works || make_environment
install requirements.txt --no-deps --no-build-isolation --editable .
for part in "$@"; do
    case $part in
    test | handout) install "requirements-$part.txt" ;;
    lab)
        install requirements-lab.txt
        # A double click on a chapter opens it as a notebook, here only.
        mkdir -p .venv/share/jupyter/lab/settings
        cat >.venv/share/jupyter/lab/settings/overrides.json <<'END'
{"@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Jupytext Notebook"}}}
END
        ;;
    lock) pip_install uv ;;
    evaluation) install_evaluation ;;
    chromium) install_chromium ;;
    firefox) install_firefox ;;
    *) fail "unknown part: $part" ;;
    esac
done
