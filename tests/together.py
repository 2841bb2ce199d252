"""Which worker runs what: the tests of a module that makes something costly stay together."""

from xdist.scheduler import LoadScopeScheduling

# Each makes one thing for all its tests: a running demo, two worlds side by side, a great many dossiers.
TOGETHER = frozenset(f"tests/{name}.py" for name in ("test_demo", "test_non_interference", "test_statements"))


class Together(LoadScopeScheduling):
    """One test at a time to whoever is free, but these modules whole, and first.

    `--dist loadgroup` would do; with pytest 9.2 it splits its groups (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid
