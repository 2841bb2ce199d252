"""One visitor who walks through two worlds at once and compares every answer: status, headers and bytes."""

import random
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.extensions import db
from tests.hidden import KEY, same_chance
from tests.world import UUID, Browser, World

Send = Callable[[Browser], TestResponse]
ADDRESS = re.compile(r'="(/(?!/|static/|bootstrap/)[^"]*)"')
# A parent is told when an organisation did something in the dossier.
TOLD = re.compile(r"ouder GET /hulpvragen/[^/]+/gekeken$")
# The operator counts the mails of all; who looks after an SWV those of that SWV, and reads its log. To a role
# administrator it is told how much work somebody leaves behind.
LOOKED_AFTER = re.compile(r"GET (/status$|/logboek/|/medewerkers/[^/]+/(beeindigen|overdragen)$)")
# A portal of invented people, made once a process by who first looks: that draws from the chance of one side.
INVENTED = re.compile(r"/rechten/[^/]+/rol/[^/]+/bekijken")
CURSOR = re.compile(r"\b(na|voor)=[^&]*")


@dataclass
class Found:
    """What a walk saw."""

    answers: int = 0
    unlike: list[str] = field(default_factory=list)
    asked_unlike: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


class Statements:
    """Counts what goes to the database of one app."""

    def __init__(self, app: Flask) -> None:
        self.count = 0
        with app.app_context():
            self.engine = db.engine

    def _note(self, *_event: object) -> None:
        self.count += 1

    def of(self, act: Callable[[], TestResponse]) -> tuple[TestResponse, int]:
        """Do it, and give the answer with how many statements it took."""
        self.count = 0
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        try:
            return act(), self.count
        finally:
            sa.event.remove(self.engine, "before_cursor_execute", self._note)


class Lockstep:
    """The same request to both worlds, at the same moment and with the same chance: nothing may differ.

    Nonces and form tokens are drawn from that chance too, so they are compared and not left out.
    """

    def __init__(self, one: World, other: World, key: str, found: Found) -> None:
        self.key, self.found = key, found
        hidden, who = other.dossiers.get(KEY), other.who.get(key)
        self.looks_after_it = bool(hidden and who) and (key == "platform" or who.swv == hidden.swv)
        self.sides = [(world.browser(key or None), Statements(world.app)) for world in (one, other)]
        self.step = 0

    def ask(self, what: str, send: Send) -> TestResponse:
        """Compare one answer, and give that of the first world."""
        self.step += 1
        answers, counts = [], []
        for browser, statements in self.sides:
            with same_chance(f"{self.key} {self.step}"):
                answer, count = statements.of(lambda browser=browser: send(browser))
                answer.get_data()  # a document streams
            answers.append(answer)
            counts.append(count)
        self.found.answers += 1
        self.found.statuses[answers[0].status_code] += 1
        told = TOLD.match(f"{self.key} {what}") or (self.looks_after_it and LOOKED_AFTER.match(what))
        shown = all(answer.status_code == 200 for answer in answers)
        if (unlike := _unlike(*answers)) and not (shown and told):
            self.found.unlike.append(f"{what} as {self.key or 'nobody'}: {unlike}")
        if counts[0] != counts[1]:
            self.found.asked_unlike.append(f"{what} as {self.key or 'nobody'}: {counts[0]} and {counts[1]}")
        return answers[0]

    def get(self, path: str) -> TestResponse:
        return self.ask(f"GET {path}", lambda browser: browser.get(path))

    def post(self, path: str, form: dict[str, str]) -> TestResponse:
        return self.ask(f"POST {path} {form}", lambda browser: browser.post(path, form))

    def crawl(self, starts: Iterable[str], *, most: int, alike: int, chance: random.Random) -> list[str]:
        """Follow every address on every page, at most `alike` that differ only in ids or cursor.

        Gives the addresses that name a row.
        """
        queue, seen, kinds = deque(dict.fromkeys(starts)), set(), Counter[str]()
        last = len(queue) + most
        for _page in range(last):
            if not queue:
                break
            path = queue.popleft()
            seen.add(path)
            answer = self.get(path)
            fresh = [other for other in dict.fromkeys(_addresses(answer)) if other not in seen]
            chance.shuffle(fresh)
            for other in fresh:
                kind = CURSOR.sub(r"\1=*", UUID.sub("*", other))
                if kinds[kind] < alike and other not in queue:
                    kinds[kind] += 1
                    queue.append(other)
        return sorted(path for path in seen if UUID.search(path))


def _addresses(answer: TestResponse) -> list[str]:
    if answer.status_code in (301, 302, 307):
        return [answer.headers["Location"]]
    if answer.mimetype != "text/html":
        return []
    found = (unescape(path).partition("#")[0] for path in ADDRESS.findall(answer.get_data(as_text=True)))
    return [path for path in found if not INVENTED.match(path)]


def _unlike(one: TestResponse, other: TestResponse) -> str:
    """Say in what two answers differ; nothing when in nothing."""
    if one.status_code != other.status_code:
        return f"{one.status_code} and {other.status_code}"
    heads = [{(name, value) for name, value in answer.headers if name != "Date"} for answer in (one, other)]
    if heads[0] != heads[1]:
        return f"headers {sorted(heads[0] ^ heads[1])}"
    if one.get_data() != other.get_data():
        lines = [answer.get_data().decode(errors="replace").splitlines() for answer in (one, other)]
        pairs = zip(*lines, strict=False)
        first = next((pair for pair in pairs if pair[0] != pair[1]), ("…", "more or fewer lines"))
        return " ≠ ".join(unquote(line.strip()[:160]) for line in first)
    return ""
