#!/bin/sh
# Installs the named system packages where they are missing: chromium, postgresql, nodejs, python3-venv.
# Debian and its kin by apt-get (as root, or through sudo), macOS by Homebrew. Says what to do where neither is there.
set -eu

present() {
    case $1 in
    chromium)
        [ -n "${KIT_CHROMIUM:-}" ] && return 0
        command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
            [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ] ||
            [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]
        ;;
    postgresql) command -v pg_ctl >/dev/null || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 ;;
    nodejs) command -v node >/dev/null ;;
    python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    esac
}

missing=
for package in "$@"; do
    present "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing" >&2

if command -v apt-get >/dev/null; then
    root=
    [ "$(id -u)" -eq 0 ] || root=sudo
    $root apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
elif command -v brew >/dev/null; then
    for package in $missing; do
        case $package in
        chromium) brew install --cask chromium ;;
        nodejs) brew install node ;;
        postgresql) brew install postgresql@17 && brew link --force postgresql@17 ;;
        python3-venv) echo "this Python has no venv module; install Python from python.org or Homebrew" >&2 && exit 1 ;;
        esac
    done
else
    echo "cannot install:$missing; install them by hand and run make again" >&2
    exit 1
fi
