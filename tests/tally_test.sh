#!/bin/bash
# Plants test programs that fail in every way there is; script/tally.py must count each as it ended.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fails=0
expect() { # expect WANTED NAME OUTPUT: its last line is "PASSED FAILED"
    if [ "$(tail -n 1 <<<"$3")" != "$1" ]; then
        echo "$2: wanted $1, got:"
        echo "$3"
        fails=1
    fi
}
cd "$work" || exit 1

# Programs with cmocka, run by meson as ours are.
cat >meson.build <<'END'
project('planted', 'c')
planted = executable('planted', 'planted.c', dependencies: dependency('cmocka'))
foreach name : ['good', 'bad', 'skips', 'setup', 'dies', 'leaves', 'empty', 'slow']
  test(name, planted, args: name, timeout: 3)
endforeach
END
cat >planted.c <<'END'
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
static const char *how;
static void good(void **state) { (void)state; }
static void planted(void **state)
{
    (void)state;
    if (!strcmp(how, "bad")) assert_int_equal(1, 2);
    if (!strcmp(how, "skips")) skip();
    if (!strcmp(how, "dies")) abort();
    if (!strcmp(how, "leaves")) exit(0);
    if (!strcmp(how, "slow")) sleep(30);
}
static int before(void **state) { (void)state; return strcmp(how, "setup") ? 0 : -1; }
int main(int count, char **words)
{
    how = words[count - 1];
    setvbuf(stdout, NULL, _IONBF, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good), cmocka_unit_test_setup(planted, before), cmocka_unit_test(good)};
    return strcmp(how, "empty") ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
END
meson setup build >log 2>&1 && ninja -C build >>log 2>&1 || { cat log; exit 1; }
unit() { # unit WANTED NAME
    meson test -C build --no-rebuild "$2" >log 2>&1
    expect "$1" "$2" "$("$here/script/tally.py" unit build/meson-logs/testlog.json)"
}
unit "3 0" good
unit "2 1" bad
unit "2 1" skips
unit "2 1" setup
unit "1 2" dies
unit "1 2" leaves
unit "0 1" empty
unit "1 2" slow
expect "0 1" "no log" "$("$here/script/tally.py" unit nothing.json)"
said=$("$here/script/tally.py" unit build/meson-logs/testlog.json)
grep -q 'failed: planted' <<<"$said" || { echo "the name of what failed is not told"; fails=1; }

# Programs of node's runner.
tap() { # tap WANTED NAME TEXT
    printf '%s\n' "import { test } from 'node:test'; import assert from 'node:assert';" "$3" >"$2.mjs"
    node --test-reporter=tap "$2.mjs" >out 2>&1
    expect "$1" "$2" "$("$here/script/tally.py" tap out $?)"
}
good="test('good', () => {});"
tap "1 0" good.tap "$good"
tap "1 1" bad.tap "$good test('bad', () => assert.equal(1, 2));"
tap "1 1" skips.tap "$good test('skips', { skip: true }, () => {});"
tap "1 1" todo.tap "$good test('todo', { todo: true }, () => assert.fail());"
tap "0 1" empty.tap ""
tap "0 1" throws.tap "throw new Error('at the start');"
tap "1 1" late.tap "$good test('late', async () => { await new Promise((done) => setTimeout(done, 10)); throw new Error('late'); });"
tap "0 1" leaves.tap "$good test('leaves', () => process.exit(0));"
exit $fails
