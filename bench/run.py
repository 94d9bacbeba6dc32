#!/usr/bin/env python3
"""Measures Convene and a peer in one run and prints both and their ratio. Each figure is the median of several runs.

usage: bench/run.py [import] [themes] [collectives] [page] [start]     (default: all; script/bench installs what is needed)
"""
import atexit
import csv
import json
import os
import pathlib
import random
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONVENE = str(ROOT / "build/convene")
work = pathlib.Path(tempfile.mkdtemp(prefix="convene-bench-"))
rows = []


def timed(command, runs=3, before=None, **options):
    """Median seconds of wall time, and of CPU, of a command that must succeed."""
    wall, cpu = [], []
    for _ in range(runs):
        if before:
            before()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, **options)
        wall.append(time.perf_counter() - start)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return statistics.median(wall), statistics.median(cpu), done.stdout


def say(what, ours, peer_name, peer, unit="s"):
    ratio = f"{peer / ours:.1f}×" if ours else "–"
    rows.append((what, f"{ours:.3g} {unit}", f"{peer_name}: {peer:.3g} {unit}", ratio))
    print(f"{what:58} {ours:9.4g} {unit:3}  {peer_name}: {peer:.4g} {unit}  (peer / ours {ratio})", flush=True)


def remove(path):
    for tail in ("", "-wal", "-shm"):
        pathlib.Path(f"{path}{tail}").unlink(missing_ok=True)


# --- import -----------------------------------------------------------------------------------------------------

def roster(path, count):
    """Invented people: names from syllables, so that few are alike; seeded."""
    rng = random.Random(7)
    syllables = "ma ri so la ben to ka ne lo di an ra mi gu el fa ju no pe te vi xo za".split()
    roles = ["Teacher leader", "Principal", "Instructional coach", "Superintendent", "Family liaison", "Counselor"]
    word = lambda n: "".join(rng.choice(syllables) for _ in range(n)).capitalize()
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["Name", "E-mail", "Role", "District", "Languages", "Slots", "Offers", "Years"])
        for i in range(count):
            out.writerow([f"{word(3)} {word(4)}", f"p{i}@example.org", rng.choice(roles), f"District {rng.randrange(200)}",
                          rng.choice(["English", "English, Spanish"]), "Tue 16-18; Thu pm", "writes grants", rng.randrange(30)])


def bench_import():
    db, peer_db = work / "import.db", work / "peer.db"
    for count in (10_000, 100_000):
        file = work / f"roster{count}.csv"
        roster(file, count)

        def fresh():
            remove(db)
            subprocess.run([CONVENE, "init", "--data", db], check=True, capture_output=True)

        base = [CONVENE, "import", "people", str(file), "--data", str(db)]
        runs = 3 if count == 10_000 else 1
        preview, _, _ = timed(base + ["--dry-run"], runs, fresh)
        store, _, _ = timed(base, runs, fresh)
        peer, _, _ = timed(["csvsql", "--db", f"sqlite:///{peer_db}", "--insert", str(file)], 1, lambda: remove(peer_db))
        say(f"import of {count:,} people: previewed", preview, "csvsql --insert", peer)
        say(f"import of {count:,} people: read, checked, stored", store, "csvsql --insert", peer)


# --- themes and collectives -----------------------------------------------------------------------------------------

SKLEARN = """
import csv, sys, time
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
texts = [r["statement"] for r in csv.DictReader(open(sys.argv[1], encoding="utf-8"))]
start = time.perf_counter()
x = TfidfVectorizer(min_df=2).fit_transform(texts)
KMeans(8, n_init=10, random_state=0).fit(x)
print(time.perf_counter() - start)
"""


def demo_data():
    """The demo network as its own export files would bring it, not yet themed."""
    db = work / "demo.db"
    remove(db)
    subprocess.run([CONVENE, "init", "--name", "Tres Ríos", "--lang", "en,es", "--data", db], check=True, capture_output=True)
    for kind, name in (("places", "places"), ("people", "roster"), ("statements", "statements"), ("ties", "ties")):
        subprocess.run([CONVENE, "import", kind, ROOT / f"tests/data/{name}.csv", "--data", db], check=True, capture_output=True)
    return db


