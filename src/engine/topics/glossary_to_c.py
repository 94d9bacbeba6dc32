#!/usr/bin/env python3
"""Writes a text file as a C string: glossary.tsv as topics_builtin_glossary. Remarks and empty lines stay out.

usage: glossary_to_c.py glossary.tsv OUT.c
"""
import pathlib, sys

lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
out = ['/* Made by glossary_to_c.py from glossary.tsv. */', '#include "engine/topics/topics_internal.h"', '',
       'const char topics_builtin_glossary[] = {']
data = "".join(line + "\n" for line in lines if line.strip() and not line.startswith("#")).encode() + b"\0"
for at in range(0, len(data), 24):
    out.append("    " + "".join(f"{byte if byte < 128 else byte - 256}," for byte in data[at:at + 24]))
pathlib.Path(sys.argv[2]).write_text("\n".join(out) + "\n};\n")
