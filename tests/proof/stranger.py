#!/usr/bin/env python3
"""The page of the proof as a stranger uses it: its commands, typed in a shell that has the tools it names and nothing else.

The demo records, signs, has two authorities (`openssl ts`) stamp, and publishes to a folder. Each command of its page must print what the page promises; then each attack
that can be seen is acted out on a copy, and both a command of the page and `trackrecord verify` must notice it. A command that no
attack makes fail checks nothing, and is named; one is planted to see that this is so. Exit 1 with everything that is wrong.

With `--machine DIR` the commands run in the bare system there (`debootstrap --variant=minbase bookworm DIR`), as root, with what the page says to
install and with what its `curl` fetches from an address: everything that a reader types, the fetching too.

Without the network no calendar of OpenTimestamps is asked: a program in its place (calendar.py) makes the proofs, of a block that there is not, and the real
client `ots` reads them where it is installed; whether a block has that root only a Bitcoin node could tell.
"""

import argparse
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import calendar_of_tests as calendar
from authority import Authority

# What the page asks for, beside a shell: coreutils, grep, sed, awk, OpenSSH's client, openssl, the client of OpenTimestamps. No program of ours.
TOOLS = ("sh awk cat cut date env grep head ls mkdir od openssl printf rm sed sha256sum sort comm ssh-keygen tail tr uniq wc "
         "xargs basename mv cp test expr seq ots").split()
# Attacks are acted out on two months: the loop over `prev` hashes the log once for each entry.
MONTHS = ("2022-06", "2022-07")
TREE = ("data/executions", "data/snapshots", "data/signals", "data/plans", "content/months", "content/trades")


class Page:
    """The commands of a page, each with what it promises."""

    def __init__(self, public, has_ots):
        text = (public / "proof/index.html").read_text(encoding="utf-8")
        self.head = plain(re.search(r"SHA-256 is <code>([0-9a-f]{64})</code>", text)[1])
        section = text[text.index('id="commands"'):text.index('id="attacks"')]
        self.commands, self.installed, self.fetched = [], [], []
        for said, code in re.findall(r"<p>((?:(?!<p>).)*?)</p>\s*<pre><code>(.*?)</code></pre>", section, re.S):
            words = plain(re.sub(r"<[^>]*>", "", said))
            promise = promised(words, self.head)
            if promise is None and "must print" in words:
                sys.exit(f"the page promises nothing that is understood of `{plain(code)}`: {said}")
            if promise is not None:
                self.commands.append((plain(code), promise))
            elif "apt-get" in code:
                self.installed.append(plain(code))
            elif "curl" in code or "pipx" in code:
                self.fetched.append(plain(code))
        if not has_ots:
            self.commands = [(command, promise) for command, promise in self.commands if not command.startswith("ots ")]
        if len(self.commands) < 9:
            sys.exit(f"only {len(self.commands)} commands of the page promise anything")


def plain(text):
    return html.unescape(text).strip("\n")


def promised(words, head):
    """What is promised of a command, as a test of what it prints."""
    if found := re.search(r"must print ([\d,]+) lines?:$", words):
        return lambda out: out.count("\n") == int(found[1].replace(",", ""))
    if found := re.search(r"must print ([\d,]+):$", words):
        return lambda out: out == found[1].replace(",", "") + "\n"
    if words.endswith("must print nothing:"):
        return lambda out: out == ""
    if words.endswith("must print its digest from above:"):
        return lambda out: out.split()[:1] == [head]
    if words.endswith("must print “Good”, and then the name of the entry that has the key:"):
        return lambda out: out.startswith("Good ") and re.search(r"\nentries/\d{6}-key-\S+\n$", out) is not None
    if times := re.findall(r"[A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4} GMT", words):
        return lambda out: (out.count("Verification: OK\n") == len(times) and
                            all(f"Time stamp: {time}\n" in out for time in times))
    if found := re.search(r"must print “([^”]+)”", words):
        return lambda out: found[1] in out
    return None


