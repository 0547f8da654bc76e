#!/bin/sh
# $CHROMIUM without the list of suggestions under its address bar, which nobody sees here and which
# each window loads twice. Of two --disable-features the last one counts, so these two join those
# that Playwright asks for.
for argument in "$@"; do
    shift
    case $argument in
    --disable-features=*) argument=$argument,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;;
    esac
    set -- "$@" "$argument"
done
exec "$CHROMIUM" "$@"
