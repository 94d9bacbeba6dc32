#!/usr/bin/env python3
"""completion: writes convene's completion for bash from what `convene man` says of the verbs.

usage: completion.py MANUAL OUT
"""
import pathlib
import re
import sys

manual, out = sys.argv[1:]
words, options, common, verb = set(), {}, [], None
after = {}   # "import" -> people places ties …
for line in pathlib.Path(manual).read_text(encoding="utf-8").replace("\\-", "-").split("\n"):
    if line.startswith(".SS convene "):
        usage = line[len(".SS convene "):]
        verb = " ".join(re.match(r"(?:[a-z]+(?= |$) ?)*", usage).group(0).split())
        words.add(verb)
        for choice in re.findall(r"(?<= )[a-z]+(?:\|[a-z]+)+", usage)[:1]:   # import people|places|…
            after.setdefault(verb, set()).update(choice.split("|"))
    elif line.startswith(".SH "):
        verb = None
    elif match := re.match(r"\.B (--[a-z-]+)", line):
        (options.setdefault(verb, []) if verb else common).append(match.group(1))

for verb in words:
    parts = verb.split()
    for i, part in enumerate(parts):
        after.setdefault(" ".join(parts[:i]), set()).add(part)
rows = [f'        "{verb}") words="{" ".join(sorted(after.get(verb, set())) + options.get(verb, []))}" ;;'
        for verb in sorted(words | set(after))]
pathlib.Path(out).write_text(f"""# bash completion of convene. Made by packaging/completion.py from the manual page.
_convene()
{{
    local current=${{COMP_WORDS[COMP_CWORD]}} verb="" words="" word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        [[ $word == [a-z]* ]] || break
        case "${{verb:+$verb }}$word" in
        {" | ".join(f'"{verb}"' for verb in sorted(words | set(after)) if verb)}) verb="${{verb:+$verb }}$word" ;;
        *) break ;;
        esac
    done
    case "$verb" in
{chr(10).join(rows)}
    esac
    if [[ $current == -* ]]; then words="$words {" ".join(common)}"; fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current" | sort -u)
    # Files where the verb has no word of its own to offer.
    [ ${{#COMPREPLY[@]}} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$current" | sort -u)
}}
complete -o filenames -F _convene convene
""", encoding="utf-8")
