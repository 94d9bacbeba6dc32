#!/bin/bash
# Plants one mistake of each kind in a copy of the tree, each in its place: script/lint must name each with its file, and nothing else
# beside what it says of the tree as it is. The same for a leak and script/cppcheck.
set -u
cd "$(dirname "$0")/.." || exit 1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r src "$copy/src"
# "file: rule" of each finding.
lint() { script/lint --root "$copy" --no-format | sed -nE 's/^([^:]+):[0-9]+: ([a-z-]+): .*/\1: \2/p' | sort; }
lint >"$copy/before"
: >"$copy/wanted"
plant() { # plant RULE FILE TEXT: appended to FILE
    printf '%s\n' "$3" >>"$copy/$2"
    echo "$2: $1" >>"$copy/wanted"
}
people=src/features/people/people.c
page=src/features/themes/pages/board.html
plant arrow src/engine/topics/topics.h '#include "store/store.h"'
plant arrow $people '#include "features/themes/themes.h"'
plant arrow $people '#include "web/web.h"'
plant arrow src/features/ties/ties.h '#include "features/people/people_internal.h"'
plant arrow src/web/router.c '#include "store/store.h"'
plant include $people '#include "people_internal.h"'
plant call $people 'void *planted(void) { return malloc(10); }'
plant call $people 'void planted(void *it) { free (it); }'
plant call $people 'static void *(*planted)(size_t) = malloc;'
plant call src/web/router.c 'static void planted(char *a) { strcpy(a, "x"); }'
plant call src/jobs/jobs.c 'long planted(void) { return time(NULL); }'
plant sql $people 'STORE_SQL(sql_planted, "SELECT 1");'
plant markup src/features/accounts/accounts_web.c 'static const char *planted = "<b>%s</b>";'
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
plant line src/jobs/jobs.c "/* $(yes word | head -n 25 | tr '\n' ' ') */"
plant file src/base/buf.h "$(yes '/* a line */' | head -n 600)"
plant comment src/base/planted.c 'int planted;'
fails=0
if ! lint | diff - <(sort "$copy/before" "$copy/wanted") >"$copy/said"; then
    echo "lint and what was planted differ (>: not named, <: named but not planted):"
    cat "$copy/said"
    fails=1
fi
# Where it is allowed with a reason, it is not named.
printf '%s\n' '/* lint: allow call, the library frees it with free */' 'void planted_too(void *it) { free(it); }' >>"$copy/src/features/people/people_text.c"
lint | grep -q 'people_text.c: call' && { echo "lint names what is allowed in place"; fails=1; }
printf '%s\n' '#include <stdlib.h>' 'void planted(void);' 'void planted(void) { char *it = malloc(10); it[0] = 0; }' >"$copy/leak.c"
script/cppcheck "$copy/leak.c" >"$copy/said" 2>&1 && { echo "cppcheck does not name a leak"; fails=1; }
grep -q memleak "$copy/said" || { cat "$copy/said"; fails=1; }
exit $fails
