"""What the keys in events say in words: which right, which membership, from what to what."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from app.extensions import db
from app.models import Betrokkenheid, Deelname, Gebruiker, Lidmaatschap, Organisation
from app.models.base import parse_id
from app.services.rechten_woorden import WORDS
from app.services.wording import LABELS, day, exact
from app.terms import Actie, Ground, Noun, Opening, Role, Zichtbaarheid
from app.workflow import BY_KEY

_REFUSED: Mapping[str, Any] = {
    "NotFound": _l("no access, or it does not exist"),
    "Conflict": _l("somebody else was first"),
    "Overtaken": _l("the document was replaced or retracted"),
    "BeingChecked": _l("the document was still being checked"),
    "HasVirus": _l("the document has a virus"),
    "BadInput": _l("what was filled in can't be used"),
    "422": _l("what was filled in can't be used"),
    "NeedsConfirmation": _l("a warning was shown first"),
    "TransitionRefused": _l("something is still needed for this status"),
    "FileRefused": _l("this file can't be kept"),
    "CSRFError": _l("the page was open for too long, or of another session"),
    "TooMany": _l("too many attempts"),
    "429": _l("too many attempts"),
}
# What the ground of an act is a key of.
_GROUNDS: Mapping[Actie, Mapping[str, Any]] = {
    Actie.RECHT_WIJZIGEN: WORDS,
    Actie.STATUS_WIJZIGEN: {key: transition.label for key, transition in BY_KEY.items()},
    Actie.OPENEN: {opening.value: opening.label for opening in Opening},
    Actie.GEWEIGERD: _REFUSED,
    Actie.WIJZIGEN: {**LABELS, "betrokkenen": _l("Who works on it")},
}
# Their `oud` and `nieuw` are accounts.
_OF_PEOPLE = frozenset({Actie.WERK_OVERDRAGEN, Actie.WAARNEMING_REGELEN})
_OF_ORGANISATION = frozenset({Noun.ORGANISATION.value, Noun.RECHT.value})


def aside(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Let SQLite, without statistics, take the index of another condition: for `… IS TRUE` it has none."""
    return condition.is_(True) if db.session.get_bind().dialect.name == "sqlite" else condition


def of_swv(swv_id: uuid.UUID | None) -> ColumnElement[bool]:
    """Say which accounts work or worked in an SWV, or are or were involved in a dossier of it."""
    lid, who = Lidmaatschap, Gebruiker.id
    works = select(lid.id).join(Organisation, Organisation.id == lid.organisation_id)
    return or_(
        works.where(lid.gebruiker_id == who, Organisation.swv_id == swv_id).exists(),
        *(
            select(part.id).where(part.gebruiker_id == who, aside(part.swv_id == swv_id)).exists()
            for part in (Betrokkenheid, Deelname)
        ),
    )


class Words:
    """The words for the keys in `rows`, events of one SWV: each label and each name is looked up once."""

    def __init__(self, rows: Sequence[Any], swv_id: uuid.UUID | None) -> None:
        """Look the names up, in a block that may read them."""
        self.acts = {act: str(act.label) for act in Actie}
        self._roles = {role.value: str(role.label) for role in Role}
        self._nouns = {noun.value: str(noun.label) for noun in Noun}
        self._toegang = {ground.value: str(ground.label) for ground in Ground}
        self._values = {one.value: str(one.label) for one in Zichtbaarheid}
        self._values |= {"ja": _("yes"), "nee": _("no"), "-": _("no end")}
        self._grounds: dict[tuple[Actie, str | None], str] = {}
        self._lists: dict[tuple[int, str | None], str] = {}
        self._names = _organisations(rows, swv_id) | _memberships(rows, swv_id)
        self._people = _people(rows, swv_id)

    def roles(self, keys: str | None) -> str:
        """Name roles from their keys with commas between."""
        return self._listed(self._roles, keys)

    def toegang(self, keys: str | None) -> str:
        """Name the grounds on which a dossier was open, from their keys with commas between."""
        return self._listed(self._toegang, keys)

    def _listed(self, labels: Mapping[str, str], keys: str | None) -> str:
        if (id(labels), keys) not in self._lists:
            known = (labels.get(key) for key in (keys or "").split(","))
            self._lists[id(labels), keys] = ", ".join(word for word in known if word)
        return self._lists[id(labels), keys]

    def about(self, e: Any) -> str:
        """Name the kind of thing that an event was about."""
        return self._nouns.get(e.noun, "")

    def which(self, e: Any) -> str:
        """Name the organisation, membership and role that it was about; nothing of a dossier has a name."""
        role = self._roles.get((e.nieuw or "").rpartition(":")[0])
        return " · ".join(name for name in (self._names.get((e.noun, e.object_id)), role) if name)

    def ground(self, e: Any) -> str:
        """Say what more there is to say of the act."""
        key = (e.actie, e.grond)
        if key not in self._grounds:
            self._grounds[key] = str(_GROUNDS.get(e.actie, {}).get(e.grond or "", ""))
        return self._grounds[key]

    def value(self, e: Any, text: str | None) -> str:
        """Write what something was, or became; nothing for a key that says nothing to a reader."""
        if not text:
            return ""
        if e.actie in _OF_PEOPLE:
            return self._people.get(text, "")
        if text == "now":
            return exact(e.op)
        of_role = text.rpartition(":")[2]
        return self._values.get(of_role) or _days(of_role) or (of_role if of_role.isdecimal() else "")

    def details(self, e: Any) -> list[str]:
        """Say which thing it was and from what to what, as far as there are words for it."""
        old, new = self.value(e, e.oud), self.value(e, e.nieuw)
        change = _("first %(old)s, now %(new)s", old=old, new=new) if old and new else old or new
        return [part for part in (self.ground(e), self.which(e), change) if part]


