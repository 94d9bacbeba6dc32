#!/bin/bash
# Plants one mistake of each kind in a copy of the tree: script/lint must name each, with its file, and nothing else beside what it
# says of the tree as it is.
set -u
cd "$(dirname "$0")/.." || exit 1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r src "$copy/src"
lint() { script/lint --root "$copy" --no-format | sed 's/ [0-9]* lines/ lines/'; }
lint >"$copy/before"
fails=0
planted() { # planted RULE FILE: what lint says about the copy, and nothing besides
    local said
    said=$(lint | grep -vxFf "$copy/before")
    if ! grep -qE "^$2:[0-9]+: $1: " <<<"$said" || [ "$(wc -l <<<"$said")" -ne 1 ]; then
        echo "planted $1 in $2; lint said:"
        echo "$said"
        fails=1
    fi
}
plant() { # plant RULE FILE TEXT: appended to FILE
    printf '%s\n' "$3" >>"$copy/$2"
    planted "$1" "$2"
    cp "$2" "$copy/$2"
}
people=src/features/people/people.c
page=src/features/themes/pages/board.html
plant arrow src/engine/topics/topics.h '#include "store/store.h"'
plant arrow $people '#include "features/themes/themes.h"'
plant arrow src/features/ties/ties.h '#include "features/people/people_internal.h"'
plant arrow $people '#include "web/web.h"'
plant arrow src/web/router.c '#include "store/store.h"'
plant include $people '#include "people_internal.h"'
plant call $people 'void *planted(void) { return malloc(10); }'
plant call $people 'void planted(void *it) { free (it); }'
plant call $people 'static void *(*planted)(size_t) = malloc;'
plant call src/web/router.c 'static void planted(char *a) { strcpy(a, "x"); }'
plant call src/jobs/jobs.c 'long planted(void) { return time(NULL); }'
plant sql $people 'STORE_SQL(sql_planted, "SELECT 1");'
plant unescaped $page '<p>{{{name}}}</p>'
plant unescaped $page '<p>{{& name}}</p>'
plant unescaped $page '{{=<% %>=}}'
plant inline $page '<p style="color:red">x</p>'
plant inline $page '<button onclick="x()">x</button>'
plant inline $page '<script>x()</script>'
plant unquoted $page '<a href={{url}}>x</a>'
plant script-value $page '<script src="{{url}}"></script>'
plant allow $people '/* lint: allow call, no reason */'
plant function $people "$(printf 'void planted(void)\n{\n'; yes '    planted();' | head -n 80; printf '}\n')"
plant line $people "/* $(yes word | head -n 25 | tr '\n' ' ') */"
plant markup src/features/accounts/accounts_web.c 'static const char *planted = "<b>%s</b>";'
plant file src/base/buf.h "$(yes '/* a line */' | head -n 600)"
printf 'int planted;\n' >"$copy/src/base/planted.c"
planted comment src/base/planted.c
exit $fails
