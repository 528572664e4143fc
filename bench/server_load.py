#!/usr/bin/env python3
"""What one server bears on this machine: syncs a second, and how long each takes.

  server_load.py --bin build/release/bin --folder FOLDER-ON-THE-DISK [--laptops N] [--seconds N]

Starts sacoche-server on loopback and loads it from another process, sacoche-load-bench, which has
its part of the same processors. Says first what the machine can do: what a durable write and a TLS
handshake cost it without us.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

LIMITS = """
[limits]
connections_max = 2000
connections_per_address_max = 2000
connections_per_minute_per_address = 10000000
connections_burst_per_address = 1000000
requests_per_minute_per_address = 10000000
requests_burst_per_address = 1000000
requests_per_minute_per_device = 10000000
requests_burst_per_device = 1000000
"""


def durable_writes_per_second(folder, seconds=2):
    block = os.urandom(4096)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        count, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            file.write(block)
            file.flush()
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.monotonic() - began)


def state_the_machine(folder):
    print(f"processors {os.cpu_count()}; "
          f"4 KiB written and synced to the disk: {durable_writes_per_second(folder):.0f}/s, "
          "one after the other")
    for algorithm in ("ecdsap256", "ecdhx25519", "ed25519"):
        answer = subprocess.run(["openssl", "speed", "-seconds", "1", algorithm],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        print("openssl speed, one processor:", answer.stdout.strip().splitlines()[-1].strip())
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--folder", required=True, type=pathlib.Path)
    parser.add_argument("--laptops", default="16")
    parser.add_argument("--seconds", default="5")
    arguments = parser.parse_args()
    server_program = arguments.bin.resolve() / "sacoche-server"
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        folder = pathlib.Path(made)
        state_the_machine(folder)
        subprocess.run([server_program, "make-certificate", "--out", folder / "tls",
                        "--host", "127.0.0.1"], check=True, stdout=subprocess.DEVNULL)
        config = folder / "server.toml"
        config.write_text("data = 'data'\nlisten = '127.0.0.1:0'\ncertificate = 'tls/server.pem'\n"
                          "key = 'tls/server.key'\n" + LIMITS)
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen([server_program, "serve", "--config", config],
                                      stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            address = server.stdout.readline().split()[-1]
            load = subprocess.run([arguments.bin.resolve() / "sacoche-load-bench",
                                   "--url", f"https://{address}", "--ca", folder / "tls/ca.pem",
                                   "--pid", str(server.pid), "--laptops", arguments.laptops,
                                   "--seconds", arguments.seconds])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
    return load.returncode


if __name__ == "__main__":
    sys.exit(main())
