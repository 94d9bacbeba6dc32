#!/bin/bash
# What a package installs: manual page, completion, service. Each is used as its reader would.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fails=0
wrong() {
    echo "$1"
    fails=1
}
DESTDIR=$work/root meson install -C "$build" --no-rebuild --quiet >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
file() { find "$work/root" -path "*/$1" | head -n 1; }
program=$(file bin/convene)
[ -x "$program" ] || wrong "the program is not installed"
"$program" version >/dev/null || wrong "the installed program does not run"

manual=$(file man1/convene.1)
[ -s "$manual" ] || { echo "the manual page is not installed"; exit 1; }
said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$manual" 2>&1 >/dev/null)
[ -z "$said" ] || wrong "man about the page: $said"
read_page=$(LC_ALL=C.UTF-8 MANWIDTH=80 man -l -E UTF-8 "$manual" | col -b)
for words in NAME SYNOPSIS 'collectives form' '--seed' 'EXIT STATUS'; do
    grep -qF -- "$words" <<<"$read_page" || wrong "the page does not show: $words"
done
# Every verb that the help names has its part in the manual.
"$program" --help | sed -n 's/^  \([a-z ]*[a-z]\)   *[A-Za-z].*/\1/p' >"$work/verbs"
[ "$(wc -l <"$work/verbs")" -ge 30 ] || wrong "the help names few verbs: $(tr '\n' ';' <"$work/verbs")"
while read -r verb; do
    grep -qE "^\.SS convene $verb( |$)" "$manual" || wrong "the manual lacks: $verb"
done <"$work/verbs"

completes() { # completes WANTED WORD...: what the last word may become
    local wanted=$1
    shift
    COMP_WORDS=(convene "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _convene
    [ "${COMPREPLY[*]}" = "$wanted" ] || wrong "completion of \"$*\": wanted \"$wanted\", got \"${COMPREPLY[*]}\""
}
# shellcheck source=/dev/null
. "$(file bash-completion/completions/convene)"
completes "collectives config" co
completes "people places" import p
completes "backup" ba
completes "verify" backup ve
completes "--seed" collectives form --see
completes "--listen" serve --li
completes "meson.build meson_options.txt" import people meson

service=$(file systemd/system/convene.service)
sed "s|^ExecStart=[^ ]*|ExecStart=$program|" "$service" >"$work/convene.service"
said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$work/convene.service" 2>&1)
[ -z "$said" ] || wrong "systemd-analyze verify: $said"
systemd-analyze security --offline=true --threshold=20 --no-pager "$work/convene.service" >"$work/log" 2>&1 ||
    wrong "the service is less closed than 2.0: $(tail -n 1 "$work/log")"
exit $fails
