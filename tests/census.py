"""Every route of the portal: who may, when, and what the answer is. What is not in this table does not exist."""
# ruff: noqa: E501 (a table: one route, one line)

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests import oracle
from tests.oracle import Thing, Who

Answer = Callable[[Who, Thing], int]
NOTHING = Thing("", "", None)


@dataclass(frozen=True)
class Route:
    """One rule × method. `answer` is the status for who is signed in; `of` the noun that the address names.

    `values` fills in the rest of the address. `sends` is what a POST carries that changes nothing even where
    it is allowed; `does` is the act that the log has of it when it changes something nevertheless. `asks`
    names the row in the query.
    """

    method: str
    rule: str
    endpoint: str
    answer: Answer
    of: str = ""
    values: dict[str, str] = field(default_factory=dict)
    sends: dict[str, Any] = field(default_factory=dict)
    asks: str = ""
    raw: bool = False
    does: str = ""
    public: int | None = None

    def path(self, thing: Thing, mail_key: str = "") -> str:
        """Fill in the address of one row."""
        path = self.rule
        for name in ("pk", "hulpvraag_id", "bijlage_id") if self.of else ():
            path = path.replace(f"<{name}>", thing.id)
        for name, value in (self.values | {"sleutel": mail_key}).items():
            path = path.replace(f"<{name}>", value)
        return f"{path}?{self.asks}={thing.id}" if self.asks else path

    @property
    def changes(self) -> bool:
        return bool(self.does)

    @property
    def leaves(self) -> tuple[str, str]:
        """The one event of its success: the act, and the noun of what it shows or changes."""
        act, noun = LOOKS.get(self.endpoint, ("lezen", ""))
        return self.does or act, noun or PICKED.get(self.values.get("pick", "")) or self.of or self._noun

    @property
    def _noun(self) -> str:
        """The noun of the screens that the endpoint is one of."""
        return self.endpoint.partition("View.")[0]

    @property
    def stranger(self) -> int:
        """The status for who is not signed in: to the door, or to a page that keeps what was typed."""
        typed_in = self.method == "POST" and self.endpoint.endswith((".add", ".edit", ".status", ".change"))
        return self.public or (307 if typed_in else 302)

    @property
    def name(self) -> str:
        return " ".join((self.method, self.rule, *self.values.values(), *([self.asks] if self.asks else [])))


# What a look is when it is not read, or not at a row of the address or a list of the view's own noun.
LOOKS: dict[str, tuple[str, str]] = {
    "WorklistView.index": ("lezen", "Hulpvraag"),
    "LogboekView.index": ("lezen", "Gebeurtenis"),
    "LogboekView.export": ("exporteren", "Gebeurtenis"),
    "InvoerView.export": ("exporteren", "Invoer"),
    "OverdrachtView.send": ("overdragen", "Hulpvraag"),
    "RoundView.calendar": ("downloaden", "Overlegronde"),
    "BijlageFilesView.file": ("downloaden", "Bijlage"),
    "BijlagePreviewView.look": ("bekijken", "Bijlage"),
    "BijlagePreviewView.sheet": ("bekijken", "Bijlage"),
    **{f"RechtenView.{page}": ("lezen", "Recht") for page in ("change", "reset", "role", "compare")},
    "BekijkenView.begin": ("lezen", "Recht"),
    "OwnAccountView.index": ("lezen", "Gebruiker"),
    "OwnStandInView.arrange": ("lezen", "Lidmaatschap"),
    "BerichtView.undelivered": ("lezen", "Bericht"),
    "PickView.search": ("zoeken", ""),
}
# What goes along, each once: the documents of what is handed over.
ALONG = {"OverdrachtView.send": [("downloaden", "Bijlage")]}

# They end the session that asks.
LEAVING = ("SigninView.logout", "OwnAccountView.end_everywhere")


def always(status: int) -> Answer:
    return lambda who, thing: status


NOWHERE = always(404)


def who_lists(noun: str) -> Answer:
    return lambda who, thing: 200 if oracle.has(who, noun, "read") else 404


def who_adds(noun: str, status: int = 200) -> Answer:
    return lambda who, thing: status if oracle.has(who, noun, "add") else 404


def who_may(verb: str, status: int = 200, *, on_screen: str = "") -> Answer:
    """The row is there for them; `on_screen` names the noun whose screens they must have as well."""

    def answer(who: Who, thing: Thing) -> int:
        noun = on_screen or thing.noun
        return status if oracle.has(who, noun, "read") and oracle.may(who, verb, thing) else 404

    return answer


def who_invites(status: int) -> Answer:
    """Who edits the consultation, and may add people to one."""
    edits = who_may("edit", status)
    return lambda who, thing: edits(who, thing) if oracle.has(who, "Deelname", "add") else 404


