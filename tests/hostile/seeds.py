"""Plays one account after the other, on every core, and says which of them went wrong."""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path


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
