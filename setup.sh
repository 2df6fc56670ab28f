#!/bin/sh
# Makes .venv with the locked packages and installs the Debian packages named as
# arguments where that is possible; where it is not, says how and goes on.
set -eu
cd "$(dirname "$0")"

say() { printf 'setup: %s\n' "$*"; }

# How to become root without being asked for a password; "no" where there is no way.
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    as_root="no"
fi

fresh_lists=""
# Install one Debian package; services that it brings are not started.
apt_install() {
    command -v apt-get >/dev/null || return 1
    [ "$as_root" != no ] || return 1
    if [ -z "$fresh_lists" ]; then
        $as_root apt-get update -qq >/dev/null 2>&1 || true
        fresh_lists=yes
    fi
    policy=/usr/sbin/policy-rc.d
    made_policy=""
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
        $as_root chmod +x "$policy"
        made_policy=yes
    fi
    result=0
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1 || result=1
    [ -z "$made_policy" ] || $as_root rm -f "$policy"
    return $result
}

have() {
    case "$1" in
        rabbitmq-server) [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] ;;
        libfuse3-3) [ -n "$(find /lib /usr/lib -name 'libfuse3.so.3' 2>/dev/null | head -n 1)" ] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

install_missing() {
    for package in "$@"; do
        have "$package" && continue
        say "installing $package"
        if ! apt_install "$package" || ! have "$package"; then
            say "$package is missing; as root: apt-get install -y --no-install-recommends $package"
        fi
    done
}

# Beside the environment, which is downloaded meanwhile.  However this ends, apt-get is waited for:
# interrupted, it leaves packages half installed.
install_missing "$@" &
packages=$!
trap 'wait "$packages"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What the environment was made from; another sum makes it anew.
sum=$(cat requirements.lock pyproject.toml setup.sh | cksum)
stamp=.venv/installed-from
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

python=""
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "no Python 3.11 or newer found; as root: apt-get install -y python3 python3-venv"
    exit 2
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    wait "$packages" # apt-get works for one at a time
    say "installing python$version-venv"
    if ! apt_install "python$version-venv"; then
        say "Python's venv module is missing; as root: apt-get install -y python$version-venv"
        exit 2
    fi
fi

say "making .venv with $("$python" -V)"
rm -rf .venv
"$python" -m venv .venv
.venv/bin/python -m pip install -qq --disable-pip-version-check -r requirements.lock
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
printf '%s\n' "$sum" >"$stamp"