class Shell:
    """A shell that has these tools alone, as `PATH`, and an empty home."""

    def __init__(self, tools):
        self.tools = Path(tempfile.mkdtemp(prefix="tools-"))
        self.readers = Path(tempfile.mkdtemp(prefix="readers-"))
        for name in tools:
            if found := shutil.which(name):
                (self.tools / name).symlink_to(found)
        self.has_ots = (self.tools / "ots").exists()

    def typed(self, command, folder):
        """What it prints."""
        home = folder / ".home"
        home.mkdir(exist_ok=True)
        run = subprocess.run(["sh", "-c", command], cwd=folder, env={"PATH": str(self.tools), "HOME": str(home)}, capture_output=True)
        return run.stdout.decode("utf-8", "replace")


class Machine:
    """Another system, in a folder, in which a reader is root."""

    def __init__(self, root):
        self.root, self.has_ots = root, True
        self.readers = root / "root/readers"
        shutil.rmtree(self.readers, ignore_errors=True)
        self.readers.mkdir(parents=True)

    def run(self, command, folder):
        inside = "/" / folder.relative_to(self.root)
        # What `pipx` installs is found by the next shell.
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin:/root/.local/bin", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run(["chroot", self.root, "sh", "-c", f"cd {inside} && {{ {command}\n}}"], env=env, capture_output=True, text=True)

    def typed(self, command, folder):
        return self.run(command, folder).stdout

    def prepared(self, page):
        """The folder of a reader who has installed and fetched what the page says."""
        folder = self.readers / "fetched"
        folder.mkdir()
        for command in page.installed + page.fetched:
            done = self.run(command, folder)
            if done.returncode:
                sys.exit(f"`{command}` ends with {done.returncode}: {done.stderr}")
        return folder


def served(folder):
    """The address at which the files of a folder are to be had."""
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def downloaded(public, to):
    """What the page says to copy."""
    shutil.copytree(public / "proof", to)
    for name in ("daily.csv", "orders.csv"):
        shutil.copy(public / "data" / name, to)
    return to


class Copy:
    """A copy of the proof that an attacker may change."""

    def __init__(self, folder):
        self.folder = folder
        self.lines = [line[66:] for line in (folder / "log").read_text().splitlines()]
        self.entries = [(folder / name).read_bytes() for name in self.lines]

    def read(self, at):
        return json.loads(self.entries[at])

    def write(self, at, entry):
        self.entries[at] = dumped(entry)

    def find(self, kind):
        return next(at for at, name in enumerate(self.lines) if f"-{kind}-" in name)

    def save(self, chained=False, renumbered=False):
        """Writes log and files; where it is `chained`, as its owner could have written them from the first on."""
        shutil.rmtree(self.folder / "entries")
        (self.folder / "entries").mkdir()
        log = b""
        for at, name in enumerate(self.lines):
            if renumbered:
                name = self.lines[at] = f"entries/{at + 1:06}{name[len('entries/000000'):]}"
            if chained:
                prev = hashlib.sha256(log).hexdigest().encode()
                content = re.sub(rb'"prev":"[0-9a-f]{64}"', b'"prev":"' + prev + b'"', self.entries[at], count=1)
                self.entries[at] = re.sub(rb'"seq":\d+', b'"seq":%d' % (at + 1), content, count=1)
            (self.folder / name).write_bytes(self.entries[at])
            log += f"{hashlib.sha256(self.entries[at]).hexdigest()}  {name}\n".encode()
        (self.folder / "log").write_bytes(log)
        (self.folder / "entries.jsonl").write_bytes(b"".join(self.entries))

    def log(self, change):
        path = self.folder / "log"
        path.write_bytes(change(path.read_bytes()))


