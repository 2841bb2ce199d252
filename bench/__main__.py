"""Run every measurement, or those that are named: `python -m bench signin`."""

import importlib
import sys

MODULES = (
    "invoer",
    "inzage",
    "log",
    "rechten",
    "signin",
    "store",
)  # fmt: skip

for name in sys.argv[1:] or MODULES:
    print(f"== {name}")
    importlib.import_module(f"bench.{name}").main()
