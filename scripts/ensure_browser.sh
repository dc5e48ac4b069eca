#!/bin/sh
# Find the Chromium that browser tests drive, or install it where that can be done without asking.
# Prints the program's path. EPACT2_CHROMIUM names another one. (tests/browser/conftest.py looks alike.)
set -eu

find_browser() {
    for candidate in "${EPACT2_CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /snap/bin/chromium \
        /usr/bin/google-chrome /usr/bin/google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

# Charts are measured with Arial's metrics; without such a font the pictures shift.
has_font() {
    ! command -v fc-list >/dev/null 2>&1 || fc-list | grep -qiE 'liberation ?sans|arial'
}

if [ -n "${EPACT2_CHROMIUM:-}" ] && [ ! -x "$EPACT2_CHROMIUM" ]; then
    echo "EPACT2_CHROMIUM is $EPACT2_CHROMIUM, which is not a program. Set it to your Chromium or Chrome, or unset it." >&2
    exit 1
fi

if browser=$(find_browser) && has_font; then
    echo "Browser for tests: $browser"
    exit 0
fi

if [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ]; then
    echo "Installing chromium and fonts-liberation for the browser tests …"
    log=$(mktemp)
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-liberation; } >"$log" 2>&1 \
        && browser=$(find_browser); then
        rm -f "$log"
        echo "Browser for tests: $browser"
        exit 0
    fi
    tail -20 "$log" >&2
    rm -f "$log"
    echo "apt-get could not install chromium; its message is above." >&2
    exit 1
fi

if browser=$(find_browser); then
    echo "Browser for tests: $browser (no font with Arial's metrics was found: install fonts-liberation)"
    exit 0
fi

cat >&2 <<'TEXT'
The browser tests need Chromium or Google Chrome, and none was found. Install one of these, then run the command again:
  Debian:         sudo apt-get install chromium fonts-liberation
  Ubuntu:         sudo snap install chromium && sudo apt-get install fonts-liberation
  Fedora:         sudo dnf install chromium liberation-sans-fonts
  macOS:          Google Chrome, in /Applications
  anywhere else:  any Chromium, with EPACT2_CHROMIUM set to its path
TEXT
exit 1