def bench_themes():
    times = []
    for _ in range(3):
        db = demo_data()
        times.append(timed([CONVENE, "themes", "find", "--data", str(db)], 1)[0])
    ours = statistics.median(times)
    peer = statistics.median(float(timed(["/usr/bin/python3", "-c", SKLEARN, str(ROOT / "tests/data/statements.csv")], 1)[2]) for _ in range(3))
    say("themes of the demo, whole command, number chosen by itself", ours, "scikit-learn TF-IDF + KMeans, 8 given", peer)


def bench_collectives():
    db = demo_data()
    timed([CONVENE, "themes", "find", "--data", str(db)], 1)
    ours, _, out = timed([CONVENE, "collectives", "form", "--json", "--data", str(db)], 3)
    people = json.loads(out)
    count = sum(g["people_count"] for g in people["collectives"])
    # The peer: one theme's people in two groups as a mixed integer program, pairs of one role or district counted, by cbc.
    largest = max(people["collectives"], key=lambda g: g["people_count"])
    theme = [p for g in people["collectives"] if g.get("theme") == largest.get("theme") for p in g["people"]][:14]
    model = work / "theme.lp"
    n = range(len(theme))
    same = [(i, j) for i in n for j in n if i < j and (theme[i]["role"] == theme[j]["role"] or theme[i].get("place") == theme[j].get("place"))]
    text = "Minimize\n obj: " + " + ".join(f"y{i}_{j}_{g}" for i, j in same for g in (0, 1)) + "\nSubject To\n"
    text += "".join(f" a{i}: x{i}_0 + x{i}_1 = 1\n" for i in n)
    text += "".join(f" s{g}: " + " + ".join(f"x{i}_{g}" for i in n) + " <= 10\n" for g in (0, 1))
    text += "".join(f" m{g}: " + " + ".join(f"x{i}_{g}" for i in n) + " >= 4\n" for g in (0, 1))
    text += "".join(f" p{i}_{j}_{g}: y{i}_{j}_{g} - x{i}_{g} - x{j}_{g} >= -1\n" for i, j in same for g in (0, 1))
    text += "Binary\n" + " ".join([f"x{i}_{g}" for i in n for g in (0, 1)] + [f"y{i}_{j}_{g}" for i, j in same for g in (0, 1)]) + "\nEnd\n"
    model.write_text(text)
    peer, _, _ = timed(["cbc", str(model), "sec", "60", "solve", "quit"], 1)
    say(f"collectives of the demo ({count} people, all rules), whole command", ours, f"cbc, {len(theme)} people, two rules", peer)


# --- pages ------------------------------------------------------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_of(pid):
    """User and system seconds of a process and its children that live."""
    total = 0
    for each in [pid] + [int(p) for p in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]:
        fields = pathlib.Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def resident_kb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def load(url, pid, headers=(), seconds=5):
    """CPU seconds of the server a request, requests a second, and whether all answers were 2xx."""
    before = cpu_of(pid)
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", url]
    for header in headers:
        command += ["-H", header]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = cpu_of(pid) - before
    requests = int(re.search(r"(\d+) requests in", out)[1])
    if "Non-2xx" in out:
        sys.exit(f"{url}: answers that are no success\n{out}")
    return used / requests, float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


class Server:
    """A running `convene serve`; ended with the bench, whatever happens to it."""

    def __init__(self, db, *args):
        self.process = subprocess.Popen([CONVENE, "serve", "--json", "--data", str(db), "--listen", "127.0.0.1:0", "--log-level", "error",
                                         "--rate-limits", "no", *args], stdout=subprocess.PIPE, text=True)
        atexit.register(self.stop)
        told = json.loads(self.process.stdout.readline())
        self.address, self.link = told["address"], told.get("owner_link")

    def sign_in(self):
        import http.cookiejar
        import urllib.parse
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = opener.open(self.link).read().decode()
        action = re.search(r'<form[^>]*action="([^"]+)"', page)[1]
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        opener.open(urllib.parse.urljoin(self.address, action), urllib.parse.urlencode(fields).encode())
        return "Cookie: " + "; ".join(f"{c.name}={c.value}" for c in jar)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


