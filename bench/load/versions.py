#!/usr/bin/env python3
"""Measure checkouts of this project against each other, with the scenarios and tools of compare.py.

Usage
  versions.py before=DIR after=DIR [nexus] [--rules N] [--scenarios NAME,...] [--repeat 5] [--secs 3]
              [--addr tcp|tls|unix] [--ser msgpack]

Each DIR is a checkout (`git worktree add --detach DIR COMMIT`). A name that ends in "+rules" runs with N
authorization rules in the role (default 1000), none of which decides: as many URIs of others as a large
config has. The rest is as in compare.py: fresh start for each measurement, in turns, medians, one table.
"""
import argparse, json, pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import compare


def starter(directory, rules):
    def start(work, port, args):
        path = compare.sluice_config(work, port, args)
        if rules:
            add_rules(path, rules)
        offset = {"msgpack": 0, "json": 1, "cbor": 2}[args.ser]
        cmd = ["deno", "run", "-A", "main.ts", path]
        return cmd, directory, port + offset, f"{work}/{args.ser}.sock"

    return start


def add_rules(path, count):
    config = json.loads(pathlib.Path(path).read_text())
    permissions = config["realms"][0]["roles"][0]["permissions"]
    allow = {"call": True, "publish": True}
    for i in range(count):
        uri, match = [(f"org.app{i}.", "prefix"), (f"org.app{i}.get", "exact"), (f"org.app{i}..set", "wildcard")][i % 3]
        permissions.append({"uri": uri, "match": match, "allow": allow})
    pathlib.Path(path).write_text(json.dumps(config))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("versions", nargs="+", metavar="NAME=DIR")
    ap.add_argument("--rules", type=int, default=1000)
    args, rest = ap.parse_known_args()
    names = []
    for version in args.versions:
        name, _, directory = version.partition("=")
        names.append(name)
        if directory:
            compare.ROUTERS[name] = starter(directory, args.rules if name.endswith("+rules") else 0)
    sys.argv = [sys.argv[0], "--routers", ",".join(names), *rest]
    if "--repeat" not in rest:
        sys.argv += ["--repeat", "5"]
    compare.main()


if __name__ == "__main__":
    main()
