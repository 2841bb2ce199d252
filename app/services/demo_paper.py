"""The papers of the demo: small real PDFs of one page, with invented words to read. Nobody in them exists."""

from collections.abc import Mapping
from textwrap import wrap

from app.terms import BijlageSoort

_WIDE = 84  # letters of a line
_LINE = 16  # points
_WORDS: Mapping[BijlageSoort, str] = {
    BijlageSoort.AANVRAAG: """
Met dit formulier vragen wij het samenwerkingsverband om een onderwijsadvies Jonge Kind.

Waarom wij om advies vragen. Op de groep zien wij dat spelen en praten met andere kinderen niet
vanzelf gaat. Met een vaste begeleider in de buurt lukt het beter. Wij willen graag weten welke
school past, en wat daar nodig is om goed te beginnen.

Wat wij al hebben gedaan. Wij werken sinds het najaar met pictogrammen en een vaste plek in de
kring. De ouders doen thuis hetzelfde. De logopedist komt een keer per week.

De ouders hebben dit formulier gelezen en getekend. Zij weten dat het samenwerkingsverband met ons
overlegt.
""",
    BijlageSoort.OBSERVATIEVERSLAG: """
Wij hebben op twee ochtenden meegekeken: bij het vrije spel, in de kring en aan tafel.

Spelen. In de bouwhoek wordt lang en met aandacht gebouwd. Een ander kind mag meedoen als een
begeleider erbij zit. Zonder hulp gaat het spel naast elkaar verder.

Taal. Korte zinnen van twee of drie woorden, vaak samen met een gebaar. Een vraag met een plaatje
erbij wordt bijna altijd begrepen.

Kring. Tien minuten meedoen lukt, met een eigen kussen en een taak, zoals het uitdelen van de
bekers.

Wat helpt. Vooraf vertellen wat er komt, een rustige plek, en complimenten voor wat goed gaat.
""",
    BijlageSoort.ONDERWIJSADVIES: """
Dit advies is geschreven na observatie, en na overleg met de ouders en de voorschoolse voorziening.

Wat goed gaat. Er is veel plezier in bouwen, muziek en buiten spelen. Vaste stappen op een dag geven
rust, en nieuwe woorden worden snel onthouden.

Wat nodig is. Een kleine groep bij het begin van de dag, plaatjes bij de uitleg, en een vaste
begeleider in de eerste weken.

Advies. Begin op de basisschool van de keuze van de ouders, met extra begeleiding van drie uur per
week tot de zomer. Daarna kijken school en ouders samen wat nog nodig is.

Afspraken. De school belt de voorschoolse voorziening voor de overdracht. De specialist komt na zes
weken op de groep kijken.
""",
    BijlageSoort.TOESTEMMINGSFORMULIER: """
Ik geef toestemming om de gegevens van dit dossier te delen met de school die hierboven staat.

Ik weet welke gegevens dat zijn, en waarvoor de school ze gebruikt: om te bekijken welke hulp nodig
is.

Ik kan mijn toestemming op elk moment intrekken. Daarna ziet de school het dossier niet meer.

Handtekening: (getekend op papier)
""",
    BijlageSoort.OVERIG: """
Deze brief hoort bij het dossier. Er staat in wat ons is opgevallen, en wat wij hebben afgesproken.

De afspraak was op een rustig moment. Het onderzoek is goed gegaan en hoeft niet over te worden
gedaan.

Over een half jaar zien wij elkaar weer. Verandert er eerder iets, dan mag u ons altijd bellen.
""",
}


def paper(title: str, soort: BijlageSoort, nummer: str) -> bytes:
    """Make a PDF of one A4 page, as people would write it."""
    lines = [f"Dossier {nummer}", ""]
    for words in _WORDS[soort].strip().split("\n\n"):
        lines += [*wrap(words, _WIDE), ""]
    lines.append("Dit stuk is verzonnen en hoort bij de demo van Kindbrug.")
    heading = wrap(title, 48)
    below = 780 - 22 * len(heading)
    texts = [_shown(text, 18, 780 - 22 * at) for at, text in enumerate(heading)]
    texts += [_shown(text, 11, below - 8 - _LINE * at) for at, text in enumerate(lines)]
    page = b"\n".join(texts)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    made, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(parts) + 1, table)
    return (
        made
        + head
        + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(parts) + 1,
            len(made),
        )
    )


def _shown(text: str, size: int, height: int) -> bytes:
    plain = text.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        plain = plain.replace(sign, b"\\" + sign)
    return b"BT /F %d Tf 56 %d Td (%b) Tj ET" % (size, height, plain)