def who_edits(status: int) -> Answer:
    """Who could edit it, but not now any more, gets the typed text back."""

    def answer(who: Who, thing: Thing) -> int:
        if not oracle.has(who, thing.noun, "edit") or not oracle.may(who, "read", thing):
            return 404
        return status if oracle.may(who, "edit", thing) else 409

    return answer


def who_adds_here(noun: str, status: int) -> Answer:
    def answer(who: Who, thing: Thing) -> int:
        if who.organisation is None:
            return 404
        new = Thing(noun, "", thing.swv, thing.dossiers, who.organisation)
        return status if oracle.may(who, "add", new) else 404

    return answer


def tab(noun: str) -> Answer:
    """A tab is there when its noun has a right at that level."""

    def answer(who: Who, thing: Thing) -> int:
        opened = any(oracle.reads(at, noun) for at in oracle.standing(who, thing.dossiers[0]))
        return 200 if oracle.may(who, "read", thing) and oracle.has(who, noun, "read") and opened else 404

    return answer


def child_tab(noun: str) -> Answer:
    return lambda who, thing: 200 if oracle.has(who, noun, "read") and oracle.may(who, "read", thing) else 404


def own_message(status: int) -> Answer:
    def answer(who: Who, thing: Thing) -> int:
        mine = thing.account == who.account and oracle.may(who, "read", thing)
        return status if mine else 404

    return answer


def failed_message(who: Who, thing: Thing) -> int:
    if not who.is_jk or thing.swv != who.swv or not oracle.may(who, "edit", thing):
        return 404
    return 302 if thing.failed else 404


def invited_again(who: Who, thing: Thing) -> int:
    answer = who_may("edit", 302)(who, thing)
    return 409 if answer == 302 and thing.ended else answer


def link_in_mail(who: Who, thing: Thing) -> int:
    if thing.account is None:  # a shared address: it leads to one's own list
        return (
            302
            if thing.organisation == who.organisation
            else 200
            if thing.organisation in who.elsewhere
            else 404
        )
    if thing.account == who.account and thing.organisation != who.organisation:
        return 200  # switch first
    return own_message(302)(who, thing)


def who_moves(key: str, status: int) -> Answer:
    """A change of status has its page where it leaves from, for who may make it; elsewhere it says so."""

    def answer(who: Who, thing: Thing) -> int:
        (dossier,) = thing.dossiers
        if key not in oracle.MOVES or not oracle.may_move(who, key, dossier):
            return 404
        return status if dossier.status in oracle.MOVES[key][0] else 409

    return answer


def who_can(verb: str, status: int = 200) -> Answer:
    """The row is there for them and they may do this with it; it has no screens of its own."""
    return lambda who, thing: status if oracle.may(who, verb, thing) else 404


def unless(refused: Callable[[Thing], bool], answer: Answer) -> Answer:
    """Who may is told what has happened to the row meanwhile."""

    def told(who: Who, thing: Thing) -> int:
        status = answer(who, thing)
        return 409 if status != 404 and refused(thing) else status

    return told


def who_downloads(who: Who, thing: Thing) -> int:
    """What has a virus stays where it is, whoever asks for it."""
    return 409 if (found := who_may("read")(who, thing)) == 200 and thing.infected else found


def small_picture(who: Who, thing: Thing) -> int:
    """What was taken back has none any more."""
    found = who_downloads(who, thing)
    return 404 if found == 200 and thing.retracted else found


def who_replaces(status: int) -> Answer:
    """Who may add here, of their own that they may retract; JK staff of whatever they may change."""

    def answer(who: Who, thing: Thing) -> int:
        if not oracle.may(who, "read", thing) or not oracle.has(who, "Bijlage", "add"):
            return 404
        if thing.replaced or thing.retracted:
            return 409
        adds = who_adds_here("Bijlage", 200)(who, thing) == 200
        own = thing.organisation == who.organisation and oracle.may(who, "retract", thing)
        return status if adds and (own or oracle.may(who, "edit", thing)) else 404

    return answer


def who_retracts(status: int) -> Answer:
    """What was replaced is out already; its newer version is what people see."""

    def answer(who: Who, thing: Thing) -> int:
        found = who_may("retract", status)(who, thing)
        return 409 if found == status and thing.replaced else found

    return answer


def who_shares(status: int) -> Answer:
    def answer(who: Who, thing: Thing) -> int:
        if not oracle.may(who, "share", thing):
            return 404
        return 409 if thing.replaced or thing.retracted else status

    return answer


def who_releases(status: int) -> Answer:
    """An advice that is not final yet is made so by who may do both at once."""

    def answer(who: Who, thing: Thing) -> int:
        if not (oracle.may(who, "finalise", thing) and oracle.may(who, "share", thing)):
            return 404
        return status if thing.state == "voorlopig advies" else 409

    return answer


def who_regroups(status: int) -> Answer:
    """Who the hulpvraag is with changes until it has ended, by who may change all of it."""

    def answer(who: Who, thing: Thing) -> int:
        if oracle.may(who, "edit", thing) and oracle.editable_fields(who, thing.dossiers[0]) is None:
            return status
        return 409 if who.is_jk and oracle.may(who, "read", thing) else 404

    return answer


