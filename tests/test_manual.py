"""The users' manual, walked in a browser by somebody who has only the printed page: whole, to both endings.

Each step is named by the line of the manual that it follows. After each step every person's list and dossier
is compared with the oracle.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from app.terms import OrganisationSoort, Role
from tests import documents
from tests.live import Live
from tests.manual import Partnership, Witnesses, add_documents, is_bottom_right, line, pick
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.browser
CHILD = "Mila Jansen"
PEOPLE = (
    ("contact", "Karin", "Smit", "SWV De Brug", "Contactpersoon JK"),
    ("specialist", "Roos", "Bakker", "SWV De Brug", "JK-specialist"),
    ("voorschool", "Anna", "de Wit", "De Speelhoek", "Contactpersoon voorschool"),
    ("school", "Joost", "van Vliet", "De Linde", "Contactpersoon school"),
    ("school2", "Marleen", "Post", "De Wilg", "Contactpersoon school"),
)


@pytest.mark.parametrize(
    "javascript",
    [True, False],
    ids=["with JavaScript", "without JavaScript"],
)
def test_the_manual_from_the_first_mail_to_its_end(
    live: Live, smtp: SmtpServer, chromium: Browser, proven, javascript
) -> None:
    walk = Walk(Partnership(live, smtp, chromium, javascript=javascript))
    walk.people_come_in()
    walk.delen_gegevens_vanuit_de_voorschoolse_voorziening()
    walk.onderwijsadvies()
    walk.school_van_voorkeur_betrekken()
    walk.b_afwijzing_school_van_voorkeur()
    walk.a_toewijzing_school_van_voorkeur("De Wilg")
    proven("manual pages against the oracle", walk.witnesses.pages)


class Walk:
    """Everybody at work, each in a browser of their own."""

    def __init__(self, brug: Partnership) -> None:
        self.brug = brug
        self.at: dict[str, Page] = {}
        self.witnesses = Witnesses(brug, CHILD)

    def seen(self, **changed: str | None) -> None:
        """Note what the step changes about the dossier, and look at it through everybody's eyes."""
        self.witnesses.look(self.at, **changed)

    def to(self, who: str, *path: str) -> Page:
        """Bring somebody to a page of the dossier, by the way that the manual takes."""
        page = self.at[who]
        page.goto(f"{self.brug.live.url}/")
        page.get_by_role("link", name="Hulpvragen", exact=True).first.click()
        page.locator("main").get_by_role("link", name=CHILD).first.click()
        for tab in path:
            page.locator(".tabs").get_by_role("link", name=re.compile(f"^{tab}")).click()
        return page

    def said(self, page: Page, words: str) -> None:
        """See what the portal says after a step, and that nothing went wrong."""
        expect(page.locator("main > .said").first).to_contain_text(words, timeout=20_000)

    def mail_to(self, who: str, status: str) -> None:
        """Get a mail that names the status, and no child."""
        letter = self.brug.letter_to(f"{who}@example.org")
        assert status in " ".join(letter.text.split())
        assert "Mila" not in letter.raw.decode()

    def change_status(self, status: str, *, own_page: bool = False, **fields: str) -> Page:
        """Let the specialist change the status, as the manual says: 'wijzigt de JKspecialist de status'."""
        page = self.to("specialist")
        page.get_by_role("link", name="Status wijzigen").last.click()
        if own_page:
            page.get_by_role("link", name=status, exact=True).click()
        else:
            page.get_by_label(status, exact=True).check()
        for label, value in fields.items():
            field = page.get_by_label(label)
            if field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        button = page.get_by_role("button", name="Status wijzigen")
        assert is_bottom_right(page, button)
        button.click()
        if page.get_by_label("Ik heb dit nagekeken. Toch opslaan.").count():
            page.get_by_label("Ik heb dit nagekeken. Toch opslaan.").check()
            page.get_by_role("button", name="Status wijzigen").click()
        self.said(page, status)
        return page

    def people_come_in(self) -> None:
        """Have everybody with a membership invited by the role administrator, and signed in."""
        brug = self.brug
        brug.register("De Speelhoek", OrganisationSoort.VOORSCHOOL)
        for school in ("De Linde", "De Wilg"):
            brug.register(school, OrganisationSoort.SCHOOL)
        brug.invite("rolbeheer@example.org", "Noor", "Visser", "SWV De Brug", Role.ROLBEHEERDER)
        administrator = brug.browser()
        brug.activate(administrator, "rolbeheer@example.org")
        brug.sign_in(administrator, "rolbeheer@example.org")
        for key, first, last, organisation, role in PEOPLE:
            administrator.goto(f"{brug.live.url}/medewerkers/nieuw")
            administrator.get_by_label("Voornaam").fill(first)
            administrator.get_by_label("Achternaam").fill(last)
            administrator.get_by_label("E-mailadres").fill(f"{key}@example.org")
            pick(administrator, "Organisatie", organisation, javascript=brug.javascript)
            administrator.get_by_label("Functie", exact=True).select_option(label=role)
            administrator.get_by_role("button", name="Uitnodiging versturen").click()
            self.said(administrator, "Opgeslagen")
        for key, *_more in PEOPLE:
            page = self.at[key] = brug.browser()
            brug.activate(page, f"{key}@example.org")
            if key != "voorschool":  # signs in from the mail, as the manual says
                brug.sign_in(page, f"{key}@example.org")

    def delen_gegevens_vanuit_de_voorschoolse_voorziening(self) -> None:
        """The first chapter: the preschool adds its documents."""
        brug, contact, anna = self.brug, self.at["contact"], self.at["voorschool"]
        with line("Wanneer er verdere verdieping nodig is, maakt de contactpersoon JK een dossier aan"):
            contact.get_by_role("link", name="Hulpvragen", exact=True).first.click()
            contact.get_by_role("link", name="Dossier aanmaken").first.click()
            contact.get_by_label("Voornaam").fill("Mila")
            contact.get_by_label("Achternaam").fill("Jansen")
            contact.get_by_label("Geboortedatum").fill("2023-03-04")
            pick(contact, "Voorschool", "De Speelhoek", javascript=brug.javascript)
            pick(contact, "Contactpersoon voorschool", "Anna de Wit", javascript=brug.javascript)
            pick(contact, "JK-specialist", "Roos Bakker", javascript=brug.javascript)
            contact.get_by_label("Omschrijving").fill("Mila praat nog weinig.")
            contact.get_by_role("button", name="Dossier aanmaken").click()
            expect(contact.get_by_role("heading", level=1)).to_have_text(CHILD)
            self.said(contact, "De Speelhoek")
        with line("Stap 1: ontvangt per mail een melding van de status “JK onderwijsadvies aanvraag”"):
            letter = brug.letter_to("voorschool@example.org")
            assert "JK onderwijsadvies aanvraag" in " ".join(letter.text.split())
            assert "Mila" not in letter.raw.decode()
        with line("Stap 2: Log in, kies organisatie, voer je gebruikersnaam, wachtwoord en code in"):
            anna.goto(brug.link_in(letter))
            expect(anna.get_by_role("heading", level=1)).to_have_text("Inloggen")
            brug.fill_in_sign_in(anna, "voorschool@example.org")
        with line("Klik bovenaan op de tab Hulpvragen"):
            anna.get_by_role("link", name="Hulpvragen", exact=True).first.click()
        with line("Klik op de betreffende naam"):
            anna.get_by_role("link", name=CHILD).click()
        with line("Je bent nu in de tab Hulpvraag van het kinddossier"):
            expect(anna.locator(".tabs [aria-current=page]")).to_contain_text("Hulpvraag")
            expect(anna.get_by_role("heading", level=1)).to_have_text(CHILD)
        self.seen(status="aanvraag", hulpvraag=anna.url.rpartition("/")[2])
        with line("Klik rechts onderaan op Hulpvraag bewerken"):
            edit = anna.get_by_role("link", name="Hulpvraag bewerken")
            assert is_bottom_right(anna, edit)
            edit.click()
        with line("Klik op de knop Bijlagen"):
            anna.get_by_label("Omschrijving").fill("Mila praat nog weinig en speelt het liefst alleen.")
            anna.locator(".bar").get_by_text("Bijlagen").click()
        with line("In het nieuwe venster kan je nu één voor één documenten toevoegen."):
            add_documents(anna, javascript=brug.javascript)
        with line("Sluit het venster en klik rechts onderaan op Opslaan"):
            anna.get_by_role("link", name="Sluiten").click()
            if brug.javascript:
                expect(anna.get_by_label("Omschrijving")).to_have_value(re.compile("liefst alleen"))
            else:
                if not anna.get_by_label("Omschrijving").is_visible():
                    anna.get_by_role("link", name="Hulpvraag bewerken").click()
                anna.get_by_label("Omschrijving").fill("Mila praat nog weinig en speelt het liefst alleen.")
            save = anna.get_by_role("button", name="Opslaan")
            assert is_bottom_right(anna, save)
            save.click()
            self.said(anna, "Opgeslagen")
            expect(anna.locator("main")).to_contain_text("speelt het liefst alleen")
        with line("Klik nu op de knop Status wijzigen en kies de status JK bijlagen toegevoegd."):
            anna.get_by_role("link", name="Status wijzigen").last.click()
            anna.get_by_label("JK bijlagen toegevoegd").check()
            anna.get_by_role("button", name="Status wijzigen").click()
            self.said(anna, "JK bijlagen toegevoegd")
        with line("De JKspecialist van Stromenland krijgt hiervan melding."):
            letter = brug.letter_to("specialist@example.org")
            assert "JK bijlagen toegevoegd" in " ".join(letter.text.split())
            assert "Mila" not in letter.raw.decode()
            self.at["specialist"].goto(brug.link_in(letter))
            expect(self.at["specialist"].locator("main")).to_contain_text("JK bijlagen toegevoegd")
        self.seen(status="bijlagen_toegevoegd")

    def onderwijsadvies(self) -> None:
        """The second chapter: the specialist completes the dossier, and everybody talks about the advice."""
        brug = self.brug
        with line("Stap 1: De JKspecialist gaat het dossier aanvullen (bijvoorbeeld eigen observatie)"):
            page = self.to("specialist", "Bijlagen")
            self.add_document(page, "Onderwijsadvies", "advies.pdf")
            page = self.to("specialist", "Notities")
            page.get_by_role("link", name="Notitie schrijven").click()
            page.get_by_label("Tekst").fill("In de groep gekeken: Mila volgt de andere kinderen.")
            page.get_by_role("button", name="Opslaan").click()
            self.said(page, "Opgeslagen")
        page = self.to("specialist")
        page.get_by_role("link", name="Kind en ouders bekijken").click()
        page.locator(".tabs").get_by_role("link", name="Ouders en verzorgers").click()
        page.get_by_role("link", name="Ouder of verzorger toevoegen").click()
        page.get_by_label("Naam", exact=True).fill("Sanne Jansen")
        page.get_by_label("E-mailadres").fill("ouder@example.org")
        page.get_by_label("Gezag", exact=True).select_option(label="Heeft gezag")
        page.get_by_role("button", name="Opslaan").click()
        self.said(page, "Opgeslagen")
        self.seen()
        with line("Stap 2: kan de JKspecialist een overlegronde aanmaken"):
            page = self.to("specialist", "Overlegrondes")
            page.get_by_role("link", name="Overleg plannen").click()
            tomorrow = datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(days=1)
            page.get_by_label("Dag en tijd").fill(tomorrow.strftime("%Y-%m-%dT10:00"))
            page.get_by_label("Plaats").fill("De Speelhoek, groep Geel")
            page.get_by_role("button", name="Overleg plannen").click()
            self.said(page, "Gepland")
            ronde = page.url
        with line("Betrokken (ook ouders) kunnen op deze manier worden uitgenodigd"):
            self.invite_to(ronde, "Een ouder", lambda form: form.get_by_label("Sanne Jansen").check())
            self.invite_to(ronde, "Iemand anders", self.fill_in_hans)
            self.invite_to(
                ronde,
                "Iemand van een organisatie",
                lambda form: pick(form, "Naam", "Anna de Wit", javascript=brug.javascript),
            )
        with line("Alle genodigden ontvangen per mail een melding dat ze uitgenodigd zijn"):
            for who in ("ouder", "deelnemer"):
                letter = brug.letter_to(f"{who}@example.org")
                assert "overleg" in letter.text
                assert "Mila" not in letter.raw.decode()
                page = self.at[who] = brug.browser()
                brug.activate_by(page, f"{who}@example.org", letter)
                brug.sign_in(page, f"{who}@example.org")
                page.get_by_role("link", name="Antwoord").first.click()
                page.get_by_label("Ik ben erbij").check()
                page.get_by_role("button", name="Antwoord versturen").click()
                self.said(page, "Dank u")
            assert "overleg" in brug.letter_to("voorschool@example.org").text
        self.seen(ouder="ouder", deelnemer="genodigd")
        with line("Gezamenlijk wordt gekeken wanneer het dossier opengezet wordt en voor wie."):
            self.open_for(ronde, "Hans Vos")
            self.seen(deelnemer="overlegronde")
            self.open_for(ronde, "Sanne Jansen")
            self.seen(ouder="ouder overlegronde")
        with line("Stap 3: vult de JKspecialist het onderwijsadvies aan met de gemaakte afspraken"):
            page = self.to("specialist", "Afspraken")
            page.get_by_role("link", name="Afspraak maken").click()
            page.get_by_label("Wat is er afgesproken?").fill("Anna belt de logopedist.")
            page.get_by_label("Wie doet dit?").select_option(label="De Speelhoek")
            next_week = datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(days=7)
            page.get_by_label("Uiterlijk").fill(next_week.strftime("%Y-%m-%d"))
            page.get_by_role("button", name="Opslaan").click()
            self.said(page, "Opgeslagen")
            page = self.to("specialist", "Bijlagen")
            page.get_by_role("link", name="Definitief en gedeeld maken").click()
            page.get_by_role("button", name="Definitief en gedeeld maken").click()
            self.said(page, "advies")
        with line("De JKspecialist wijzigt nu de status naar “JK Onderwijsadvies”."):
            self.change_status("JK Onderwijsadvies")
        with line("De voorschoolse voorziening ontvangt de statuswijziging en kan vanaf dan in het dossier."):
            self.mail_to("voorschool", "JK Onderwijsadvies")
            self.seen(status="onderwijsadvies")
            page = self.to("voorschool", "Bijlagen")
            expect(page.locator("main")).to_contain_text("advies.pdf")

    def school_van_voorkeur_betrekken(self) -> None:
        """The third chapter: with the parents' consent the dossier is shared with a school."""
        with line("ouders gevraagd het toestemmingsformulier om informatie met school van voorkeur te delen"):
            page = self.to("specialist", "Bijlagen")
            self.add_document(page, "Toestemmingsformulier", "toestemming.pdf")
            self.propose("De Linde")
            self.record_consent("De Linde")
            self.seen()
        with line("Hiervoor wordt met toestemming van ouders het dossier gedeeld met de betreffende school."):
            self.approach("De Linde")
            assert "Mila" not in self.brug.letter_to("school@example.org").raw.decode()
            self.seen(school="school")
        with line("De JKspecialist wijzigt nu de status naar “JK aanmelden school”"):
            self.change_status("JK aanmelden school")
            self.mail_to("voorschool", "JK aanmelden school")
            self.mail_to("school", "JK aanmelden school")
            self.seen(status="aanmelden_school")

    def b_afwijzing_school_van_voorkeur(self) -> None:
        """Ending B: the school rejects, and another one is found."""
        with line("Wanneer de school van voorkeur heeft aangegeven inhoudelijk deze aanvraag af te wijzen"):
            self.answer("school", "Afwijzen: de school kan de ondersteuning niet bieden", "De groep is vol.")
            self.seen()
        with line("wijzigt de JKspecialist de status naar “JK afgewezen”"):
            self.change_status("JK afgewezen", own_page=True)
            self.mail_to("voorschool", "JK afgewezen")
            self.mail_to("school", "JK afgewezen")
        with line("De eerste school van voorkeur blijft in het proces betrokken (vanwege de zorgplicht)."):
            self.seen(status="afgewezen", school="zorgplicht")
            page = self.to("specialist", "Scholen van voorkeur")
            expect(page.locator("main")).to_contain_text("zorgplicht")
        with line("Er wordt in overleg met ouders en betrokkenen gezocht naar een andere school."):
            page = self.to("ouder", "Scholen van voorkeur")
            page.get_by_role("link", name="School voorstellen").last.click()
            pick(page, "School", "De Wilg", javascript=self.brug.javascript)
            page.get_by_role("button", name="Opslaan").click()
            self.said(page, "voorgesteld")
            self.ask_consent("De Wilg")
            self.approach("De Wilg")
            self.brug.letter_to("school2@example.org")
            self.seen(school2="school")
            self.change_status("JK aanmelden school")
            self.seen(status="aanmelden_school")

    def a_toewijzing_school_van_voorkeur(self, school: str) -> None:
        """Ending A: a school agrees, and the child goes there."""
        who = {"De Linde": "school", "De Wilg": "school2"}[school]
        with line("Wanneer de school van voorkeur een akkoord geeft"):
            self.answer(who, "Akkoord: de school kan de ondersteuning bieden")
            self.seen()
        with line("wijzigt de JKspecialist de status naar “JK advies afgerond”"):
            self.change_status("JK advies afgerond")
            self.mail_to("voorschool", "JK advies afgerond")
            self.mail_to(who, "JK advies afgerond")
            self.seen(status="jk_advies_afgerond")
        with line("De JK specialist wijzigt de status dan naar ‘advies afgerond’."):
            fields = {"Naar welke school gaat het kind?": school, "Vanaf wanneer?": "2027-01-11"}
            page = self.change_status("advies afgerond", own_page=True, **fields)
        with line("In de omschrijving van de status wordt vermeld vanaf wanneer en naar welke school"):
            page.locator(".tabs").get_by_role("link", name="Historie").click()
            expect(page.locator("main")).to_contain_text(f"Vanaf 11 januari 2027 naar school {school}.")
        with line("De voorschoolse voorziening heeft hierna geen toegang meer tot de hulpvraag/kind."):
            gone = {"voorschool": None, "deelnemer": None, "ouder": "ouder"}
            others = {"school": None} if who == "school2" else {}
            self.seen(status="advies_afgerond", **(gone | others))
            letter = self.brug.letter_to("voorschool@example.org")
            anna = self.at["voorschool"]
            anna.goto(self.brug.link_in(letter))
            expect(anna.locator("main")).to_contain_text("advies afgerond")
            expect(anna.locator("main")).to_contain_text(school)
            assert "Mila" not in letter.raw.decode()
            expect(anna.locator("main")).not_to_contain_text("Mila")

    def add_document(self, page: Page, soort: str, name: str) -> None:
        """Add one document as the SWV, shared, in the window Bijlagen."""
        file = {"name": name, "mimeType": "application/pdf", "buffer": documents.pdf(len(name))}
        opener = "button" if self.brug.javascript else "link"
        page.get_by_role(opener, name="Bijlagen toevoegen").first.click()
        if self.brug.javascript:
            window = page.get_by_role("dialog")
            window.locator("[data-pick-files]").set_input_files([file])
            window.locator("[data-files] [data-soort]").nth(0).select_option(label=soort)
            shared = window.locator("[data-files] [data-zichtbaarheid]")
            if shared.count():
                shared.nth(0).select_option(value="gedeeld")
            window.locator("[data-start]").click()
            expect(window.locator("[data-files] progress").nth(0)).to_have_js_property("value", 100)
            expect(window).to_contain_text(name)
            with page.expect_navigation():  # the dossier shows what was added
                window.get_by_role("link", name="Sluiten").click()
        else:
            page.locator("input[type=file]").nth(0).set_input_files(file)
            page.locator("select[name=soort-0]").select_option(label=soort)
            page.locator("form:has(input[type=file]) button[type=submit]").click()
            self.said(page, "Opgeslagen")

    def invite_to(self, ronde: str, kind: str, fill_in) -> None:
        """Invite somebody to the consultation."""
        page = self.at["specialist"]
        page.goto(ronde)
        page.get_by_role("link", name="Iemand uitnodigen").click()
        page.locator(".tabs").get_by_role("link", name=kind).click()
        fill_in(page)
        page.get_by_role("button", name="Uitnodiging versturen").click()
        self.said(page, "Uitgenodigd")

    @staticmethod
    def fill_in_hans(page: Page) -> None:
        """Somebody without a membership: a participant."""
        page.get_by_label("Voornaam").fill("Hans")
        page.get_by_label("Achternaam").fill("Vos")
        page.get_by_label("E-mailadres").fill("deelnemer@example.org")

    def open_for(self, ronde: str, name: str) -> None:
        """Open the dossier for one participant, after a look at what will be visible."""
        page = self.at["specialist"]
        page.goto(ronde)
        page.locator("tr", has_text=name).get_by_role("link", name="Dossier openzetten").click()
        page.get_by_label("Nu", exact=True).check()
        page.get_by_role("button", name="Bekijk hoe het eruitziet").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"Zo ziet {name}")
        page.get_by_role("button", name="Dossier openzetten").click()
        self.said(page, "Opgeslagen")

    def propose(self, school: str) -> None:
        """Put a school on the list, as the specialist."""
        page = self.to("specialist", "Scholen van voorkeur")
        page.get_by_role("link", name="School voorstellen").last.click()
        pick(page, "School", school, javascript=self.brug.javascript)
        page.get_by_role("button", name="Opslaan").click()
        self.said(page, "voorgesteld")

    def record_consent(self, school: str) -> None:
        """Record that the parent signed on paper."""
        page = self.to("specialist", "Scholen van voorkeur")
        page.locator("tr", has_text=school).get_by_role("link", name="Toestemming vastleggen").click()
        page.get_by_label("Ouder of verzorger").select_option(label="Sanne Jansen")
        page.get_by_label("Getekend op").fill(datetime.now(ZoneInfo("Europe/Amsterdam")).strftime("%Y-%m-%d"))
        page.get_by_label("Getekend document").select_option(label="toestemming.pdf")
        page.locator("main button[type=submit]").last.click()
        self.said(page, "Opgeslagen")

    def ask_consent(self, school: str) -> None:
        """Ask the parent in the portal, who reads the text and consents there."""
        page = self.to("specialist", "Scholen van voorkeur")
        page.locator("tr", has_text=school).get_by_role("link", name="Toestemming vragen").click()
        page.get_by_label("Ouder of verzorger").select_option(label="Sanne Jansen")
        page.locator("main button[type=submit]").last.click()
        self.said(page, "Opgeslagen")
        letter = self.brug.letter_to("ouder@example.org")
        assert "Mila" not in letter.raw.decode()
        parent = self.to("ouder", "Toestemmingen")
        parent.locator("tr", has_text=school).get_by_role("link").first.click()
        expect(parent.locator("main")).to_contain_text("U kunt uw toestemming")
        parent.get_by_role("button", name="Ik geef toestemming").click()
        self.said(parent, "Opgeslagen")

    def approach(self, school: str) -> None:
        """Open the dossier to the school."""
        page = self.to("specialist", "Scholen van voorkeur")
        page.locator("tr", has_text=school).get_by_role("link", name="School benaderen").click()
        page.locator("main button[type=submit]").last.click()
        self.said(page, "benaderd")

    def answer(self, who: str, choice: str, reason: str = "") -> None:
        """Let the school answer from its work list."""
        page = self.at[who]
        page.goto(f"{self.brug.live.url}/")
        page.get_by_role("link", name="Antwoord").first.click()
        page.get_by_label(choice).check()
        if reason:
            page.get_by_label("Reden").fill(reason)
        page.locator("main button[type=submit]").last.click()
        self.said(page, "Opgeslagen")
        self.brug.letter_to("specialist@example.org")
