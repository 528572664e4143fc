#!/usr/bin/env python3
"""What syncs cost on an emulated mobile link, in bytes of IP packets and in round trips.

  link_cost.py --bin build/release/bin --link LINK3G --workload FILE [--profile 3g] [--cut-s 3]

LINK3G is the packet-level link emulator (root; it makes two network namespaces). The client is
sacoche-bench and the server sacoche-server, over their real TLS. Prints one JSON line a measurement;
references are what `zstd -19` makes of the same operations in one piece, in the same run.
"""
import argparse
import json
import os
import pathlib
import selectors
import shlex
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

PORT = 8443
BEHIND = 8444  # the server's, when a cutter stands before it
HOST = "10.99.0.2"


def relay(client, seconds):
    """Carries one connection to the server and back, and resets it after so long."""
    server = socket.create_connection((HOST, BEHIND))
    until = time.monotonic() + seconds
    waiting = selectors.DefaultSelector()
    for one, other in ((client, server), (server, client)):
        waiting.register(one, selectors.EVENT_READ, other)
    while (left := until - time.monotonic()) > 0:
        for ready, _ in waiting.select(left):
            data = ready.fileobj.recv(65536)
            if not data:
                client.close()
                server.close()
                return
            ready.data.sendall(data)
    for end in (client, server):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()


def cut_connections(seconds):
    listener = socket.create_server((HOST, PORT))
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=relay, args=(client, seconds), daemon=True).start()


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = pathlib.Path(folder)
        self.bin = pathlib.Path(arguments.bin).resolve()
        self.server_folder = self.folder / "server"
        self.stores = self.folder / "stores"
        self.server_folder.mkdir()
        subprocess.run([self.bin / "sacoche-server", "make-certificate", "--out",
                        self.server_folder / "tls", "--host", HOST], check=True,
                       stdout=subprocess.DEVNULL)
        (self.server_folder / "server.toml").write_text(
            "data = 'data'\ncertificate = 'tls/server.pem'\nkey = 'tls/server.key'\n")

    def on_link(self, profile, commands, options=(), cut_s=None):
        """Runs the client's commands on the link, the server at its other end; the link's figures."""
        client = self.folder / "client.sh"
        lines = ["set -e"] + [" ".join(shlex.quote(str(word)) for word in command)
                              for command in commands]
        client.write_text("\n".join(lines) + "\n")
        port = PORT if cut_s is None else BEHIND
        server = [self.bin / "sacoche-server", "serve", "--config",
                  self.server_folder / "server.toml", "--listen", f"{HOST}:{port}"]
        server_command = "exec " + " ".join(shlex.quote(str(word)) for word in server)
        if cut_s is not None:
            me = shlex.quote(os.path.abspath(__file__))
            server_command = f"{sys.executable} {me} --cutter {cut_s} & {server_command}"
        log = self.folder / "log"
        output = subprocess.run(
            [sys.executable, self.arguments.link, "--profile", profile, "--ready-port", str(PORT),
             "--server-cmd", server_command,
             "--server-log", log, "--client-log", log,
             "--client-cmd", f"bash {shlex.quote(str(client))}", *options],
            stdout=subprocess.PIPE, text=True)
        if output.returncode != 0:
            raise SystemExit(f"the run failed:\n{output.stdout}\n{log.read_text()[-2000:]}")
        return json.loads(output.stdout.splitlines()[-1])

    def counted(self):
        """What the client held the last sync to have taken of the line."""
        said = [line for line in (self.folder / "log").read_text().splitlines()
                if line.startswith("{") and "line_bytes" in line]
        return json.loads(said[-1])["line_bytes"] if said else None

    def command(self, name, device, *more):
        return [self.bin / "sacoche-bench", name, "--dir", self.stores, "--device", device, *more]

    def apply(self, device, workload, phase):
        subprocess.run(self.command("apply", device, "--workload", workload, "--phase", phase),
                       check=True, stdout=subprocess.DEVNULL)

    def measured(self, what, device, profile, reference=None, cut_s=None, **notes):
        figures = self.on_link(profile, [self.command("sync", device)], self.arguments.option,
                               cut_s)
        total = figures["up"]["bytes"] + figures["down"]["bytes"]
        seconds = figures["last_payload_s"] - figures["first_s"]
        result = {"what": what, "profile": profile, "ip_bytes": total,
                  "up": figures["up"]["bytes"], "down": figures["down"]["bytes"],
                  "counted": self.counted(),
                  "packets": figures["up"]["packets"] + figures["down"]["packets"],
                  "seconds": round(seconds, 3)}
        if profile == "3g":
            line_s = max(figures["up"]["bytes"] * 8 / 0.768e6, figures["down"]["bytes"] * 8 / 1.6e6)
            result["round_trips"] = round(seconds / 0.3, 2)
            result["round_trips_beyond_line_rate"] = round((seconds - line_s) / 0.3, 2)
        if reference is not None:
            result["zstd19_bytes"] = reference
            result["ratio"] = round(total / reference, 3)
        print(json.dumps({**result, **notes}), flush=True)
        return total