def who_takes_part(status: int, *, still: bool) -> Answer:
    """One's own answer to an invitation; who can't answer any more gets the typed text back."""

    def answer(who: Who, thing: Thing) -> int:
        me = (who.account, who.organisation)
        part = Thing("Deelname", "", thing.swv, thing.dossiers, people=frozenset({me}))
        mine = me in thing.people and oracle.may(who, "read", thing)
        return status if mine and (not still or oracle.may(who, "answer", part)) else 404

    return answer


def searches_log(status: int) -> Answer:
    at_swv = lambda who: who.organisation is not None and who.organisation == who.swv  # noqa: E731
    return lambda who, thing: status if at_swv(who) and oracle.has(who, "Gebeurtenis", "search") else 404


def looks_after_it(who: Who, thing: Thing) -> int:
    of_swv = who.soort == "samenwerkingsverband" and who.roles & {"rolbeheerder", "privacyfunctionaris"}
    return 200 if of_swv or "platformbeheerder" in who.roles else 404


def explains_rights(who: Who, thing: Thing) -> int:
    at_swv = who.organisation is not None and who.organisation == who.swv
    explains = at_swv and who.roles & (oracle.JK | {"rolbeheerder"})
    return 200 if explains and oracle.has(who, "Organisation", "read") else 404


def sets_rights(status: int, *, nothing: int | None = None) -> Answer:
    """Who runs the organisation sees its rights; `nothing` is for who has every role there themselves."""

    def answer(who: Who, thing: Thing) -> int:
        runs = who.organisation is not None and (
            thing.id == who.organisation or thing.swv == who.swv == who.organisation
        )
        if not runs or not oracle.has(who, "Recht", "read"):
            return 404
        own = who.given if thing.id == who.organisation else frozenset()
        left = oracle.CEILING[thing.soort] | (oracle.CEILING[None] if thing.id == thing.swv else set())
        return status if left - own or nothing is None else nothing

    return answer


def who_has(noun: str, verb: str, status: int) -> Answer:
    return lambda who, thing: status if oracle.has(who, noun, verb) else 404


def stands_in(status: int) -> Answer:
    """Who works at an organisation in a role that a colleague can take over for a while."""
    return lambda who, thing: status if who.organisation and who.roles & oracle.STAND_INS else 404


def ends_membership(who: Who, thing: Thing) -> int:
    """Of open work one is asked once more."""
    return who_may("edit", 422 if thing.name == "has work" else 302)(who, thing)


def of_stand_ins(status: int) -> Answer:
    """On the membership of somebody else in such a role, whether it has ended or not."""
    there = who_may("edit", status)
    return lambda who, thing: there(who, thing) if thing.state in oracle.STAND_INS else 404


def without_stand_in(who: Who, thing: Thing) -> int:
    """There is none by that name; of a membership that has ended one hears that first."""
    return 409 if thing.ended and of_stand_ins(200)(who, thing) == 200 else 404


def hands_over(status: int) -> Answer:
    """Where there is nothing to hand over, the page says so."""
    there = of_stand_ins(status)
    return lambda who, thing: there(who, thing) if thing.name == "has work" else of_stand_ins(200)(who, thing)


UNKNOWN = "00000000-0000-4000-8000-000000000000"


# What can be done with a school of preference: the right, and what comes of it where it is refused or empty.
def _wanted(*states: str, since_advice: bool = False) -> Callable[[Thing], bool]:
    """Not any more, or not yet: the state of the school, or the status of the dossier."""

    def refused(thing: Thing) -> bool:
        (dossier,) = thing.dossiers
        at = oracle.COLUMN[dossier.status]
        return thing.state not in states or at > 1 or (since_advice and at != 1)

    return refused


_IN_TOUCH = ("benaderd", "akkoord", "afgewezen")
# act: the right, what an empty form answers, when it is too late or too early, what it leaves in the log
SCHOOL_ACTS: dict[str, tuple[str, int, Callable[[Thing], bool], str]] = {
    "toestemming-vragen": ("edit", 422, lambda thing: False, ""),
    "toestemming-vastleggen": ("edit", 422, lambda thing: False, ""),
    "verwijderen": ("edit", 302, _wanted("voorgesteld"), "verwijderen"),
    "hoger": ("edit", 302, _wanted("voorgesteld"), "wijzigen"),
    "lager": ("edit", 302, _wanted("voorgesteld"), "wijzigen"),
    "benaderen": ("edit", 422, _wanted("voorgesteld", since_advice=True), ""),
    "vervallen": ("edit", 422, _wanted("benaderd", "akkoord"), ""),
    "verlengen": ("answer", 302, _wanted("benaderd"), "wijzigen"),
    "antwoord-op-vraag": ("edit", 422, _wanted(*_IN_TOUCH), ""),
    "vraag": ("ask", 422, _wanted(*_IN_TOUCH), ""),
    "beantwoorden": ("answer", 422, _wanted("benaderd"), ""),
}


