"""The words that Dutch people put in passwords most: our own list, for a library that knows English only."""

# Roughly by how soon somebody would try them: the place in the list counts as the number of guesses.
_PASSWORDS = """
welkom wachtwoord geheim welkom01 wachtwoord01 geheim01 hallo inloggen inlog toegang sleutel beheer
beheerder gebruiker testen proef tijdelijk verander veranderen nieuw begin start standaard niets niemand
alles iedereen wachtwoorden welkomterug hallohallo laatmijbinnen sesamopenu sesam openen lekker mooi leuk
lief liefde schat schatje liefje lieverd knuffel kusje ikhouvanjou ikhouvanje houvanjou houvan
mijnwachtwoord mijnnaam geenidee weetikniet hetzelfde vergeten onthouden
"""
_KEYS = """
qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qwertz azerty azertyuiop qazwsx qazwsxedc 1qaz2wsx
zaq12wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4 qweasd qweasdzxc asdqwe abc123 a1b2c3 123qwe 123abc poiuyt lkjhgf
mnbvcx
"""
_TIME = """
zomer winter herfst lente voorjaar najaar januari februari maart april juni juli augustus september
oktober november december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag weekend vakantie
zomervakantie kerst kerstmis pasen pinksteren koningsdag sinterklaas carnaval oudennieuw verjaardag
vandaag morgen gisteren altijd jaar maand week
"""
_LIFE = """
voetbal ajax feyenoord psv hockey tennis korfbal schaatsen wielrennen fiets fietsen auto motor
vrachtwagen boot trein vliegtuig computer telefoon internet laptop muziek gitaar piano dansen zingen
zwemmen hond hondje kat katje poes poesje paard paarden konijn vogel vlinder olifant aap tijger leeuw
beer beertje vis koe kip muis kikker draak dolfijn eekhoorn koffie thee bier wijn kaas stroopwafel
hagelslag pindakaas appeltaart pannenkoek patat frikandel snoep chocola appel appels banaan aardbei bloem
bloemen zonnebloem tulp tulpen roos boom zon zonnetje maan ster sterren regen regenboog sneeuw strand
water vuur aarde oranje rood blauw groen geel paars zwart wit roze goud zilver koning koningin prins
prinses
"""
_HOME_AND_WORK = """
mama papa moeder vader oma opa broer zus zoon dochter baby kind kinderen familie gezin thuis huis huisje
tuin school schooltje basisschool peuter peuters kleuter kleuters voorschool peuterspeelzaal kinderopvang
onderwijs leerling leerlingen leraar lerares juf juffrouw meester klas groep samenwerkingsverband passend
zorg hulp hulpvraag dossier kantoor werk werken collega gemeente stichting organisatie brug portaal
nederland holland belgie nederlander vrijheid geluk gelukkig vrede vriend vrienden vriendin vriendschap
leven dood droom engel wereld hemel duivel kanjer topper
"""
_TOWNS = """
amsterdam rotterdam utrecht denhaag eindhoven groningen tilburg almere breda nijmegen apeldoorn haarlem
arnhem enschede amersfoort zaandam haarlemmermeer denbosch hertogenbosch zwolle zoetermeer leiden
leeuwarden maastricht dordrecht ede alphen westland alkmaar emmen delft venlo deventer helmond hilversum
heerlen oss amstelveen sittard hengelo purmerend roosendaal schiedam lelystad leidschendam almelo hoorn
vlaardingen gouda assen bergen capelle veenendaal katwijk zeist nieuwegein roermond doetinchem middelburg
vlissingen terneuzen hoogeveen harderwijk drachten sneek heerenveen kampen tiel woerden houten barneveld
weert waalwijk goes zutphen wageningen urk texel friesland drenthe overijssel gelderland flevoland
zeeland brabant limburg antwerpen gent brugge brussel scheveningen zandvoort
"""
_FIRST_NAMES = """
jan piet klaas kees henk willem johan peter hans gerrit cornelis hendrik marieke annelies ingrid monique
petra sandra linda esther marjan marijke wilma ineke anja tineke jolanda mieke greet truus femke sanne
lotte fleur anouk maaike lieke sophie julia emma mila noor nora tess saar evi yara lynn eva zoe olivia
lauren sara lisa fenna liv noah daan sem lucas levi finn bram milan luuk mees james jesse thijs lars sven
ruben tim tom stijn thomas max gijs jasper jeroen joost maarten martijn bart wouter sander dennis erik
frank mark marco robert rob ron rene richard michel patrick jochem koen niels pieter pim rik roel ruud
sjoerd wim yvonne wendy kim kelly manon mohammed mohamed ahmed ali fatima yasmin aisha hassan mustafa
youssef ibrahim omar elif emre zeynep
"""
_NAMES = """
dejong jansen devries vandenberg vandijk bakker janssen visser smit meijer deboer mulder degroot bos vos
peters hendriks vanleeuwen dekker brouwer dewit dijkstra smits degraaf vandermeer nijntje pluk jip
janneke dikkiedik bumba woezel pip miffy kabouter plop donald mickey pokemon
"""
_SMALL = """
een het van voor met niet zijn hebben deze dit dat maar ook naar over mijn onze jouw kleine grote lange
nieuwe goede mooie lieve leuke beste
"""
_YEARS = range(1930, 2051)

COMMON: tuple[str, ...] = (
    *f"{_PASSWORDS}{_KEYS}{_TIME}".split(),
    *map(str, _YEARS),
    *f"{_LIFE}{_HOME_AND_WORK}{_TOWNS}{_FIRST_NAMES}{_NAMES}{_SMALL}".split(),
)
