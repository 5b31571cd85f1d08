"""Plays one account after the other, on every core, each in two orders of its files, and says which of them went wrong."""

import argparse
import json
import os
import shutil
import subprocess
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path


class Site:
    """A new site, and the program on it."""

    def __init__(self, binary, root, account):
        self.binary, self.root = binary, root
        subprocess.run([binary, "init", root], check=True, capture_output=True)
        (root / "config/config.toml").write_text(
            '[site]\ntitle = "Hostile"\nauthor = "Nobody"\nstatus = "live"\n\n'
            f'[account]\n{account}\n\n[benchmark]\nsymbol = ""\n')
        for page in (root / "content").glob("*.md"):
            page.unlink()

    def run(self, *arguments, codes=(0,)):
        done = subprocess.run([self.binary, "--root", self.root, *arguments], capture_output=True, text=True)
        if done.returncode not in codes:
            words = (done.stderr + done.stdout).strip()[-1500:]
            raise AssertionError(f"`{' '.join(map(str, arguments[:3]))}` ended with {done.returncode}: {words}")
        return done.stdout

    def problems_of_build(self):
        try:
            self.run("build")
        except AssertionError as problem:
            return [str(problem)]
        return []

    def figures(self):
        return json.loads(self.run("stats", "--json", codes=(0, 1)))


def in_two_orders(source, files, folder, keep, attempt):
    """What is wrong with the figures of the same files in two orders.

    `attempt(root, number)` imports them, the second time in another order, and gives the figures and what is wrong with
    them. A folder in which something is wrong is kept as `keep`.
    """
    seen = None
    for number in range(2):
        source.shuffle(files)
        figures, problems = attempt(folder / f"site{number}", number)
        if seen is not None and figures != seen:
            problems.append("another order of import gives other figures")
        if problems:
            if keep:
                shutil.copytree(folder, keep, dirs_exist_ok=True)
            return problems
        seen = figures
    return []


def judged(one, binary, keep, seed):
    try:
        return seed, one(binary, seed, keep)
    except AssertionError as problem:
        return seed, [str(problem)]


def play(description, one):
    """`one(binary, seed, keep)` lists what is wrong with the account of a seed. The exit code of all of them."""
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("--binary", required=True, type=Path)
    arguments.add_argument("--runs", type=int, default=50)
    arguments.add_argument("--first", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="where to leave the sites that went wrong")
    arguments = arguments.parse_args()
    wrong = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        seeds = range(arguments.first, arguments.first + arguments.runs)
        for seed, problems in pool.map(partial(judged, one, arguments.binary.resolve(), arguments.keep), seeds):
            if problems:
                wrong += 1
                print(f"seed {seed}:", *problems[:6], sep="\n  ", flush=True)
    print(f"{arguments.runs - wrong} passed, {wrong} failed")
    return 1 if wrong else 0
