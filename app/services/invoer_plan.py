"""What carrying out a list would do, row by row, with the rights and the rows of this moment."""

import unicodedata
import uuid
from collections import defaultdict
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import or_, select

from app.access import Person, as_system
from app.errors import BadInput
from app.extensions import db
from app.models import Gebruiker, Lidmaatschap, Organisation
from app.models.base import now
from app.services import days, invoer_cellen, wording, writing
from app.services.batches import batches
from app.services.invoer_lijst import Lijst
from app.services.invoer_uitkomst import Genodigde, Plaats, Plan, Soort, Uitkomst
from app.terms import Noun, OrganisationSoort, Role, Verb


def make(lijst: Lijst, by: Person) -> Plan:
    """Say what this list would do now when `by` carries it out; nothing is changed."""
    return _Planner(lijst, by).plan


class _Planner:
    """Goes through the rows once; what is known of the SWV is asked beforehand, in a few statements."""

    def __init__(self, lijst: Lijst, by: Person) -> None:
        self.by, self.plan, self.moment = by, Plan(lijst), now()
        self.new: dict[str, Plaats] = {}
        self.rows: dict[object, int] = {}  # on which row something was said first
        self.names: dict[str, tuple[str, int]] = {}
        self._know_places()
        self._know_accounts(lijst)
        self._know_members()
        self.plan.uitkomsten = [self._row(Uitkomst(regel)) for regel in lijst.regels]
        self.plan.plaatsen = list(self.new.values())

    # What is there. Asked as the person: the gate says which organisations are theirs to run.

    def _know_places(self) -> None:
        o = Organisation
        columns = (o.naam, o.soort, o.platform, o.meldadres, o.id, o.actief)
        self.there: dict[str, list[Plaats]] = defaultdict(list)
        for row in db.session.execute(select(*columns).where(o.swv_id == self.by.swv_id)):
            self.there[_key(row.naam)].append(Plaats(*row))

    def _know_accounts(self, lijst: Lijst) -> None:
        emails = {plain for regel in lijst.regels if (plain := writing.plain_address(regel["e-mail"]))}
        query = select(Gebruiker.email, Gebruiker.id)
        with as_system("one personal account, whoever invites"):
            for some in batches(sorted(emails)):
                for email, key in db.session.execute(query.where(Gebruiker.email.in_(some))):
                    self.plan.accounts[email] = key

    def _know_members(self) -> None:
        lid, who = Lidmaatschap, Gebruiker
        runs = or_(lid.tot.is_(None), lid.tot > self.moment)
        columns = (lid.gebruiker_id, lid.organisation_id, lid.rol, runs, who.first_name, who.last_name)
        query = select(*columns).join(who, who.id == lid.gebruiker_id)
        self.members: set[tuple[int, uuid.UUID | None, Role]] = set()
        self.known: dict[int | None, str] = {}
        for some in batches(sorted(self.plan.accounts.values())):
            for key, at, rol, running, *name in db.session.execute(query.where(lid.gebruiker_id.in_(some))):
                self.known[key] = " ".join(name)
                if running:
                    self.members.add((key, at, rol))

    # The rows

    def _row(self, one: Uitkomst) -> Uitkomst:
        if invoer_cellen.is_example(one.regel):
            one.becomes(Soort.VOORBEELD, _("This is the example: left out."))
            return one
        invoer_cellen.refuse_unreadable(one)
        plaats = self._place(one)
        if plaats and invoer_cellen.has_person(one.regel):
            self._person(one, plaats)
        elif plaats:
            self._organisation_alone(one, plaats)
        if one.fouten:
            one.soort = Soort.FOUT
        return one

    def _place(self, one: Uitkomst) -> Plaats | None:
        """Find the organisation of a row, or make it up; None when the row doesn't say which it is."""
        naam, soort = one.regel["organisatie"], invoer_cellen.soort(one)
        meldadres = invoer_cellen.address(one, "meldadres")
        if not naam:
            return None
        there = self.there.get(_key(naam), [])
        fit = [plaats for plaats in there if soort in (None, plaats.soort)] or there[:1]
        if len(fit) > 1:
            self._refuse_two(one, soort)
            return None
        found = fit[0] if fit else self.new.get(_key(naam))
        if found is None:
            return self._new_place(one, naam, soort, meldadres)
        self._refuse_other(one, found, soort)
        self._keep(one, found, "platform", one.regel["platform"])
        self._keep(one, found, "meldadres", meldadres)
        return found

    def _new_place(
        self, one: Uitkomst, naam: str, soort: OrganisationSoort | None, meldadres: str | None
    ) -> Plaats | None:
        if not self.by.permits(Noun.ORGANISATION, Verb.ADD):
            one.wrong("organisatie", _("You may not add organisations."))
        if soort is None:
            kinds = invoer_cellen.kinds()
            one.wrong("soort", _("This is a new organisation. Choose its kind: %(kinds)s.", kinds=kinds))
            return None
        made = Plaats(naam, soort, one.regel["platform"] or None, meldadres, regel=one.regel.nummer)
        self.new[_key(naam)] = made
        one.becomes(
            Soort.ORGANISATIE, _("New organisation %(name)s (%(kind)s).", name=naam, kind=soort.value)
        )
        return made

    def _refuse_two(self, one: Uitkomst, soort: OrganisationSoort | None) -> None:
        if soort is None:
            sentence = _("Several organisations have this name. Fill in the kind.")
            one.wrong("soort", sentence)
        else:
            sentence = _("Several organisations have this name. Give one of them another name first.")
            one.wrong("organisatie", sentence)

    def _refuse_other(self, one: Uitkomst, found: Plaats, soort: OrganisationSoort | None) -> None:
        if found.soort is OrganisationSoort.SAMENWERKINGSVERBAND:
            one.wrong("organisatie", _("This is your SWV itself. Invite its people on the page People."))
        elif soort not in (None, found.soort):
            sentence = _("%(name)s is of another kind: %(kind)s.", name=found.naam, kind=found.soort.value)
            one.wrong("soort", sentence)

    def _keep(self, one: Uitkomst, found: Plaats, kolom: str, typed: str | None) -> None:
        """No list changes anything of an organisation; an empty cell asks for nothing."""
        kept: str | None = getattr(found, kolom)
        if not typed or _key(typed) == _key(kept or ""):
            return
        if found.id is None and kept is None:
            setattr(found, kolom, typed)
        elif found.id is None:
            one.wrong(kolom, _("Row %(row)s says “%(value)s”.", row=found.regel, value=kept))
        else:
            sentence = _(
                "%(name)s has “%(value)s” here. Leave this cell empty, or change the organisation first.",
                name=found.naam,
                value=kept or "",
            )
            one.wrong(kolom, sentence)

    def _organisation_alone(self, one: Uitkomst, plaats: Plaats) -> None:
        self._refuse_twice(one, "organisatie", id(plaats))
        if plaats.regel != one.regel.nummer:
            one.becomes(Soort.IS_ER_AL, _("Is there already: left out."))

    def _refuse_twice(self, one: Uitkomst, kolom: str, what: object) -> None:
        first = self.rows.setdefault(what, one.regel.nummer)
        if first != one.regel.nummer:
            one.wrong(kolom, _("This is on row %(row)s already. Take one of the two out.", row=first))

    def _person(self, one: Uitkomst, plaats: Plaats) -> None:
        email, rol = invoer_cellen.address(one, "e-mail"), invoer_cellen.rol(one, plaats.soort)
        first, last = invoer_cellen.day(one, "van"), invoer_cellen.day(one, "tot")
        if one.fouten or email is None or rol is None:
            return
        self._refuse_twice(one, "e-mail", (id(plaats), email, rol))
        self._refuse_other_name(one, email)
        account = self.plan.accounts.get(email)
        if account is not None and (account, plaats.id, rol) in self.members:
            one.becomes(Soort.IS_ER_AL, _("Is there already: left out."))
            return
        self._refuse_person(one, plaats, account)
        self._refuse_days(one, first, last)
        van = days.begin(first) if first and first > wording.today() else None
        tot = days.end(last) if last else None
        at = {"email": email, "role": str(rol.label), "organisation": plaats.naam}
        one.becomes(Soort.UITNODIGING, _("Invitation to %(email)s: %(role)s at %(organisation)s.", **at))
        known = self.known.get(account, "")
        if known not in ("", one.name):
            one.zinnen.append(_("This is the address of %(name)s, and that name stays.", name=known))
        if van is not None and van > self.moment:
            one.zinnen.append(_("The mail goes on %(day)s.", day=wording.day(van.date())))
        self.plan.genodigden.append(
            Genodigde(
                plaats,
                voornaam=one.regel["voornaam"],
                achternaam=one.regel["achternaam"],
                email=email,
                rol=rol,
                locatie=one.regel["locatie"] or None,
                van=van,
                tot=tot,
            )
        )

    def _refuse_other_name(self, one: Uitkomst, email: str) -> None:
        name, row = self.names.setdefault(email, (one.name, one.regel.nummer))
        if name != one.name:
            sentence = _("On row %(row)s this address has another name: “%(name)s”.", row=row, name=name)
            one.wrong("e-mail", sentence)

    def _refuse_person(self, one: Uitkomst, plaats: Plaats, account: int | None) -> None:
        if not self.by.permits(Noun.LIDMAATSCHAP, Verb.ADD):
            one.wrong("e-mail", _("You may not invite people."))
        if account == self.by.gebruiker_id:
            one.wrong("e-mail", _("You cannot give a role to yourself."))
        if not plaats.actief:
            one.wrong("organisatie", _("This organisation is not active. Make it active first."))

    def _refuse_days(self, one: Uitkomst, first: date | None, last: date | None) -> None:
        try:
            days.from_until(first, last)
        except BadInput as wrong:
            for kolom, sentence in wrong.fields.items():
                one.wrong(kolom, str(sentence))


def _key(text: str) -> str:
    """Give what two texts have in common that people take for the same."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()