def zstd19(lines):
    packed = subprocess.run(["zstd", "-19", "-c"], input="".join(lines).encode(),
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    return len(packed)


def operations(workload, phase, devices):
    with open(workload, encoding="utf-8") as file:
        return [line for line in file
                if (op := json.loads(line))["phase"] == phase and op["device"] in devices
                and op["op"] != "sync"]


def one_edit(bench, workload):
    """A workload of one operation: another value in one field of a case that is there."""
    case = json.loads(operations(workload, "base", {"A"})[0])["case"]
    path = bench.folder / "one.jsonl"
    path.write_text(json.dumps({"phase": "one", "device": "A", "op": "set", "case": case,
                                "set": {"commune": "Montcel-sur-Orbe"}}) + "\n")
    return path


def main():
    if sys.argv[1:2] == ["--cutter"]:
        cut_connections(float(sys.argv[2]))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--link", required=True)
    parser.add_argument("--workload", required=True)
    parser.add_argument("--profile", default="3g")
    parser.add_argument("--option", action="append", default=[], help="for the link emulator")
    parser.add_argument("--cut-s", type=float, help="only the first load: whole, and then on a "
                        "link that resets each connection after so many seconds")
    arguments = parser.parse_args()
    workload = os.path.abspath(arguments.workload)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        bench.on_link("perfect", [[bench.bin / "sacoche-bench", "init", "--dir", bench.stores,
                                   "--server", f"https://{HOST}:{PORT}", "--ca",
                                   bench.server_folder / "tls/ca.pem"]])
        base = zstd19(operations(workload, "base", {"A"}))
        bench.apply("A", workload, "base")
        if arguments.cut_s is not None:
            bench.on_link("perfect", [bench.command("sync", "A")])
            for newcomer in ("N", "O"):
                bench.on_link("perfect", [bench.command("admit", newcomer)])
            bench.on_link("perfect", [bench.command("sync", "A")])
            whole = bench.measured("first load", "N", arguments.profile, base)
            cut = bench.measured("first load, cut", "O", arguments.profile, base, arguments.cut_s)
            print(json.dumps({"repeated": round(cut / whole - 1, 3)}))
            return
        bench.measured("base up", "A", arguments.profile, base)
        bench.measured("the same, read from the log", "B", arguments.profile, base)
        bench.on_link("perfect", [bench.command("admit", "N")])
        bench.measured("a newcomer let in", "A", arguments.profile, base)
        bench.measured("first load", "N", arguments.profile, base)
        bench.measured("nothing new", "A", arguments.profile)
        bench.apply("A", one_edit(bench, workload), "one")
        bench.measured("one field", "A", arguments.profile)
        bench.apply("A", workload, "day1")
        bench.apply("B", workload, "day1")
        bench.on_link("perfect", [bench.command("sync", "B")])
        bench.measured("end of day", "A", arguments.profile,
                       zstd19(operations(workload, "day1", {"A", "B"})))


if __name__ == "__main__":
    main()
