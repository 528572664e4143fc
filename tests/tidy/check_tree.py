"""Checks the tree at the given root by tidy_rules; exit status 1 and one line per violation."""

import os
import sys
from pathlib import Path

import tidy_rules

# Inputs of decoders: bytes, neither prose nor code.
DATA_FOLDERS = ("tests/fuzz/corpora",)


def read_tree(root):
    tree = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if name not in ("build", "__pycache__")
                      and (not name.startswith(".") or name == ".ci")
                      and (here / name).as_posix() not in DATA_FOLDERS]
        for name in files:
            path = Path(folder, name)
            if path.is_file() and not name.startswith(".git"):
                tree[(here / name).as_posix()] = path.read_text("utf-8", "replace")
    return tree


def main():
    faults = tidy_rules.check_all(read_tree(Path(sys.argv[1])))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