def dumped(entry):
    return (json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def edited(copy):
    at = copy.find("trades")
    path = copy.folder / copy.lines[at]
    path.write_bytes(path.read_bytes().replace(b'"side":"SELL"', b'"side":"BUY"', 1))


def dropped(copy):
    del copy.lines[5], copy.entries[5]
    copy.save()


def dropped_and_renumbered(copy):
    del copy.lines[5], copy.entries[5]
    copy.save(renumbered=True)


def inserted(copy):
    copy.lines.insert(5, copy.lines[5])
    copy.entries.insert(5, copy.entries[5])
    copy.save(renumbered=True)


def exchanged(copy):
    copy.log(lambda log: b"".join((rows := log.splitlines(True))[:5] + [rows[6], rows[5]] + rows[7:]))


def renamed(copy):
    (copy.folder / copy.lines[5]).rename(copy.folder / "entries/000006-gap-2022-06-07.json")


def cut_off(copy):
    """Only a signature over more lines, or a copy, tells that there was more."""
    (copy.folder / copy.lines.pop()).unlink()
    copy.entries.pop()
    copy.save()


def cut_off_and_gone_on(copy):
    at = copy.find("trades")
    entry = copy.read(at)
    entry["orders"] = entry["orders"][:1]
    copy.write(at, entry)
    copy.save(chained=True)


def signed_anew(copy):
    """The past rebuilt, and signed by somebody who has not the key that the log names."""
    cut_off_and_gone_on(copy)
    sign(copy, "ssh-ed25519")
    key = (copy.folder / "other.pub").read_text().split()
    (copy.folder / "allowed_signers").write_text(f'trackrecord namespaces="trackrecord-log" {key[0]} {key[1]}\n')


def signed_by_other(copy):
    sign(copy, "ssh-ed25519")


def sign(copy, kind):
    key = copy.folder / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True)
    for old in (copy.folder / "stamps").glob("*.sig"):
        count = int(old.stem)
        lines = (copy.folder / "log").read_bytes().splitlines(True)[:count]
        signature = subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "trackrecord-log", "-f", key], input=b"".join(lines),
                                   capture_output=True, check=True).stdout
        old.write_bytes(signature)


def newest_stamp(copy):
    return max((copy.folder / "stamps").glob("*.a.tsr"), key=lambda stamp: int(stamp.name.split(".")[0]))


def stamped_other_bytes(copy):
    """A token that an honest authority has given for something else."""
    newest_stamp(copy).write_bytes(AUTHORITIES[0].stamp(b"another log\n"))


def stamped_by_nobody(copy):
    """A token over the log by somebody for whom no certificate vouches: it may say any time."""
    stamp = newest_stamp(copy)
    lines = (copy.folder / "log").read_bytes().splitlines(True)[:int(stamp.name.split(".")[0])]
    stamp.write_bytes(STRANGER[0].stamp(b"".join(lines)))


def stamp_moved(copy):
    """The stamp over an older log, under the name of one over more lines."""
    stamp = newest_stamp(copy)
    lines = (copy.folder / "log").read_bytes().splitlines(True)[:3]
    stamp.write_bytes(AUTHORITIES[0].stamp(b"".join(lines)))


def block_moved(copy):
    """The proof of a block for another log."""
    next((copy.folder / "stamps").glob("*.ots")).write_bytes(calendar.proof(hashlib.sha256(b"another log\n").digest()))


def with_crlf(copy):
    copy.log(lambda log: log.replace(b"\n", b"\r\n", 1))


def in_bsd_style(copy):
    def change(log):
        first, rest = log.split(b"\n", 1)
        return b"SHA256 (%s) = %s\n%s" % (first[66:], first[:64], rest)
    copy.log(change)


def elsewhere(copy):
    (copy.folder.parent / "elsewhere.json").write_bytes(copy.entries[0])
    copy.log(lambda log: log.replace(copy.lines[0].encode(), b"entries/../../elsewhere.json", 1))


