"""The rules of the tree that a compiler does not check, as functions over {path: text}.

Each rule returns the violations as strings "path:line: what". ARCHITECTURE.md explains the room
rule; the two tables below are that rule, and a change of one is a change of the other.
"""

import re
from pathlib import PurePosixPath

BASE = {"platform/base"}
PLATFORM = BASE | {"platform"}
VALUES = BASE | {"engine/causality", "engine/record"}
ALL_PLATFORM = PLATFORM | {
    "platform/posix", "platform/curl", "platform/dbus", "platform/sqlite", "platform/vault"}
ENGINE_ROOMS = {"engine/" + name for name in (
    "record", "causality", "compress", "text", "change", "merge", "snapshot", "store", "commit",
    "bundle", "seal", "sign", "membership", "wire", "sync")}

# Invented casework, for demonstrations and measurements; it needs nothing.
INVENTED = "samples/invented"

# Which rooms a room may include, besides itself.
MAY_INCLUDE = {
    "platform/base": set(),
    "platform": BASE,
    "platform/posix": PLATFORM,
    "platform/curl": PLATFORM,
    "platform/dbus": PLATFORM,
    "platform/sqlite": PLATFORM,
    "platform/vault": PLATFORM | {"platform/sqlite"},
    "engine/causality": BASE,
    "engine/text": BASE | {"engine/causality"},
    "engine/wire": BASE,
    "engine/sign": BASE,
    "engine/record": BASE | {"engine/causality"},
    "engine/change": VALUES | {"engine/text"},
    "engine/merge": VALUES | {"engine/change", "engine/text"},
    "engine/compress": BASE,
    "engine/bundle": VALUES | {"engine/change", "engine/compress"},
    "engine/snapshot": VALUES | {"engine/compress"},
    "engine/membership": BASE | {"engine/sign"},
    "engine/seal": BASE | {"engine/wire", "engine/sign", "engine/membership"},
    "engine/store": VALUES | {"engine/change", "engine/merge", "engine/wire", "platform/sqlite"},
    "engine/commit": VALUES | {"engine/change", "engine/merge", "engine/snapshot", "engine/store",
                               "engine/text"},
    "engine/sync": PLATFORM | {
        "engine/causality", "engine/change", "engine/bundle", "engine/snapshot", "engine/seal",
        "engine/sign", "engine/membership", "engine/wire", "engine/store", "engine/commit"},
    "engine": PLATFORM | ENGINE_ROOMS,
    "engine/casework": BASE | {"engine", "engine/record"},
    "sync-server": PLATFORM | {
        "platform/posix", "platform/sqlite", "engine/wire", "engine/sign", "engine/membership"},
    INVENTED: set(),
    "samples": ALL_PLATFORM | {"engine", "engine/casework", "engine/record", INVENTED},
    "bench": ALL_PLATFORM | {
        "engine", "engine/bundle", "engine/casework", "engine/commit", "engine/record",
        "engine/causality", "engine/text", "engine/wire", "engine/sign", "engine/membership",
        "sync-server", INVENTED},
}

# Headers that a room that may include their room still may not: the store knows what merge's
# values look like and never merges.
BARRED_HEADERS = {
    "engine/store": {"engine/merge/merge.h", "engine/merge/resolvers.h"},
}

PROGRAMS = {"sync-server", "samples", "bench"}

# Which rooms may include a third party's headers. Tests may include any.
THIRD_PARTIES = (
    (r"tl/expected\.hpp", {"platform/base", "sync-server"}),
    (r"cereal/.*", {"engine/bundle"}),
    (r"(zstd|zdict)(_errors)?\.h", {"engine/compress", "bench"}),
    # In base for guarded memory only (docs/decisions/0007-guarded-memory.md).
    (r"sodium(\.h|/.*)", {"platform/base", "engine/sign", "engine/seal", "platform/vault"}),
    (r"sqlite3\.h", {"platform/sqlite", "platform/vault"}),
    (r"curl/.*", {"platform/curl"}),
    (r"systemd/.*", {"platform/dbus"}),
    (r"nlohmann/.*", {"engine/wire"} | PROGRAMS),
    (r"boost/.*", {"sync-server"}),
    # In the client for the sessions that libcurl does not keep (docs/decisions/0029).
    (r"openssl/.*", {"sync-server", "platform/curl"}),
    (r"CLI/.*", PROGRAMS),
    (r"toml\+\+/.*", {"sync-server", "samples"}),
    (r"qrencode\.h", {"samples"}),
    (r"(gtest|gmock|rapidcheck)([./].*)", set()),
    # The engine does no I/O of its own, so what POSIX declares stays out of it.
    (r"(sys|netinet|arpa|net|linux)/.*\.h|[a-z]+\.h",
     {"platform/posix", "platform/curl", "platform/sqlite", "platform/vault"} | PROGRAMS),
)

