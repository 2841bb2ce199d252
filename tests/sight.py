"""What may stand on a page, and what must: the oracle's words for the marks and ids of tests/world.py."""

from tests import oracle
from tests.oracle import Thing, Who
from tests.world import Mark, World

Field = tuple[str, str]
# A whole list may not be cut off by what a page shows at once.
TYPED: tuple[Field, ...] = (
    ("Hulpvraag", "omschrijving"),
    ("StatusWijziging", "toelichting"),
    ("Bijlage", "titel"),
    ("Notitie", "tekst"),
    ("Gezagsdrager", "naam"),
    ("Gezagsdrager", "email"),
    ("Gezagsdrager", "telefoon"),
    ("Gezagsdrager", "adres"),
    ("Gezagsdrager", "gezag_bron"),
)


def knows(world: World, who: Who, mark: Mark) -> bool:
    """Whether this person may read this field of this row anywhere in the portal."""
    thing = mark.thing
    if thing.noun == "Gebruiker":
        return mark.field == "naam" and _knows_colleague(world, who, thing)
    if thing.noun == "Organisation" and mark.field == "naam":
        mine = {other.organisation for other in world.who.values() if other.account == who.account}
        return thing.id in mine or oracle.may(who, "read", thing)
    if thing.noun == "Hulpvraag" and mark.field == "nummer" and _has_message(world, who, thing):
        return True
    return oracle.may(who, "read", thing) and _open(who, thing, mark.field)


def _open(who: Who, thing: Thing, field: str) -> bool:
    fields = oracle.open_fields(who, thing) if thing.dossiers and thing.noun != "Organisation" else None
    return fields is None or field in fields


def _knows_colleague(world: World, who: Who, thing: Thing) -> bool:
    """The names of people are known within their SWV, and to themselves."""
    places = [other for other in world.who.values() if other.account == thing.account]
    return thing.account == who.account or any(other.swv == who.swv for other in places)


def _has_message(world: World, who: Who, thing: Thing) -> bool:
    return any(
        bericht.dossiers == thing.dossiers and oracle.may(who, "read", bericht)
        for bericht in world.of("Bericht")
    )


def on_page(
    world: World, who: Who, endpoint: str, values: dict[str, str], thing: Thing
) -> dict[Field, set[str]]:
    """For some fields exactly which rows' marks the page of `thing` shows, no more and no less."""
    kind = endpoint.split(".")[0]
    if endpoint == "HulpvraagView.show" or values.get("tab") == "hulpvraag":
        shown = _nothing() | _marks(world, who, "Hulpvraag", "omschrijving", [thing])
        return shown | _marks(world, who, "Gezagsdrager", "naam", _parents(world, thing))
    if endpoint == "HulpvraagView.dossier_tab":
        noun, field = {
            "bijlagen": ("Bijlage", "titel"),
            "notities": ("Notitie", "tekst"),
            "historie": ("StatusWijziging", "toelichting"),
        }.get(values["tab"], ("Bijlage", "titel"))
        inside = [other for other in world.of(noun) if other.dossiers == thing.dossiers]
        chosen = inside if values["tab"] != "toegang" else []
        return _nothing() | _marks(world, who, noun, field, chosen)
    if endpoint == "KindView.related":
        return _nothing() | _marks(world, who, "Gezagsdrager", "naam", _parents(world, thing))
    if endpoint in ("BijlageView.show", "NotitieView.show", "GezagsdragerView.show"):
        shown = _nothing()
        for noun, field in TYPED:
            if noun == thing.noun and kind.startswith(noun):
                shown |= _marks(world, who, noun, field, [thing])
        return shown
    return {}


def _nothing() -> dict[Field, set[str]]:
    return {field: set() for field in TYPED}


def _parents(world: World, thing: Thing) -> list[Thing]:
    return [
        parent
        for parent in world.of("Gezagsdrager")
        if set(thing.dossiers) & set(parent.dossiers) or (not thing.dossiers and parent.dossiers == ())
    ]


def _marks(world: World, who: Who, noun: str, field: str, things: list[Thing]) -> dict[Field, set[str]]:
    keys = {thing.id for thing in things}
    return {
        (noun, field): {
            word
            for word, mark in world.marks.items()
            if mark.field == field
            and mark.thing.noun == noun
            and mark.thing.id in keys
            and knows(world, who, mark)
        }
    }