def said_twice(copy):
    """Two readers read two things in the same bytes; by the owner himself, so that all else is in order."""
    at = copy.find("day")
    copy.entries[at] = copy.entries[at].replace(b'"date":', b'"index":"9","date":', 1)
    copy.save(chained=True)
    shutil.rmtree(copy.folder / "stamps")


def order_said_twice(copy):
    at = copy.find("trades")
    copy.entries[at] = copy.entries[at].replace(b'"price":', b'"price":"1","price":', 1)
    copy.save(chained=True)
    shutil.rmtree(copy.folder / "stamps")


def figure_changed(copy):
    table = copy.folder / "daily.csv"
    rows = table.read_text().splitlines(True)
    cells = rows[-2].split(",")
    cells[2] = f"{float(cells[2]) * 1.01:.6f}"
    table.write_text("".join(rows[:-2] + [",".join(cells)] + rows[-1:]))


def day_hidden(copy):
    table = copy.folder / "daily.csv"
    rows = table.read_text().splitlines(True)
    table.write_text("".join(rows[:-3] + rows[-2:]))


def order_hidden(copy):
    table = copy.folder / "orders.csv"
    table.write_text("".join(table.read_text().splitlines(True)[:-1]))


def order_changed(copy):
    table = copy.folder / "orders.csv"
    rows = table.read_text().splitlines(True)
    cells = rows[1].split(",")
    cells[4] = str(float(cells[4]) - 1)
    table.write_text("".join(rows[:1] + [",".join(cells)] + rows[2:]))


ATTACKS = [edited, dropped, dropped_and_renumbered, inserted, exchanged, renamed, cut_off, cut_off_and_gone_on, signed_anew,
           signed_by_other, with_crlf, in_bsd_style, elsewhere, said_twice, order_said_twice, figure_changed, day_hidden,
           order_hidden, order_changed, stamped_other_bytes, stamped_by_nobody, stamp_moved, block_moved]

# Who stamps the log, and somebody who does not; made when they are first needed.
AUTHORITIES, STRANGER = [], []


def run(binary, *arguments):
    path = f"{calendar.program()}:{os.environ['PATH']}"
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, env={**os.environ, "PATH": path})
    if done.returncode:
        sys.exit(f"trackrecord {' '.join(map(str, arguments))}: {done.stderr}{done.stdout}")
    return done.stdout


def verifies(binary, copy, scratch):
    """Whether the program finds nothing wrong with a copy."""
    site = scratch / "as-a-site"
    shutil.rmtree(site, ignore_errors=True)
    (site / "data").mkdir(parents=True)
    shutil.copytree(copy, site / "proof")
    for name in ("daily.csv", "orders.csv"):
        shutil.copy(copy / name, site / "data")
    return subprocess.run([binary, "verify", site], capture_output=True).returncode == 0


def published(binary, demo, root, months=None, address=None):
    """The demo's record, or a part of it, recorded, signed, stamped and published; the folder of its pages."""
    shutil.copytree(demo, root, ignore=shutil.ignore_patterns("public", ".cache"))
    for folder in TREE if months else ():
        for file in (root / folder).iterdir():
            if not file.name.startswith(months):
                file.unlink()
    with (root / "config/config.toml").open("a") as config:
        config.write(f"\n[proof]\nopentimestamps = true\nauthorities = {json.dumps([authority.address for authority in AUTHORITIES])}\n")
    if address:
        text = (root / "config/config.toml").read_text()
        (root / "config/config.toml").write_text(text.replace("[site]", f"[site]\nbase_url = {json.dumps(address)}", 1))
    (root / "data/proof/tsa").mkdir(parents=True)
    for at, authority in enumerate(AUTHORITIES):
        shutil.copy(authority.root, root / f"data/proof/tsa/{at}.pem")
    run(binary, "--root", root, "proof", "init")
    run(binary, "--root", root, "proof", "key")
    pages = root.parent / f"{root.name}-pages"
    subprocess.run(["git", "init", "-q", "--bare", pages], check=True)
    run(binary, "--root", root, "publish", "--demo", "--remote", pages)
    shown = root.parent / f"{root.name}-shown"
    subprocess.run(["git", "clone", "-q", "--branch", "gh-pages", pages, shown], check=True)
    return shown


