"""The tables of statuses and rights as Markdown: the README can't say something else than the code."""

import re
from collections.abc import Iterable
from pathlib import Path

from flask_babel import force_locale

from app.access.rights import RIGHTS, Right, Scope
from app.access.roles import CEILING, ROLE_RIGHTS
from app.terms import Ground, Level, Noun, Status
from app.workflow import LEVELS, TRANSITIONS

_SCOPES = {
    Scope.ALL: "",
    Scope.OWN: " own",
    Scope.OWN_OR_SHARED: " own and shared",
    Scope.WITH_AUTHORITY: " those with authority",
    Scope.SELF: " own row",
    Scope.ORGANISATIONS: " organisations",
    Scope.NAMED: " those naming them",
    Scope.NAMED_OR_SHARED: " those naming them and shared",
    Scope.TAKES_PART: " where they take part",
    Scope.AGREED: " where their school agreed",
}


def statuses() -> str:
    """Write the status table: one line a transition."""
    return _table(
        ("To", "From", "Who may", "Only if", "Who gets mail", "What it changes"),
        (
            (
                f"**{t.label}**",
                _join(str(s.label) for s in Status if s in t.since) or "(new)",
                _join(str(role.label) for role in sorted(t.who)),
                _join(str(need.label) for need in t.needs),
                _join(str(told.label) for told in t.tells),
                str(t.effect),
            )
            for t in TRANSITIONS
        ),
    )


def rights() -> str:
    """Write the three rights tables: level per ground and status, rights per noun and level, roles."""
    levels = [level for level in Level if level is not Level.GEEN]
    return "\n\n".join(
        (
            _table(
                ("Ground", *(str(status.label) for status in Status)),
                ((str(g.label), *(LEVELS[g][status].value for status in Status)) for g in Ground),
            ),
            _table(
                ("Noun", *(level.value for level in levels)),
                (
                    (str(noun), *(_join(map(_right, by_level.get(level, ())), "; ") for level in levels))
                    for noun, by_level in RIGHTS.items()
                ),
            ),
            _table(
                ("Role", "Given by", *(str(noun) for noun in Noun)),
                (
                    (
                        str(role.label),
                        _join(str(soort.label) for soort, roles in CEILING.items() if role in roles) or "–",
                        *(_join(sorted(verbs.get(noun, ()))) for noun in Noun),
                    )
                    for role, verbs in ROLE_RIGHTS.items()
                ),
            ),
        )
    )


def render(readme: str) -> str:
    """Put the tables between their markers in the text of a README."""
    with force_locale("en"):
        for name, table in (("status", statuses()), ("rights", rights())):
            begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
            pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
            readme = pattern.sub(lambda _found, text=f"{begin}\n{table}\n{end}": text, readme)  # type: ignore[misc]
    return readme


def write(path: Path) -> None:
    """Bring the README at `path` up to date."""
    path.write_text(render(path.read_text(encoding="utf-8")), encoding="utf-8")


def _right(right: Right) -> str:
    said = _join(sorted(right.verbs)) + _SCOPES[right.scope]
    if right.fields:
        said += f" ({_join(sorted(right.fields))})"
    if right.grounds:
        said += " as " + _join((str(ground.label) for ground in Ground if ground in right.grounds), " or ")
    if right.during:
        said += " while " + _join(str(status.label) for status in Status if status in right.during)
    return said


def _join(words: Iterable[str], by: str = ", ") -> str:
    return by.join(words)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell or "–" for cell in line) + " |" for line in lines)
