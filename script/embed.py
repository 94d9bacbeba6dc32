#!/usr/bin/env python3
"""Writes embedded.S and embedded.c: the table of files that travel inside the program (src/base/embedded.h).

usage: embed.py OUT.S OUT.c OUT_DIR NAME=PATH...
"""
import gzip, hashlib, pathlib, sys

out_s, out_c, out_dir, *pairs = sys.argv[1:]
pathlib.Path(out_dir).mkdir(parents=True, exist_ok=True)
packed = {".html", ".css", ".js", ".svg", ".sql", ".csv", ".txt", ".json", ".tsv"}
asm, externs, rows = [], [], []
files = sorted((pair.split("=", 1) for pair in pairs), key=lambda p: p[0].encode())
for i, (name, path) in enumerate(files):
    data = pathlib.Path(path).read_bytes()
    etag = hashlib.sha256(data).hexdigest()[:16]
    blobs = [("b", str(pathlib.Path(path).resolve()), len(data))]
    if pathlib.Path(name).suffix in packed:
        small = gzip.compress(data, 9, mtime=0)
        if len(small) < len(data):
            at = pathlib.Path(out_dir) / f"embedded_{i}.gz"
            at.write_bytes(small)
            blobs.append(("g", str(at.resolve()), len(small)))
    for kind, at, _ in blobs:
        asm.append(f'    .global cv_embedded_{kind}{i}\n    .hidden cv_embedded_{kind}{i}\n    .balign 16\n'
                   f'cv_embedded_{kind}{i}:\n    .incbin "{at}"\n    .byte 0\n')
        externs.append(f"extern const char cv_embedded_{kind}{i}[];")
    gz = f"cv_embedded_g{i}, {blobs[1][2]}" if len(blobs) > 1 else "NULL, 0"
    rows.append(f'    {{"{name}", cv_embedded_b{i}, {len(data)}, {gz}, "\\"{etag}\\""}},')
pathlib.Path(out_s).write_text("    .section .rodata\n" + "".join(asm) + '    .section .note.GNU-stack,"",@progbits\n')
pathlib.Path(out_c).write_text("/* Made by script/embed.py. */\n#include \"base/embedded.h\"\n\n" + "\n".join(externs)
                               + "\n\nconst struct cv_embedded cv_embedded_files[] = {\n" + "\n".join(rows)
                               + f"\n}};\nconst size_t cv_embedded_count = {len(files)};\n")
