"""What may stand on a page, and what must: the oracle's words for the marks and ids of tests/world.py."""

from tests import oracle
from tests.oracle import Thing, Who
from tests.world import Mark, World
from tests.world_making import IN_ROUND

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
    ("Afspraak", "wat"),
    ("Overlegronde", "plaats"),
    ("Overlegronde", "agenda"),
    ("Deelname", "voorstel"),
    ("SchoolVoorkeur", "reden"),
    ("Toestemming", "tekst"),
)


def knows(world: World, who: Who, mark: Mark) -> bool:
    """Whether this person may read this field of this row anywhere in the portal."""
    thing = mark.thing
    if thing.noun == "Gebruiker":
        return thing.account == who.account or (mark.field == "naam" and _knows_colleague(world, who, thing))
    if thing.noun == "Organisation" and mark.field == "naam":
        mine = {other.organisation for other in world.who.values() if other.account == who.account}
        reviews = oracle.has(who, "Toegangscontrole", "read") and thing.swv == who.swv
        return thing.id in mine or reviews or oracle.may(who, "read", thing)
    if thing.noun == "Hulpvraag" and mark.field == "nummer" and _was_told(world, who, thing):
        return True
    return oracle.may(who, "read", thing) and _open(who, thing, mark.field)


def _open(who: Who, thing: Thing, field: str) -> bool:
    fields = oracle.open_fields(who, thing) if thing.dossiers and thing.noun != "Organisation" else None
    return fields is None or field in fields


def _knows_colleague(world: World, who: Who, thing: Thing) -> bool:
    """The names of people are known within their SWV, and to themselves."""
    places = [other for other in world.who.values() if other.account == thing.account]
    return thing.account == who.account or any(other.swv == who.swv for other in places)


def _was_told(world: World, who: Who, thing: Thing) -> bool:
    """A message says the number of its dossier, and so does an invitation to a round."""
    return any(
        told.dossiers == thing.dossiers and oracle.may(who, "read", told)
        for noun in ("Bericht", "Overlegronde")
        for told in world.of(noun)
    )


def on_page(
    world: World, who: Who, endpoint: str, values: dict[str, str], thing: Thing
) -> dict[Field, set[str]]:
    """For some fields exactly which rows' marks the page of `thing` shows, no more and no less."""
    if endpoint == "HulpvraagView.show" or values.get("tab") == "hulpvraag":
        shown = _nothing() | _marks(world, who, "Hulpvraag", "omschrijving", [thing])
        return shown | _marks(world, who, "Gezagsdrager", "naam", _parents(world, thing))
    if values.get("tab") == "gekeken" and who.roles & oracle.JK:
        return {field: none for field, none in _nothing().items() if field != ("Bijlage", "titel")}
    if endpoint == "HulpvraagView.dossier_tab":
        return _nothing() | _in_tab(world, who, values["tab"], thing)
    if endpoint == "KindView.related":
        return _nothing() | _marks(world, who, "Gezagsdrager", "naam", _parents(world, thing))
    if endpoint in OF_ONE:
        shown = _nothing()
        for noun, field in TYPED:
            if noun == thing.noun and field in OF_ONE[endpoint]:
                shown |= _marks(world, who, noun, field, [thing])
        return shown | _beside(world, who, endpoint, thing) | _asked_on(world, who, values, thing)
    return {}


# The fields of its own row that a page shows.
_ALL = frozenset(field for _noun, field in TYPED)
OF_ONE: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "BijlageView.show",
            "NotitieView.show",
            "GezagsdragerView.show",
            "AfspraakView.show",
            "OverlegrondeView.show",
            "SchoolVoorkeurView.show",
            "ToestemmingView.show",
        ),
        _ALL,
    ),
    "OverlegrondeView.edit": _ALL,
    "AfspraakView.edit": _ALL,
    "RoundView.calendar": frozenset({"plaats"}),
    "RoundView.close": frozenset(),
    "RoundView.reopen": frozenset(),
    "DeelnameView.edit": frozenset(),
    "DeelnameView.remove": frozenset(),
    "DeelnameView.invite_again": frozenset(),
    "DeelnameView.reset": frozenset(),
    "DeelnameView.change": frozenset(),
    "BetrokkenenView.change": frozenset(),
    "SchoolVoorkeurView.change": frozenset(),
    "ToestemmingView.change": frozenset(),
}


