"""Feeds tidy_rules small made-up trees: each rule must catch its violation, and only that."""

import unittest

import tidy_rules

HEADER = "#pragma once\n"

# A tree without a fault.
GOOD = {
    "ARCHITECTURE.md": "`platform/base` `platform` `engine/sign` `engine/merge` `engine/store` "
                       "`engine` `engine/casework` `sync-server` `sync-server/sqlite`\n",
    "platform/base/bytes.h": HEADER + "#include <vector>\n#include <tl/expected.hpp>\n",
    "platform/clock.h": HEADER + '#include "platform/base/bytes.h"\n',
    "engine/sign/hash.h": HEADER + "#include <sodium.h>\n",
    "engine/merge/merge.h": HEADER,
    "engine/merge/conflict.h": HEADER,
    "engine/store/store.h": HEADER + '#include "engine/merge/conflict.h"\n',
    "engine/engine.h": HEADER + '#include "engine/store/store.h"\n#include "platform/clock.h"\n',
    "engine/casework/kinds.h": HEADER + '#include "engine/engine.h"\n',
    "sync-server/main.cc": "#include <boost/asio.hpp>\n#include <unistd.h>\n"
                           '#include "engine/sign/hash.h"\n',
    "sync-server/sqlite/store.cc": '#include "platform/base/bytes.h"\n',
    "tests/a_test.cc": '#include <sqlite3.h>\n#include "engine/engine.h"\n',
}


class TidyRulesTest(unittest.TestCase):

    def assert_only(self, rule, path, text, expected):
        """With this file put into the good tree, exactly this rule speaks, and says so."""
        tree = GOOD | {path: text}
        for other in tidy_rules.RULES:
            if other is not rule:
                self.assertEqual(other(tree), [], other.__name__)
        faults = rule(tree)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(expected, faults[0])

    def assert_include_refused(self, path, line, expected):
        text = (HEADER if path.endswith(".h") else "") + line + "\n"
        self.assert_only(tidy_rules.check_rooms, path, text, expected)

    def test_a_good_tree_passes(self):
        self.assertEqual(tidy_rules.check_all(GOOD), [])

    def test_a_low_room_may_not_include_a_high_one(self):
        self.assert_include_refused("engine/sign/x.cc", '#include "engine/store/store.h"',
                                    'engine/sign/x.cc:1: engine/sign may not include')

    def test_base_includes_no_interface(self):
        self.assert_include_refused("platform/base/x.h", '#include "platform/clock.h"',
                                    "platform/base may not include")

    def test_the_server_may_not_reach_the_engine_behind_the_trust_boundary(self):
        self.assert_include_refused("sync-server/sqlite/x.cc", '#include "engine/store/store.h"',
                                    "sync-server may not include")

    def test_the_store_may_not_merge(self):
        self.assert_include_refused("engine/store/x.cc", '#include "engine/merge/merge.h"',
                                    "engine/store may not include")

    def test_the_facade_may_not_include_the_domain(self):
        self.assert_include_refused("engine/x.cc", '#include "engine/casework/kinds.h"',
                                    "engine may not include")

    def test_the_domain_reaches_the_engine_through_its_facade_only(self):
        self.assert_include_refused("engine/casework/x.cc", '#include "engine/store/store.h"',
                                    "engine/casework may not include")

    def test_nothing_includes_tests(self):
        tree = GOOD | {"tests/fakes.h": HEADER,
                       "engine/sign/x.cc": '#include "tests/fakes.h"\n'}
        self.assertEqual(tidy_rules.check_all(tree),
                         ['engine/sign/x.cc:1: nothing but tests includes tests '
                          '("tests/fakes.h")'])

    def test_includes_are_paths_from_the_root(self):
        self.assert_include_refused("engine/sign/x.cc", '#include "hash.h"', "not a path from")
        self.assert_include_refused("engine/sign/x.cc", '#include "../sign/hash.h"',
                                    "not a path from")

    def test_an_unknown_room_is_refused(self):
        tree = GOOD | {"ARCHITECTURE.md": GOOD["ARCHITECTURE.md"] + "`engine/util`",
                       "engine/util/x.cc": '#include "platform/base/bytes.h"\n'}
        self.assertEqual(tidy_rules.check_all(tree),
                         ["engine/util/x.cc:1: engine/util is not a room of the architecture"])

    def test_third_parties_stay_in_their_rooms(self):
        for header in ("cereal/cereal.hpp", "zstd.h", "sodium.h", "sqlite3.h", "curl/curl.h",
                       "nlohmann/json.hpp", "boost/asio.hpp", "openssl/ssl.h", "CLI/CLI.hpp",
                       "toml++/toml.h", "tl/expected.hpp", "gtest/gtest.h", "unistd.h",
                       "sys/stat.h"):
            with self.subTest(header):
                self.assert_include_refused("engine/store/x.cc", f"#include <{header}>",
                                            f"engine/store may not include <{header}>")

    def test_a_third_party_that_nobody_decided_on_is_refused(self):
        self.assert_include_refused("sync-server/x.cc", "#include <fmt/core.h>",
                                    "no room was given <fmt/core.h>")

    def test_every_room_is_named(self):
        self.assert_only(tidy_rules.check_rooms_are_named, "sync-server/postgres/x.cc", "",
                         "does not name `sync-server/postgres`")

    def test_a_file_stays_within_its_length(self):
        longest = "\n" * tidy_rules.FILE_LINES_MAX
        self.assertEqual(tidy_rules.check_all(GOOD | {"engine/x.cc": longest}), [])
        self.assertEqual(tidy_rules.check_all(GOOD | {"tests/x.cc": longest + "\n"}), [])
        self.assert_only(tidy_rules.check_length, "engine/x.cc", longest + "\n", "more than 500")

    def test_tests_do_not_sleep(self):
        for call in ("std::this_thread::sleep" "_for(x);", "usle" "ep (3);", "time.sle" "ep(1)"):
            with self.subTest(call):
                self.assert_only(tidy_rules.check_no_sleep, "tests/x.cc", call, "tests/x.cc:1:")

    def test_a_header_begins_with_pragma_once(self):
        self.assert_only(tidy_rules.check_pragma_once, "engine/x.h", "\n" + HEADER,
                         "begins with #pragma once")

    def test_no_mark_of_unfinished_work(self):
        for mark in ("TO" + "DO", "FIX" + "ME"):
            with self.subTest(mark):
                self.assert_only(tidy_rules.check_marks, "README.md", f"a\n{mark}: b\n",
                                 "README.md:2:")

    def test_no_path_of_one_machine(self):
        for path in ("/ho" + "me/somebody", "/wor" + "k/tree"):
            with self.subTest(path):
                self.assert_only(tidy_rules.check_machine_paths, "scripts/x", f"cd {path}\n",
                                 "scripts/x:1:")

    def test_a_relative_path_is_no_machine_path(self):
        self.assertEqual(tidy_rules.check_all(GOOD | {"README.md": "build/wo" + "rk/x, $HOME/x\n"}), [])

    def test_file_names_are_snake_case(self):
        for path in ("engine/FacadeImpl.cc", "engine/facade-impl.cc"):
            with self.subTest(path):
                self.assert_only(tidy_rules.check_names, path, "", "snake_case")


if __name__ == "__main__":
    unittest.main()
