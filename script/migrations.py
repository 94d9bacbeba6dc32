#!/usr/bin/env python3
"""Writes migrations.c from schema/*.sql of the features: for each feature `const struct store_migration NAME_migrations[]`, in the
order of the files' names, ending with a NULL name. NNNN_name.lite.sql and NNNN_name.pg.sql are the twins of one step.

usage: migrations.py OUT.c features/NAME/schema/0001_start.sql...
"""
import json
import pathlib
import re
import sys

out, *paths = sys.argv[1:]
features = {}
for path in map(pathlib.Path, paths):
    feature = path.parent.parent.name
    name, kind = re.fullmatch(r"(\d{4}_\w+?)(\.lite|\.pg)?\.sql", path.name).groups()
    features.setdefault(feature, {}).setdefault(name, {})[kind or ""] = path.read_text(encoding="utf-8")


def literal(text):
    if text is None:
        return "NULL"
    return "\n        ".join(json.dumps(line + "\n", ensure_ascii=False) for line in text.rstrip("\n").split("\n"))


code = ['/* Made by script/migrations.py from the features\' schema folders. */', '#include "store/store.h"', '']
for feature, steps in sorted(features.items()):
    code.append(f"extern const struct store_migration {feature}_migrations[];")
    code.append(f"const struct store_migration {feature}_migrations[] = {{")
    for name, texts in sorted(steps.items()):
        code.append(f'    {{.feature = "{feature}", .name = "{name}",\n     .sql = {literal(texts.get(""))},\n'
                    f'     .sqlite = {literal(texts.get(".lite"))},\n     .postgres = {literal(texts.get(".pg"))}}},')
    code.append("    {0},\n};\n")
pathlib.Path(out).write_text("\n".join(code), encoding="utf-8")