def withdraws(who: Who, thing: Thing) -> int:
    """A parent takes it back with one click; JK staff say how they know."""
    if not oracle.may(who, "withdraw", thing):
        return 404
    return 422 if who.is_jk else 302


CONSENT_ACTS: dict[str, tuple[str, Answer]] = {
    "geven": (
        "answer",
        unless(lambda thing: thing.state in ("teruggenomen", "geweigerd"), who_can("answer", 302)),
    ),
    "weigeren": ("answer", unless(lambda thing: thing.state == "gegeven", who_can("answer", 302))),
    "intrekken": ("withdraw", withdraws),
}


def who_picks(roles: frozenset[str]) -> Answer:
    return lambda who, thing: 200 if roles & who.roles else 404


_ANYBODY = frozenset().union(*oracle.CEILING.values())
PICKS = {
    "kind": oracle.JK,
    "hulpvraag": oracle.JK | {"contactpersoon_voorschool", "contactpersoon_school"},
    "hulpvraag_school": oracle.JK | {"ouder"},
    "school": oracle.JK | {"ouder"},
    "persoon": oracle.JK,
    "voorschool": oracle.JK,
    "contactpersoon": oracle.JK,
    "specialist": oracle.JK,
    "waarnemer": oracle.JK,
    "organisation": frozenset({"rolbeheerder"}),
    "swv": frozenset({"platformbeheerder"}),
    "onzin": frozenset(),
}
# What is searched where; anything else is a person by their membership.
PICKED = dict.fromkeys(PICKS, "Lidmaatschap") | {
    "kind": "Kind",
    "hulpvraag": "Hulpvraag",
    "hulpvraag_school": "Hulpvraag",
    **dict.fromkeys(("school", "voorschool", "organisation", "swv"), "Organisation"),
}
TABS = {
    "hulpvraag": "Hulpvraag",
    "bijlagen": "Bijlage",
    "notities": "Notitie",
    "afspraken": "Afspraak",
    "overlegrondes": "Overlegronde",
    "scholen": "SchoolVoorkeur",
    "toestemmingen": "Toestemming",
    "historie": "StatusWijziging",
    "toegang": "Betrokkenheid",
    "gekeken": "Gebeurtenis",
}


def _screens(noun: str, view: str, base: str, *, add: bool = True, edit: int | None = 422) -> list[Route]:
    """The generated screens of a noun."""
    made = [
        Route("GET", f"{base}/", f"{view}.list", who_lists(noun)),
        Route("GET", f"{base}/<pk>", f"{view}.show", who_may("read"), noun),
    ]
    if add:
        made += [
            Route("GET", f"{base}/nieuw", f"{view}.add", who_adds(noun)),
            Route("POST", f"{base}/nieuw", f"{view}.add", who_adds(noun, 422)),
        ]
    if edit is not None:
        address = f"{base}/<pk>/bewerken"
        sends = {"versie": "0", "meldadres": "geen adres", "school_leest_dagen": "30"}
        made += [
            Route("GET", address, f"{view}.edit", who_may("edit"), noun),
            Route("POST", address, f"{view}.edit", who_edits(edit), noun, sends=sends),
        ]
    return made


def _membership(act: str, endpoint: str, posted: int, does: str) -> list[Route]:
    """An act on somebody's membership that needs no more than a yes."""
    path, over = f"/medewerkers/<pk>{act}", unless(lambda thing: thing.ended, who_may("edit", posted))
    return [
        Route("GET", path, endpoint, who_may("edit"), "Lidmaatschap"),
        Route("POST", path, endpoint, over, "Lidmaatschap", does=does),
    ]