@dataclass(frozen=True)
class Event:
    """One event with the names that go with its keys; `number` is the dossier's. `row` has its columns."""

    row: Any
    words: Words

    @property
    def who(self) -> str:
        """Name who did it; the accounts of other SWVs have no name here."""
        if self.row.person:
            return str(self.row.person)
        if self.row.gebruiker_id is not None:
            return _("Somebody who is not known here")
        return _("Somebody who was not signed in") if self.row.adres else _("The portal itself")

    @property
    def organisation(self) -> str | None:
        """Name the organisation that it was done for."""
        return self.row.organisation

    @property
    def number(self) -> str | None:
        """Give the number of the dossier."""
        return self.row.number

    @property
    def roles(self) -> str:
        """Name the roles in which it was done."""
        return self.words.roles(self.row.rollen)

    @property
    def toegang(self) -> str:
        """Name the grounds on which the dossier was open."""
        return self.words.toegang(self.row.toegang)

    @property
    def act(self) -> str:
        """Say what was done."""
        return self.words.acts[self.row.actie]

    @property
    def outcome(self) -> str:
        """Say whether it was done."""
        return "" if self.row.gelukt else _("not done, or refused")

    @property
    def details(self) -> str:
        """Say about what it was, what was changed, and that it was not done where the act does not say so."""
        refused = self.row.actie in (Actie.GEWEIGERD, Actie.AANMELDEN_GEWEIGERD)
        about, outcome = self.words.about(self.row), "" if refused else self.outcome
        return " · ".join(part for part in (about, *self.words.details(self.row), outcome) if part)


def _days(text: str) -> str:
    """Write one day, or the first and the last."""
    first, slash, last = text.partition("/")
    try:
        van, tot = (part and day(date.fromisoformat(part)) for part in (first, last))
    except ValueError:
        return ""
    if not slash:
        return van
    return _("from %(first)s until %(last)s", first=van, last=tot) if tot else _("from %(first)s", first=van)


def _keys(rows: Iterable[Any], nouns: Iterable[str]) -> list[uuid.UUID]:
    texts = {e.object_id for e in rows if e.noun in nouns and e.object_id}
    return [key for key in map(parse_id, texts) if key]


Names = dict[tuple[str | None, str | None], str]


def _organisations(rows: Sequence[Any], swv_id: uuid.UUID | None) -> Names:
    keys = _keys(rows, _OF_ORGANISATION)
    if not keys:
        return {}
    o = Organisation
    found = db.session.execute(select(o.id, o.naam).where(o.id.in_(keys), o.swv_id == swv_id))
    return {(noun, str(key)): naam for key, naam in found for noun in _OF_ORGANISATION}


def _memberships(events: Sequence[Any], swv_id: uuid.UUID | None) -> Names:
    lid, noun = Lidmaatschap, Noun.LIDMAATSCHAP.value
    keys = _keys(events, {noun})
    if not keys:
        return {}
    query = (
        select(lid.id, Gebruiker.first_name, Gebruiker.last_name, Organisation.naam)
        .join(Gebruiker, Gebruiker.id == lid.gebruiker_id)
        .join(Organisation, Organisation.id == lid.organisation_id)
        .where(lid.id.in_(keys), Organisation.swv_id == swv_id)
    )
    return {
        (noun, str(key)): f"{first} {last}, {naam}" for key, first, last, naam in db.session.execute(query)
    }


def _people(rows: Sequence[Any], swv_id: uuid.UUID | None) -> dict[str, str]:
    texts = {text for e in rows if e.actie in _OF_PEOPLE for text in (e.oud, e.nieuw) if text}
    ids = [int(text) for text in texts if text.isdecimal()]
    if not ids:
        return {}
    who = Gebruiker
    query = select(who.id, who.first_name, who.last_name).where(who.id.in_(ids), of_swv(swv_id))
    return {str(key): f"{first} {last}" for key, first, last in db.session.execute(query)}