def kept_promises(page, folder, shell):
    """Which commands print what the page says."""
    return [promise(shell.typed(command, folder)) for command, promise in page.commands]


def blind(page, seen):
    """Commands that no attack makes fail."""
    return [command for (command, _), attacks in zip(page.commands, seen) if not attacks]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/trackrecord")
    parser.add_argument("--machine", type=Path, metavar="DIR", help="a bare Debian in a folder, to type the commands there")
    parser.add_argument("demo", type=Path, help="a folder that `trackrecord demo` has written")
    options = parser.parse_args()
    binary, faults = str(Path(options.binary).resolve()), []
    AUTHORITIES.extend(Authority(name) for name in ("First", "Second"))
    STRANGER.append(Authority("Nobody"))
    shell = Machine(options.machine.resolve()) if options.machine else Shell(TOOLS)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        shown = scratch / "whole-shown"
        whole = published(binary, options.demo, scratch / "whole", address=served(shown) if options.machine else None)
        page = Page(whole, shell.has_ots)
        good = shell.prepared(page) if options.machine else downloaded(whole, shell.readers / "all")
        kept = kept_promises(page, good, shell)
        faults += [f"the whole demo: `{command}` does not print what the page promises"
                   for (command, _), good in zip(page.commands, kept) if not good]
        faults += acted_out(binary, published(binary, options.demo, scratch / "part", MONTHS), scratch, shell)
    if not options.machine:
        shutil.rmtree(shell.tools)
    shutil.rmtree(shell.readers)
    for authority in AUTHORITIES + STRANGER:
        shutil.rmtree(authority.folder)
    unread = "" if shell.has_ots else "; `ots` is not installed, and its proof was not read"
    print(f"{len(page.commands)} commands of the page, {len(ATTACKS)} attacks, {len(faults)} faults{unread}")
    print("\n".join(f"! {fault}" for fault in faults), end="\n" if faults else "")
    sys.exit(1 if faults else 0)


def acted_out(binary, site, scratch, shell):
    """Every attack on a small site; what went unnoticed."""
    page, faults = Page(site, shell.has_ots), []
    # A command that promises what it always prints: it must be found out below.
    page.commands.append(("echo 0", promised("This must print 0:", page.head)))
    good = downloaded(site, shell.readers / "good")
    if not all(kept_promises(page, good, shell)) or not verifies(binary, good, scratch):
        faults.append("the page's commands or `verify` find fault with a good proof")
    seen = [[] for _ in page.commands]
    for attack in ATTACKS:
        shutil.rmtree(shell.readers / "copy", ignore_errors=True)
        copy = downloaded(site, shell.readers / "copy")
        attack(Copy(copy))
        kept = kept_promises(page, copy, shell)
        for attacks, good in zip(seen, kept):
            attacks.extend([] if good else [attack.__name__])
        # The page's own digest is its author's to write: whoever rebuilds the log rebuilds the page.
        own = [good for good, (command, _) in zip(kept, page.commands) if command != "sha256sum < log"]
        if all(own) and (shell.has_ots or attack is not block_moved):
            faults.append(f"{attack.__name__}: no command of the page sees it")
        if verifies(binary, copy, scratch):
            faults.append(f"{attack.__name__}: `trackrecord verify` does not see it")
    found = blind(page, seen)
    if found[-1:] != ["echo 0"]:
        faults.append("a command that always succeeds was planted, and is not noticed")
    return faults + [f"no attack makes `{command}` fail" for command in found if command != "echo 0"]


if __name__ == "__main__":
    main()
