#!/usr/bin/env python3
"""tally: counts what test programs said, for script/test. Never more than was seen to pass.

usage: tally.py unit TESTLOG.json         what `meson test` kept of cmocka's programs
       tally.py tap FILE EXIT-CODE        what node's runner printed

Shows what failed, with its words, and ends with the line "PASSED FAILED". Counted as failed too: a test that was skipped or never
reached because its program died, a program that ended badly without a failed test, and one in which no test ran.
"""
import json
import re
import sys

SHOWN_LINES = 60


def show(title, text):
    print(f"FAIL {title}")
    lines = text.strip().split("\n")
    if len(lines) > SHOWN_LINES:
        print(f"     (the last {SHOWN_LINES} of {len(lines)} lines)")
    for line in lines[-SHOWN_LINES:]:
        print(f"     {line}")


def tally_program(record):
    out, err = record.get("stdout", ""), record.get("stderr", "")
    planned = sum(int(n) for n in re.findall(r"\[==========\] Running (\d+) test\(s\)", out))
    passed = len(re.findall(r"\[       OK \] ", out))
    failed = planned - passed
    ended_well = record["result"] == "OK"
    why = []
    if planned == 0:
        why = ["no test ran"]
        failed = 1
    elif failed > 0:
        ok = re.findall(r"\[       OK \] (.+)", out)
        why = [f"failed: {name}" for name in re.findall(r"\[ RUN      \] (.+)", out) if name not in ok]
        skipped = re.findall(r"\[  SKIPPED \] (.+)", out)
        why += [f"skipped, and nothing may be: {name}" for name in skipped]
    elif not ended_well:
        failed = 1
    if failed:
        words = "\n".join(line for line in err.split("\n")
                          if not re.match(r"\[  (PASSED|SKIPPED|FAILED)|\s*$", line))
        show(f"{record['name']}: {record['result']}, exit status {record.get('returncode')}",
             words + "\n" + "\n".join(why))
    return passed, failed


def tally_unit(path):
    passed = failed = 0
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            records = [json.loads(line) for line in log if line.strip()]
    except OSError:
        records = []
    for record in records:
        ok, bad = tally_program(record)
        passed, failed = passed + ok, failed + bad
    if not records:
        print("FAIL no test program ran")
        failed += 1
    return passed, failed


def tally_tap(path, code):
    with open(path, encoding="utf-8", errors="replace") as log:
        text = log.read()
    counts = {word: int(n) for word, n in re.findall(r"^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$", text, re.M)}
    passed = counts.get("pass", 0)
    failed = sum(counts.get(word, 0) for word in ("fail", "cancelled", "skipped", "todo"))
    if failed == 0 and (code != 0 or passed == 0):
        failed = 1
        show("ended badly" if code else "no test ran", text)
    elif failed:
        blocks = re.findall(r"^( *)(not ok .*|ok .* # (?:SKIP|TODO).*)((?:\n(?! *(?:ok|not ok|# |1\.\.)).*)*)", text, re.M)
        for _, title, block in blocks:
            show(title, block)
        show("in all", " ".join(f"{word} {n}" for word, n in counts.items()))
    return passed, failed


what, where = sys.argv[1], sys.argv[2]
done = tally_unit(where) if what == "unit" else tally_tap(where, int(sys.argv[3]))
print(*done)
