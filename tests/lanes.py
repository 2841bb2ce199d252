"""The two lanes: the gate (`make test`) and the proof (`make proof`), with N and seed printed."""

import os
import random
import secrets
from dataclasses import dataclass

import hypothesis
import pytest

SEED = "KINDBRUG_TEST_SEED"


@dataclass(frozen=True)
class Lane:
    """How many cases this run takes and from which seed it draws them."""

    name: str
    seed: int

    def cases(self, *, gate: int, proof: int) -> int:
        """Give the N of this lane."""
        return proof if self.name == "proof" else gate

    def random(self, what: str) -> random.Random:
        """Give a source of chance that is the same in every run with this seed."""
        return random.Random(f"{self.seed}:{what}")


def add_options(parser: pytest.Parser) -> None:
    parser.addoption(
        "--lane", choices=("gate", "proof"), default="gate", help="gate: N that fits; proof: the large N"
    )
    parser.addoption("--seed", type=int, help="repeat the draws of an earlier run")


def configure(config: pytest.Config) -> None:
    """Draw the seed once, in the environment, so that every worker and hypothesis have the same."""
    if config.getoption("seed") is not None:
        os.environ[SEED] = str(config.getoption("seed"))
    os.environ.setdefault(SEED, str(secrets.randbelow(2**32)))
    hypothesis.settings.register_profile("kindbrug", deadline=None, print_blob=True)
    hypothesis.settings.load_profile("kindbrug")
    config.option.hypothesis_seed = config.option.hypothesis_seed or os.environ[SEED]


def of(config: pytest.Config) -> Lane:
    return Lane(config.getoption("lane"), int(os.environ[SEED]))


def header(config: pytest.Config) -> str:
    lane = of(config)
    return f"lane: {lane.name}, seed: {lane.seed} (again: pytest --lane {lane.name} --seed {lane.seed})"


def summarise(reporter: pytest.TerminalReporter) -> None:
    """Print how many cases stand behind each promise."""
    proven: dict[str, int] = {}
    for report in reporter.stats.get("passed", []) + reporter.stats.get("failed", []):
        for name, value in getattr(report, "user_properties", []) if report.when == "call" else []:
            if name == "proven":
                promise, count = value
                proven[promise] = proven.get(promise, 0) + count
    if proven:
        reporter.section("cases")
        for promise, count in sorted(proven.items()):
            reporter.line(f"{promise}: {count:,} cases")
        reporter.line(header(reporter.config))