def _in_tab(world: World, who: Who, tab: str, thing: Thing) -> dict[Field, set[str]]:
    """What a tab lists of its dossier."""
    listed = {
        "bijlagen": ("Bijlage", "titel"),
        "notities": ("Notitie", "tekst"),
        "historie": ("StatusWijziging", "toelichting"),
        "afspraken": ("Afspraak", "wat"),
        "overlegrondes": ("Overlegronde", "plaats"),
    }
    if tab in listed:
        noun, field = listed[tab]
        last = [one for one in inside(world, thing, noun) if not one.replaced]
        return _marks(world, who, noun, field, last)
    if tab == "toestemmingen":
        asked = [one for one in inside(world, thing, "Toestemming") if oracle.may(who, "read", one)]
        return _marks(world, who, "Gezagsdrager", "naam", [_asked(world, one) for one in asked])
    return {}


def _beside(world: World, who: Who, endpoint: str, thing: Thing) -> dict[Field, set[str]]:
    """What a page shows of other rows."""
    if endpoint == "OverlegrondeView.show":
        agreed = [
            one
            for name, one in world.named.items()
            if one.noun == "Afspraak"
            and one.dossiers == thing.dossiers
            and name.rpartition("-")[2] in IN_ROUND
        ]
        shown = agreed if thing.name == "open" else []
        return _marks(world, who, "Afspraak", "wat", shown) | _marks(
            world, who, "Deelname", "voorstel", _parts(world, who, thing)
        )
    if endpoint == "DeelnameView.edit":
        mine = [one for one in _parts(world, who, thing) if (who.account, who.organisation) in one.people]
        return _marks(world, who, "Deelname", "voorstel", mine)
    if endpoint == "ToestemmingView.show":
        (dossier,) = thing.dossiers
        paper = [world.named[f"{dossier.key}/bijlage-formulier"]] if thing.name == "geheim" else []
        return _marks(world, who, "Gezagsdrager", "naam", [_asked(world, thing)]) | _marks(
            world, who, "Bijlage", "titel", paper
        )
    if endpoint == "SchoolVoorkeurView.show":
        parents = _parents(world, thing) if who.is_jk else []
        with_authority = [parent for parent in parents if parent.has_authority]
        talk = [
            note
            for note in inside(world, thing, "Notitie")
            if not note.shared and thing.organisation in (note.organisation, note.named)
        ]
        whole = oracle.open_fields(who, thing) is None
        return _marks(world, who, "Gezagsdrager", "naam", with_authority) | _marks(
            world, who, "Notitie", "tekst", talk if whole else []
        )
    return {}


def _asked_on(world: World, who: Who, values: dict[str, str], thing: Thing) -> dict[Field, set[str]]:
    """What the form of an act offers to choose from."""
    if values.get("act") not in ("toestemming-vragen", "toestemming-vastleggen"):
        return {}
    parents = [parent for parent in _parents(world, thing) if parent.has_authority]
    (dossier,) = thing.dossiers
    papers = [world.named[f"{dossier.key}/bijlage-formulier"]] if values["act"].endswith("vastleggen") else []
    return _marks(world, who, "Gezagsdrager", "naam", parents) | _marks(
        world, who, "Bijlage", "titel", papers
    )


def inside(world: World, thing: Thing, noun: str) -> list[Thing]:
    return [other for other in world.of(noun) if other.dossiers == thing.dossiers]


def _parts(world: World, who: Who, ronde: Thing) -> list[Thing]:
    """Who takes part, all for JK staff and oneself for the others; who was taken off is not there."""
    parts = [one for one in inside(world, ronde, "Deelname") if one.named == ronde.id and one.people]
    return [one for one in parts if who.is_jk or (who.account, who.organisation) in one.people]


def _asked(world: World, consent: Thing) -> Thing:
    (dossier,) = consent.dossiers
    return world.named[f"{dossier.key}/ouder-{consent.name}"]


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