def _public(
    endpoint: str, rule: str, status: int, *, posted: int | None = None, **values: str
) -> list[Route]:
    got = Route("GET", rule, endpoint, always(status), values=values, public=status)
    if posted is None:
        return [got]
    return [got, Route("POST", rule, endpoint, always(posted), values=values, public=posted)]


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", "WorklistView.index", always(200)),
    *_screens("Hulpvraag", "HulpvraagView", "/hulpvragen", edit=409),
    *(
        Route("GET", "/hulpvragen/<pk>/<tab>", "HulpvraagView.dossier_tab", tab(noun), "Hulpvraag", {"tab": key})
        for key, noun in TABS.items()
    ),
    Route("GET", "/hulpvragen/<pk>/<tab>", "HulpvraagView.dossier_tab", NOWHERE, "Hulpvraag", {"tab": "x"}),
    Route("GET", "/hulpvragen/<pk>/betrokkenen", "BetrokkenenView.change", who_regroups(200), "Hulpvraag"),
    Route("POST", "/hulpvragen/<pk>/betrokkenen", "BetrokkenenView.change", who_regroups(422), "Hulpvraag"),
    Route("GET", "/hulpvragen/<pk>/overdracht", "OverdrachtView.page", who_can("hand_over"), "Hulpvraag"),
    Route("POST", "/hulpvragen/<pk>/overdracht", "OverdrachtView.send", who_can("hand_over"), "Hulpvraag"),
    Route("GET", "/logboek/", "LogboekView.index", searches_log(200)),
    Route("GET", "/logboek/export.<ending>", "LogboekView.export", searches_log(200), values={"ending": "csv"}),
    Route("GET", "/logboek/export.<ending>", "LogboekView.export", NOWHERE, values={"ending": "pdf"}),
    Route("GET", "/status", "SysteemstatusView.index", looks_after_it),
    Route("GET", "/wat-ziet-wie", "WatZietWieView.index", explains_rights),
    Route("GET", "/hulpvragen/<pk>/status", "HulpvraagView.status", who_may("read"), "Hulpvraag"),
    Route("POST", "/hulpvragen/<pk>/status", "HulpvraagView.status", who_may("read", 422), "Hulpvraag"),
    *(
        Route(method, "/hulpvragen/<pk>/status/<key>", "HulpvraagView.change", who_moves(key, status), "Hulpvraag", {"key": key})
        for key in ("afgewezen", "advies_afgerond", "onzin")
        for method, status in (("GET", 200), ("POST", 409))
    ),
    *_screens("Kind", "KindView", "/kinderen"),
    Route("GET", "/kinderen/<pk>/<tab>", "KindView.related", child_tab("Gezagsdrager"), "Kind", {"tab": "ouders"}),
    Route("GET", "/kinderen/<pk>/<tab>", "KindView.related", NOWHERE, "Kind", {"tab": "hulpvragen"}),
    *_screens("Gezagsdrager", "GezagsdragerView", "/ouders"),
    *_screens("Bijlage", "BijlageView", "/bijlagen", add=False),
    *_screens("Notitie", "NotitieView", "/notities", edit=None),
    # Agreements, made in a dossier
    *_screens("Afspraak", "AfspraakView", "/afspraken", add=False),
    *(Route(method, "/afspraken/nieuw", "AfspraakView.add", NOWHERE) for method in ("GET", "POST")),
    Route("GET", "/afspraken/nieuw", "AfspraakView.add", who_adds_here("Afspraak", 200), "Hulpvraag", asks="hulpvraag"),
    Route("POST", "/afspraken/nieuw", "AfspraakView.add", who_adds_here("Afspraak", 422), "Hulpvraag", asks="hulpvraag"),
    Route("POST", "/afspraken/<pk>/gedaan", "AfspraakView.tick", who_may("tick", 302), "Afspraak", does="afvinken"),
    Route("POST", "/afspraken/<pk>/niet-gedaan", "AfspraakView.reopen", who_may("edit", 302), "Afspraak", does="wijzigen"),
    # Rounds and who takes part in them
    *_screens("Overlegronde", "OverlegrondeView", "/overlegrondes"),
    Route("GET", "/overlegrondes/<pk>/agenda.ics", "RoundView.calendar", who_may("read"), "Overlegronde"),
    *(
        Route(method, f"/overlegrondes/<pk>/{act}", f"RoundView.{name}", who_may("edit", status), "Overlegronde", does=does if method == "POST" else "")
        for act, name, does in (("sluiten", "close", "sluiten"), ("heropenen", "reopen", "wijzigen"))
        for method, status in (("GET", 200), ("POST", 302))
    ),
    *(
        Route(method, "/overlegrondes/<pk>/uitnodigen/<wie>", "DeelnameView.add", who_invites(status), "Overlegronde", {"wie": wie})
        for wie in ("medewerker", "ouder", "deelnemer")
        for method, status in (("GET", 200), ("POST", 422))
    ),
    *(
        Route(method, "/overlegrondes/<pk>/uitnodigen/<wie>", "DeelnameView.add", NOWHERE, "Overlegronde", {"wie": "onzin"})
        for method in ("GET", "POST")
    ),
    Route("GET", "/overlegrondes/<pk>/antwoord", "DeelnameView.edit", who_takes_part(200, still=True), "Overlegronde"),
    Route("POST", "/overlegrondes/<pk>/antwoord", "DeelnameView.edit", who_takes_part(422, still=False), "Overlegronde"),
    Route("GET", "/deelnames/<pk>/openen", "DeelnameView.change", who_can("edit"), "Deelname"),
    Route("POST", "/deelnames/<pk>/openen", "DeelnameView.change", who_can("edit", 422), "Deelname"),
    Route("GET", "/deelnames/<pk>/uitnodigen", "DeelnameView.invite_again", who_can("edit"), "Deelname"),
    Route("POST", "/deelnames/<pk>/uitnodigen", "DeelnameView.invite_again", unless(lambda thing: thing.ended or not thing.people, who_can("edit", 302)), "Deelname", does="uitnodigen"),
    Route("GET", "/deelnames/<pk>/code-herstellen", "DeelnameView.reset", who_can("edit"), "Deelname"),
    Route("POST", "/deelnames/<pk>/code-herstellen", "DeelnameView.reset", who_can("edit", 409), "Deelname"),
    Route("GET", "/deelnames/<pk>/verwijderen", "DeelnameView.remove", who_can("edit"), "Deelname"),
    Route("POST", "/deelnames/<pk>/verwijderen", "DeelnameView.remove", unless(lambda thing: thing.ended, who_can("edit", 302)), "Deelname", does="verwijderen"),
    # Schools of preference and the parents' consent
    *_screens("SchoolVoorkeur", "SchoolVoorkeurView", "/scholen-van-voorkeur", edit=None),
    *(
        Route("GET", "/scholen-van-voorkeur/<pk>/<act>", "SchoolVoorkeurView.change", who_can(verb), "SchoolVoorkeur", {"act": act})
        for act, (verb, _status, _refused, _does) in SCHOOL_ACTS.items()
    ),
    *(
        Route("POST", "/scholen-van-voorkeur/<pk>/<act>", "SchoolVoorkeurView.change", unless(refused, who_can(verb, status)), "SchoolVoorkeur", {"act": act}, does=does)
        for act, (verb, status, refused, does) in SCHOOL_ACTS.items()
    ),
    *_screens("Toestemming", "ToestemmingView", "/toestemmingen", add=False, edit=None),
    *(
        Route("GET", "/toestemmingen/<pk>/<act>", "ToestemmingView.change", who_can(verb), "Toestemming", {"act": act})
        for act, (verb, _answer) in CONSENT_ACTS.items()
    ),
    *(
        Route("POST", "/toestemmingen/<pk>/<act>", "ToestemmingView.change", answer, "Toestemming", {"act": act}, does="intrekken" if act == "intrekken" else "beantwoorden")
        for act, (_verb, answer) in CONSENT_ACTS.items()
    ),
    *(
        Route(method, f"{base}/<pk>/<act>", f"{noun}View.change", NOWHERE, noun, {"act": "onzin"})
        for noun, base in (("SchoolVoorkeur", "/scholen-van-voorkeur"), ("Toestemming", "/toestemmingen"))
        for method in ("GET", "POST")
    ),
    *_screens("Organisation", "OrganisationView", "/organisaties", edit=409),
    *_screens("Lidmaatschap", "LidmaatschapView", "/medewerkers", edit=None),
    Route("GET", "/medewerkers/<pk>/bewerken", "LidmaatschapView.edit", who_may("edit"), "Lidmaatschap"),
    Route("POST", "/medewerkers/<pk>/bewerken", "LidmaatschapView.edit", unless(lambda thing: thing.ended, who_edits(302)), "Lidmaatschap", does="wijzigen"),
    Route("GET", "/medewerkers/<pk>/beeindigen", "MembershipView.end", who_may("edit"), "Lidmaatschap"),
    Route("POST", "/medewerkers/<pk>/beeindigen", "MembershipView.end", ends_membership, "Lidmaatschap", does="wijzigen"),
    Route("GET", "/medewerkers/<pk>/uitnodigen", "MembershipView.invite_again", who_may("edit"), "Lidmaatschap"),
    Route("POST", "/medewerkers/<pk>/uitnodigen", "MembershipView.invite_again", invited_again, "Lidmaatschap", does="account-uitnodigen"),
    Route("GET", "/rechten/", "RechtenView.own", lambda who, thing: 302 if oracle.has(who, "Recht", "read") else 404),
    Route("GET", "/rechten/<pk>", "RechtenView.change", sets_rights(200), "Organisation"),
    Route("POST", "/rechten/<pk>", "RechtenView.change", sets_rights(409, nothing=404), "Organisation"),
    Route("GET", "/rechten/<pk>/herstellen", "RechtenView.reset", sets_rights(200, nothing=404), "Organisation"),
    Route("POST", "/rechten/<pk>/herstellen", "RechtenView.reset", sets_rights(409, nothing=404), "Organisation"),
    Route("GET", "/rechten/<pk>/rol/<rol>", "RechtenView.role", sets_rights(200), "Organisation", {"rol": "rolbeheerder"}),
    Route("GET", "/rechten/<pk>/rol/<rol>", "RechtenView.role", NOWHERE, "Organisation", {"rol": "onzin"}),
    Route("GET", "/rechten/<pk>/vergelijken", "RechtenView.compare", sets_rights(200), "Organisation"),
    Route("GET", "/rechten/<pk>/rol/<rol>/bekijken/", "BekijkenView.begin", sets_rights(200), "Organisation", {"rol": "rolbeheerder"}),
    Route("GET", "/rechten/<pk>/rol/<rol>/bekijken/<path:path>", "BekijkenView.look", sets_rights(200), "Organisation", {"rol": "rolbeheerder", "path:path": "berichten/"}),
    *_membership("/schorsen", "MembershipView.suspend", 302, "lidmaatschap-schorsen"),
    *_membership("/hervatten", "MembershipView.resume", 302, "lidmaatschap-hervatten"),
    *_membership("/code-herstellen", "MembershipView.reset", 409, "code-herstellen"),
    Route("GET", "/medewerkers/<pk>/overdragen", "HandOverView.hand_over", hands_over(200), "Lidmaatschap"),
    Route("POST", "/medewerkers/<pk>/overdragen", "HandOverView.hand_over", hands_over(422), "Lidmaatschap"),
    Route("GET", "/medewerkers/<pk>/waarneming", "StandInView.arrange", of_stand_ins(200), "Lidmaatschap"),
    Route("POST", "/medewerkers/<pk>/waarneming", "StandInView.arrange", of_stand_ins(422), "Lidmaatschap"),
    Route("POST", "/medewerkers/<pk>/waarneming/<waarneming_id>/beeindigen", "StandInView.cancel", without_stand_in, "Lidmaatschap", {"waarneming_id": UNKNOWN}),
    Route("GET", "/mijn-account/waarneming", "OwnStandInView.arrange", stands_in(200)),
    Route("POST", "/mijn-account/waarneming", "OwnStandInView.arrange", stands_in(422)),
    Route("POST", "/mijn-account/waarneming/<waarneming_id>/beeindigen", "OwnStandInView.cancel", NOWHERE, values={"waarneming_id": UNKNOWN}),
    # Who can get in, and lists of organisations and people
    Route("GET", "/toegangscontrole/", "ToegangscontroleView.index", who_has("Toegangscontrole", "read", 200)),
    Route("GET", "/toegangscontrole/schorsen", "ToegangscontroleView.suspend", who_has("Toegangscontrole", "add", 302)),
    Route("POST", "/toegangscontrole/schorsen", "ToegangscontroleView.suspend", who_has("Toegangscontrole", "add", 302)),
    Route("GET", "/toegangscontrole/vastleggen", "ToegangscontroleView.add", who_has("Toegangscontrole", "add", 200)),
    Route("POST", "/toegangscontrole/vastleggen", "ToegangscontroleView.add", who_has("Toegangscontrole", "add", 302), does="toegang-controleren"),
    Route("GET", "/invoer/", "InvoerView.index", who_has("Invoer", "read", 200)),
    Route("POST", "/invoer/", "InvoerView.upload", who_has("Invoer", "add", 422)),
    Route("GET", "/invoer/sjabloon.<ending>", "InvoerView.template", who_has("Invoer", "add", 200), values={"ending": "csv"}),
    Route("GET", "/invoer/export.<ending>", "InvoerView.export", who_has("Invoer", "read", 200), values={"ending": "csv"}),
    Route("GET", "/invoer/<pk>", "InvoerView.show", NOWHERE, values={"pk": UNKNOWN}),
    Route("GET", "/invoer/<pk>/verslag.<ending>", "InvoerView.report", NOWHERE, values={"pk": UNKNOWN, "ending": "csv"}),
    Route("POST", "/invoer/<pk>", "InvoerView.carry_out", NOWHERE, values={"pk": UNKNOWN}),
    # Documents: the bytes
    Route("GET", "/hulpvragen/<hulpvraag_id>/bijlagen/venster", "BijlageFilesView.window", who_may("read", on_screen="Bijlage"), "Hulpvraag"),
    Route("POST", "/hulpvragen/<hulpvraag_id>/bijlagen", "BijlageFilesView.upload", who_adds_here("Bijlage", 415), "Hulpvraag", raw=True),
    Route("POST", "/hulpvragen/<hulpvraag_id>/bijlagen/formulier", "BijlageFilesView.form", who_adds_here("Bijlage", 422), "Hulpvraag", sends={"bestand-0": "leeg.pdf"}),
    Route("GET", "/bijlagen/<bijlage_id>/bestand", "BijlageFilesView.file", who_downloads, "Bijlage"),
    Route("GET", "/bijlagen/<bijlage_id>/bekijken", "BijlagePreviewView.look", who_downloads, "Bijlage"),
    Route("GET", "/bijlagen/<bijlage_id>/blad/<nummer>.webp", "BijlagePreviewView.sheet", who_downloads, "Bijlage", {"nummer": "1"}),
    Route("GET", "/bijlagen/<bijlage_id>/blad/<nummer>.webp", "BijlagePreviewView.sheet", lambda who, thing: 404 if who_downloads(who, thing) == 200 else who_downloads(who, thing), "Bijlage", {"nummer": "0"}),
    Route("GET", "/bijlagen/<bijlage_id>/miniatuur", "BijlagePreviewView.thumbnail", small_picture, "Bijlage"),
    Route("GET", "/bijlagen/<bijlage_id>/vervangen", "BijlageVersionsView.replace", who_replaces(200), "Bijlage"),
    Route("POST", "/bijlagen/<bijlage_id>/vervangen", "BijlageVersionsView.replace", who_replaces(422), "Bijlage"),
    Route("GET", "/bijlagen/<bijlage_id>/delen", "BijlageVersionsView.share", who_shares(200), "Bijlage"),
    Route("POST", "/bijlagen/<bijlage_id>/delen", "BijlageVersionsView.share", who_shares(422), "Bijlage"),
    Route("GET", "/bijlagen/<bijlage_id>/intrekken", "BijlageFilesView.retract", who_retracts(200), "Bijlage"),
    Route("POST", "/bijlagen/<bijlage_id>/intrekken", "BijlageFilesView.retract", who_retracts(302), "Bijlage", does="verwijderen"),
    Route("GET", "/bijlagen/<bijlage_id>/definitief", "BijlageFilesView.release", who_releases(200), "Bijlage"),
    Route("POST", "/bijlagen/<bijlage_id>/definitief", "BijlageFilesView.release", who_releases(302), "Bijlage", does="wijzigen"),
    # Messages
    Route("GET", "/berichten/", "BerichtView.index", always(200)),
    Route("GET", "/berichten/<pk>", "BerichtView.show", own_message(200), "Bericht"),
    Route("POST", "/berichten/<pk>/gelezen", "BerichtView.read", own_message(302), "Bericht", does="wijzigen"),
    Route("GET", "/berichten/niet-bezorgd", "BerichtView.undelivered", lambda who, thing: 200 if who.is_jk else 404),
    Route("POST", "/berichten/<pk>/opnieuw", "BerichtView.retry", failed_message, "Bericht", does="wijzigen"),
    Route("POST", "/berichten/<pk>/afgehandeld", "BerichtView.settle", failed_message, "Bericht", does="wijzigen"),
    Route("GET", "/m/<sleutel>", "BerichtView.open", link_in_mail, "Bericht"),
    # Search as you type
    *(Route("GET", "/kies/<pick>", "PickView.search", who_picks(roles), values={"pick": key}) for key, roles in PICKS.items()),
    # The door
    Route("POST", "/logout", "SigninView.logout", always(302), does="afmelden"),
    Route("GET", "/organisatie-wisselen", "SigninView.switch", always(200)),
    Route("POST", "/organisatie-wisselen", "SigninView.switch", NOWHERE, sends={"membership": "nergens"}),
    Route("GET", "/mijn-account", "OwnAccountView.index", always(200)),
    Route("POST", "/mijn-account/sessies/<sessie_id>/beeindigen", "OwnAccountView.end", NOWHERE, values={"sessie_id": "00000000-0000-4000-8000-000000000000"}),
    Route("POST", "/mijn-account/overal-uitloggen", "OwnAccountView.end_everywhere", always(302), does="overal-afmelden"),
    Route("GET", "/mijn-account/herstelcodes", "OwnAccountView.recovery_codes", always(200)),
    Route("POST", "/mijn-account/herstelcodes", "OwnAccountView.recovery_codes", always(422)),
    Route("GET", "/login", "SigninView.login", always(302), public=200),
    Route("POST", "/login", "SigninView.login", always(422), public=422),
    Route("GET", "/login/herstelcode", "SigninView.recovery", always(302), public=200),
    Route("POST", "/login/herstelcode", "SigninView.recovery", always(422), public=422),
    Route("POST", "/niet-opgeslagen/", "KeptTextView.hold", always(302), public=302),
    *_public("SigninView.forgot", "/wachtwoord-vergeten", 200, posted=422),
    *_public("AccountView.invitation", "/uitnodiging/<token>", 404, posted=404, token="onzin"),
    *_public("AccountView.password", "/uitnodiging/<token>/wachtwoord", 404, posted=404, token="onzin"),
    *_public("AccountView.two_factor", "/uitnodiging/<token>/code", 404, posted=404, token="onzin"),
    Route("GET", "/uitnodiging/<token>/herstelcodes", "AccountView.recovery_codes", NOWHERE, values={"token": "onzin"}, public=404),
    Route("POST", "/uitnodiging/<token>/herstelcodes", "AccountView.recovery_codes", NOWHERE, values={"token": "onzin"}, public=404),
    *_public("AccountView.reset", "/wachtwoord/<token>", 404, posted=404, token="onzin"),
    *_public("health_page.health", "/healthz", 200),
    *_public("static", "/static/<path:filename>", 404, **{"path:filename": "onzin.css"}),
    *_public("bootstrap.static", "/bootstrap/static/<path:filename>", 404, **{"path:filename": "onzin.css"}),
)  # fmt: skip

# Only in the demo, and open to whoever sits at that machine.
DEMO = {
    ("GET", "/demo"),
    ("POST", "/demo/als/<key>"),
    ("POST", "/demo/opnieuw"),
    ("GET", "/demo/stappen"),
    ("POST", "/demo/verder"),
    ("GET", "/demo/postvak"),
    ("GET", "/demo/postvak/<key>"),
}