def nginx(folder):
    port = free_port()
    config = work / "nginx.conf"
    user = "user root; " if os.geteuid() == 0 else ""
    config.write_text(f"{user}daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/nginx.log; events {{}}\n"
                      f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {folder}; default_type text/html; }} }}\n")
    process = subprocess.Popen(["nginx", "-c", str(config), "-p", str(work)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(process.terminate)
    time.sleep(0.5)
    return process, port


def bench_page():
    db = work / "page.db"
    remove(db)
    subprocess.run([CONVENE, "demo", "--once", "--data", db], check=True, capture_output=True)
    server = Server(db)
    cookie = server.sign_in()
    url = f"{server.address}/people?per_page=30"
    request = urllib.request.Request(url, headers={"Cookie": cookie.split(": ", 1)[1]})
    body = urllib.request.urlopen(request).read()
    folder = work / "www"
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_bytes(body)
    load(url, server.process.pid, [cookie], 1)
    ours, rate = load(url, server.process.pid, [cookie])
    memory = resident_kb(server.process.pid)
    process, port = nginx(folder)
    file_cpu, file_rate = load(f"http://127.0.0.1:{port}/page.html", process.pid)
    process.terminate()
    process.wait()
    print(f"a page of {len(body):,} bytes with 30 people: {rate:,.0f} a second; nginx, the same bytes as a file: {file_rate:,.0f}")
    say("a 30-row page from the store, CPU of the server", ours * 1e6, "nginx, same bytes as a file", file_cpu * 1e6, "µs")
    repo = work / "peer.fossil"
    env = {**os.environ, "HOME": str(work), "USER": "bench"}
    subprocess.run(["fossil", "init", str(repo)], check=True, capture_output=True, env=env)
    checkout = work / "checkout"
    checkout.mkdir()
    run = lambda *a: subprocess.run(["fossil", *a], check=True, capture_output=True, cwd=checkout, env=env)
    run("open", str(repo))
    for i in range(30):
        (checkout / "file.txt").write_text("line\n" * (i + 1))  # a new size each time: fossil looks at time and size
        if i == 0:
            run("add", "file.txt")
        run("commit", "-m", f"step {i}", "--no-warnings")
    port = free_port()
    peer = subprocess.Popen(["fossil", "server", "--localhost", "--port", str(port), str(repo)], env=env, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    start, count = cpu_of(peer.pid), 60
    at = time.perf_counter()
    for _ in range(count):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/timeline?n=30").read()
    wall = (time.perf_counter() - at) / count
    peer.terminate()
    peer.wait()
    at = time.perf_counter()
    for _ in range(count):
        urllib.request.urlopen(request).read()
    say("the same page, one after another, wall time", (time.perf_counter() - at) / count * 1e3, "fossil timeline of 30 rows", wall * 1e3, "ms")
    print(f"resident memory of the server after the load: {memory / 1024:.1f} MiB")
    rows.append(("resident memory after the load", f"{memory / 1024:.1f} MiB", "", ""))
    server.stop()


def bench_start():
    db = work / "start.db"
    subprocess.run([CONVENE, "init", "--data", db], check=True, capture_output=True)
    times, peers = [], []
    repo = work / "start.fossil"
    env = {**os.environ, "HOME": str(work), "USER": "bench"}
    subprocess.run(["fossil", "init", str(repo)], check=True, capture_output=True, env=env)
    for _ in range(7):
        at = time.perf_counter()
        server = Server(db)
        urllib.request.urlopen(f"{server.address}/healthz").read()
        times.append(time.perf_counter() - at)
        server.stop()
        port = free_port()
        at = time.perf_counter()
        peer = subprocess.Popen(["fossil", "server", "--localhost", "--port", str(port), str(repo)], env=env, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/timeline").read()
                break
            except OSError:
                time.sleep(0.002)
        peers.append(time.perf_counter() - at)
        peer.terminate()
        peer.wait()
    say("from start to first answer", statistics.median(times), "fossil server", statistics.median(peers))


benches = {"import": bench_import, "themes": bench_themes, "collectives": bench_collectives, "page": bench_page, "start": bench_start}
try:
    for name in sys.argv[1:] or benches:
        benches[name]()
finally:
    shutil.rmtree(work, ignore_errors=True)
print("\n| what | Convene | peer | peer / ours |\n|---|---|---|---|")
for row in rows:
    print("| " + " | ".join(row) + " |")
