#!/bin/bash
# Plants one mistake of each kind in a copy of the tree: script/lint must name each, with its file, and nothing else.
set -u
cd "$(dirname "$0")/.." || exit 1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
fails=0
plant() { # plant RULE FILE TEXT: appended to a fresh copy of FILE
    rm -rf "${copy:?}"/*
    mkdir -p "$copy/script"
    cp -r src "$copy/src"
    printf '%s\n' "$3" >>"$copy/$2"
    said=$(script/lint --root "$copy" --no-format)
    if ! grep -qE "^$2:[0-9]+: $1: " <<<"$said" || [ "$(wc -l <<<"$said")" -ne 1 ]; then
        echo "planted $1 in $2; lint said:"
        echo "$said"
        fails=1
    fi
}
plant arrow src/engine/topics/topics.h '#include "store/store.h"'
plant arrow src/features/people/people.c '#include "features/themes/themes.h"'
plant arrow src/features/themes/themes.c '#include "features/people/people_internal.h"'
plant call src/features/people/people.c 'void *planted(void) { return malloc(10); }'
plant call src/web/router.c 'static void planted(char *a) { strcpy(a, "x"); }'
plant unescaped src/features/themes/pages/board.html '<p>{{{name}}}</p>'
plant inline src/features/themes/pages/board.html '<p style="color:red">x</p>'
plant unquoted src/features/themes/pages/board.html '<a href={{url}}>x</a>'
plant allow src/features/people/people.c '/* lint: allow call, no reason */'
plant function src/features/people/people.c "$(printf 'void planted(void)\n{\n'; yes '    planted();' | head -n 80; printf '}\n')"
exit $fails