CPP_SUFFIXES = {".cc", ".h"}
CODE_SUFFIXES = CPP_SUFFIXES | {".py", ".cmake", ".sh"}
FILE_LINES_MAX = 500

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
# Written in pieces, so that this file does not break its own rules.
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b")
MACHINE_PATH = re.compile(r"(?<![\w./$}-])/(home|Users|root|work|mnt|media)/[\w.]")
SNAKE_CASE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def room_of(path):
    """The room of a C++ file, or None for a place that no room owns."""
    parts = PurePosixPath(path).parts
    if "/".join(parts[:2]) == INVENTED:
        return INVENTED
    if parts[0] in PROGRAMS | {"tests"}:
        return parts[0]
    if parts[0] not in ("platform", "engine"):
        return None
    return parts[0] if len(parts) == 2 else "/".join(parts[:2])


def is_cpp(path):
    return PurePosixPath(path).suffix in CPP_SUFFIXES


def numbered_lines(tree, wanted):
    for path, text in sorted(tree.items()):
        if wanted(path):
            for number, line in enumerate(text.splitlines(), 1):
                yield path, number, line


def quoted_include_fault(tree, room, header):
    if ".." in PurePosixPath(header).parts or header not in tree:
        return f'"{header}" is not a path from the root of the tree'
    target = room_of(header)
    if target == "tests" and room != "tests":
        return f'nothing but tests includes tests ("{header}")'
    if room in (target, "tests"):
        return None
    if room not in MAY_INCLUDE:
        return f"{room} is not a room of the architecture"
    if target not in MAY_INCLUDE[room] or header in BARRED_HEADERS.get(room, ()):
        return f'{room} may not include "{header}"'
    return None


def third_party_fault(room, header):
    if room == "tests" or re.fullmatch(r"[a-z0-9_]+", header):
        return None
    for pattern, rooms in THIRD_PARTIES:
        if re.fullmatch(pattern, header):
            return None if room in rooms else f"{room} may not include <{header}>"
    return f"no room was given <{header}>"


def check_rooms(tree):
    faults = []
    for path, number, line in numbered_lines(tree, is_cpp):
        include = INCLUDE.match(line)
        if not include:
            continue
        room, header = room_of(path), include.group(2)
        if include.group(1) == '"':
            fault = quoted_include_fault(tree, room, header)
        else:
            fault = third_party_fault(room, header)
        if fault:
            faults.append(f"{path}:{number}: {fault}")
    return faults


def check_rooms_are_named(tree):
    named = tree.get("ARCHITECTURE.md", "")
    folders = {str(PurePosixPath(path).parent) for path in tree
               if is_cpp(path) and not path.startswith("tests/")}
    return [f"ARCHITECTURE.md:1: does not name `{folder}`"
            for folder in sorted(folders) if f"`{folder}`" not in named]


def check_length(tree):
    return [f"{path}:{FILE_LINES_MAX + 1}: more than {FILE_LINES_MAX} lines"
            for path, text in sorted(tree.items())
            if PurePosixPath(path).suffix in CODE_SUFFIXES and not path.startswith("tests/")
            and len(text.splitlines()) > FILE_LINES_MAX]


def check_no_sleep(tree):
    def is_test_code(path):
        return path.startswith("tests/") and PurePosixPath(path).suffix in CODE_SUFFIXES
    return [f"{path}:{number}: a test waits for an event, not for time"
            for path, number, line in numbered_lines(tree, is_test_code) if SLEEP.search(line)]


def check_pragma_once(tree):
    return [f"{path}:1: a header begins with #pragma once" for path, text in sorted(tree.items())
            if path.endswith(".h") and not text.startswith("#pragma once\n")]


def check_marks(tree):
    return [f"{path}:{number}: an unfinished-work mark"
            for path, number, line in numbered_lines(tree, lambda path: True)
            if MARKS.search(line)]


def check_machine_paths(tree):
    return [f"{path}:{number}: the path of one machine"
            for path, number, line in numbered_lines(tree, lambda path: True)
            if MACHINE_PATH.search(line)]


def check_names(tree):
    return [f"{path}:1: file names are snake_case" for path in sorted(tree)
            if PurePosixPath(path).suffix in CODE_SUFFIXES
            and not SNAKE_CASE.fullmatch(PurePosixPath(path).stem)]


RULES = (check_rooms, check_rooms_are_named, check_length, check_no_sleep, check_pragma_once,
         check_marks, check_machine_paths, check_names)


def check_all(tree):
    return [fault for rule in RULES for fault in rule(tree)]
