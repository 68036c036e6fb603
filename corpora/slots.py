"""What the slots of a template are filled with.

  Filler(random).fill("p", "last") -> ("Okafor", "NAME")     the same person all through one Filler
  Filler(random).fill("date", "md") -> ("3/14", "DATE")

Names come by how many people bear them, from other countries, or are made up, so that a reader of the
filled text cannot lean on a list alone. A label of None: the text is not marked.
"""
import pathlib
import re
import string

import words as w

FILL = pathlib.Path(__file__).parent / "fill"
PEOPLE = {"p", *(f"r{i}" for i in range(1, 10)), *(f"s{i}" for i in range(1, 10))}
NAME_FORMS = {"full", "first", "last", "nick", "lf", "lfm", "fml", "fi", "li", "ini", "user", "mid", "spelled", "typo", "new", "word"}


def _rows(name):
    lines = (FILL / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


class Weighted:
    """Draws rows, half by their count and half evenly, so that the rare ones are seen too."""

    def __init__(self, rows):
        self.values = [row[0] for row in rows]
        self.totals, total = [], 0.0
        for row in rows:
            total += float(row[1]) ** 0.6
            self.totals.append(total)

    def draw(self, rng):
        if rng.random() < 0.5:
            return rng.choice(self.values)
        return rng.choices(self.values, cum_weights=self.totals)[0]


SURNAMES = Weighted(_rows("surnames.tsv"))
FIRST_NAMES = Weighted(_rows("first_names.tsv"))
TOWNS = _rows("towns.tsv")
ABROAD = {}
for _kind, _locale, _name in _rows("names_abroad.tsv"):
    ABROAD.setdefault(_locale, {}).setdefault(_kind, []).append(_name)


def made_up_word(rng, low=2, high=3):
    text = ""
    for _ in range(rng.randint(low, high)):
        text += rng.choice(w.ONSETS) + rng.choice(w.VOWELS) + rng.choice(w.CODAS)
    return text.capitalize()


def slip(word, rng):
    """The word with one letter wrong, missing, doubled or out of order."""
    if len(word) < 4:
        return word + word[-1]
    at = rng.randint(1, len(word) - 2)
    kind = rng.randint(0, 3)
    if kind == 0:
        return word[:at] + word[at + 1:]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    return word[:at] + rng.choice("aeioulnrst") + word[at + 1:]


class Person:
    def __init__(self, rng):
        self.first, self.last = self._names(rng)
        self.middle = rng.choice(string.ascii_uppercase.replace("X", "").replace("Q", ""))
        self.number = rng.randint(1, 9)

    @staticmethod
    def _names(rng):
        kind = rng.random()
        if kind < 0.2:
            names = ABROAD[rng.choice(sorted(ABROAD))]
            first, last = rng.choice(names["first"]), rng.choice(names["last"])
        else:
            first = FIRST_NAMES.draw(rng) if kind < 0.85 else made_up_word(rng)
            last = SURNAMES.draw(rng) if kind < 0.68 else made_up_word(rng)
        if rng.random() < 0.06:
            last += "-" + SURNAMES.draw(rng)
        elif rng.random() < 0.05:
            last = rng.choice(w.PARTICLES) + " " + last
        elif rng.random() < 0.04:
            last = rng.choice(["O'", "Mc", "Mac", "D'", "De", "Fitz"]) + last
        if rng.random() < 0.03:
            first += "-" + FIRST_NAMES.draw(rng)
        return first, last

    def text(self, form, rng):
        first, last, middle = self.first, self.last, self.middle
        if form == "nick":
            return rng.choice(w.NICKNAMES) if rng.random() < 0.6 else first[:rng.randint(3, 4)] + rng.choice(["", "y", "ie", "o"])
        if form == "ini":
            initials = first[0] + rng.choice(["", middle]) + last[0]
            return initials.lower() if rng.random() < 0.35 else initials
        if form == "user":
            flat = re.sub("[^a-z]", "", last.lower()) or "user"
            return rng.choice([first[0].lower() + flat, flat + first[0].lower(), first[0].lower() + middle.lower() + flat,
                               f"{flat[:6]}{first[0].lower()}{self.number}", f"{first.lower()}.{flat}", f"{first[0].lower()}{flat}{self.number}"])
        return {
            "full": f"{first} {last}", "first": first, "last": last, "lf": f"{last}, {first}",
            "lfm": rng.choice([f"{last}, {first} {middle}", f"{last}, {first} {middle}.", f"{last},{first} {middle}"]),
            "fml": rng.choice([f"{first} {middle}. {last}", f"{first} {middle} {last}"]),
            "fi": f"{first[0]}. {last}" if rng.random() < 0.7 else f"{first[0]} {last}",
            "li": f"{first} {last[0]}." if rng.random() < 0.6 else f"{first} {last[0]}",
            "mid": middle, "spelled": rng.choice(["-", " ", "-"]).join(last.upper().replace("-", "")[:9]),
            "typo": slip(last, rng), "new": made_up_word(rng), "word": rng.choice(w.NAME_WORDS),
        }[form]


def digits(rng, count):
    return "".join(rng.choice(string.digits) for _ in range(count))


def shaped(rng, shape):
    """# a digit, @ a capital, anything else itself."""
    return "".join(rng.choice(string.digits) if c == "#" else rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") if c == "@" else c for c in shape)


def spoken_number(number):
    if number < 20:
        return w.NUMBERS[number]
    tens, ones = divmod(number, 10)
    return w.TENS[tens] + ("-" + w.NUMBERS[ones] if ones else "")


class Filler:
    def __init__(self, rng):
        self.rng = rng
        self.people = {}
        self.kept = {}
        self.last_day = None  # year, month, day of the date filled last

    def fill(self, kind, form):
        """Text and label of one slot; ValueError when there is no such slot."""
        if kind in PEOPLE:
            if form not in NAME_FORMS:
                raise ValueError(f"{kind}.{form}")
            person = self.people.setdefault(kind, Person(self.rng))
            key = (kind, form)
            if form in ("nick", "word", "new", "ini"):
                if key not in self.kept:
                    self.kept[key] = person.text(form, self.rng)
                return self.kept[key], "NAME"
            return person.text(form, self.rng), "NAME"
        method = getattr(self, f"_{kind}_{form}" if form else f"_{kind}", None)
        if method is not None:
            return method()
        name = f"{kind}.{form}" if form else kind
        if name in w.PICKS:
            choices, label = w.PICKS[name]
            return self.rng.choice(choices), label
        if name in w.SHAPES:
            shapes, label = w.SHAPES[name]
            return shaped(self.rng, self.rng.choice(shapes)), label
        raise ValueError(name)

    # Places.
    def _town(self):
        if "town" not in self.kept or self.rng.random() < 0.5:
            self.kept["town"] = self.rng.choice(TOWNS)
        return self.kept["town"]

    def _place_name(self):
        kind = self.rng.random()
        if kind < 0.45:
            return self.rng.choice(TOWNS)[0]
        if kind < 0.8:
            return SURNAMES.draw(self.rng)
        return made_up_word(self.rng, 1, 2)

    def _city(self):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.72:
            return self._town()[0], "CITY"
        if kind < 0.84:
            return made_up_word(rng, 1, 2).rstrip("s") + rng.choice(w.TOWN_ENDINGS), "CITY"
        return rng.choice(w.TOWN_BEGINNINGS) + " " + self._place_name(), "CITY"

    def _county(self):
        return (SURNAMES.draw(self.rng) if self.rng.random() < 0.7 else made_up_word(self.rng)), "COUNTY"

    def _street_name_text(self):
        rng = self.rng
        if rng.random() < 0.15:
            return rng.choice(w.ROUTES).replace("#", str(rng.randint(1, 99)))
        name = rng.choice([SURNAMES.draw(rng), rng.choice(w.STREET_NAMES), rng.choice(w.STREET_NAMES), made_up_word(rng), FIRST_NAMES.draw(rng),
                           rng.choice(["1st", "2nd", "3rd", "14th", "42nd", "109th"])])
        way = rng.choice(["", "", "", "N ", "S ", "W. ", "East "])
        return f"{way}{name} {rng.choice(w.STREET_TYPES)}"

    def _street(self):
        number = self.rng.choice([str(self.rng.randint(1, 99)), str(self.rng.randint(100, 9999)), str(self.rng.randint(10000, 29999))])
        text = f"{number} {self._street_name_text()}"
        if self.rng.random() < 0.2:
            text += self.rng.choice([", ", " "]) + self._unit()[0]
        return text, "STREET"

    def _street_name(self):
        return self._street_name_text(), "STREET"

    def _unit(self):
        rng = self.rng
        return rng.choice(["Apt ", "apt ", "Unit ", "#", "Lot ", "lot ", "rm ", "Room ", "Bldg ", "Apt. "]) + rng.choice(
            [str(rng.randint(1, 40)), shaped(rng, "##@"), shaped(rng, "#@"), shaped(rng, "@"), shaped(rng, "@#"), shaped(rng, "###")]), "STREET"

    def _pobox(self):
        return self.rng.choice(["PO Box ", "P.O. Box ", "po box ", "Box ", "POB "]) + str(self.rng.randint(3, 9999)), "STREET"

    def _landmark(self):
        return f"{self._place_name()} {self.rng.choice(w.LANDMARKS)}", "STREET"

    def _zip(self):
        return self._town()[2] if self.rng.random() < 0.7 else digits(self.rng, 5), "ZIP"

    def _zip9(self):
        return self._zip()[0] + "-" + digits(self.rng, 4), "ZIP"

    def _st(self):
        return self._town()[1], "STATE"

    # Institutions.
    def _fac(self):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.3:
            saint = rng.choice(["St. ", "St ", "Saint ", "Our Lady of ", "Holy ", "Good ", "Mount ", "Mt. "])
            who = rng.choice(w.SAINTS) if saint[0] == "S" else rng.choice(w.HOLY)
            return f"{saint}{who}{rng.choice(['', chr(39) + 's']) if saint[0] == 'S' else ''} {rng.choice(w.FACILITY_NOUNS)}", "FACILITY"
        if kind < 0.8:
            middle = rng.choice(["", "", "", "Regional ", "Memorial ", "Community ", "General ", "County ", "Valley ", "Family ", "Women's ", "Children's "])
            return f"{self._place_name()} {middle}{rng.choice(w.FACILITY_NOUNS)}", "FACILITY"
        if kind < 0.9:
            return f"{rng.choice(w.PLEASANT)} {rng.choice(w.PLEASANT_ENDS)} {rng.choice(w.HOME_NOUNS)}", "FACILITY"
        return f"{rng.choice(w.PLEASANT)} {rng.choice(w.PLEASANT_ENDS)}", "FACILITY"

    def _fac_short(self):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.25:
            return self._place_name() + rng.choice(["", " General", " Regional", " Memorial", " Med", " Gen", " Community"]), "FACILITY"
        if kind < 0.45:
            letters = "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.randint(1, 2)))
            return rng.choice([letters + "MC", letters + "H", letters + "GH", "U of " + letters[0], letters + "RMC", letters + "CH"]), "FACILITY"
        if kind < 0.65:
            return rng.choice(["St ", "St. ", "Saint "]) + rng.choice(w.SAINTS + list("ABCEFJLMPV")) + rng.choice(["", "'s", "s"]), "FACILITY"
        if kind < 0.8:
            return rng.choice(w.HOLY + w.PLEASANT), "FACILITY"
        if kind < 0.9:
            return rng.choice(["the ", "The "]) + rng.choice(["General", "Memorial", "County", "Baptist", "Methodist", "Infirmary", "Deaconess", "Lutheran", "Jewish", "Mission"]), "FACILITY"
        return f"{rng.choice(w.PLEASANT)} {rng.choice(w.PLEASANT_ENDS)}", "FACILITY"

    def _fac_pharm(self):
        rng = self.rng
        if rng.random() < 0.5:
            return f"{self._place_name()}{rng.choice(['', chr(39) + 's'])} {rng.choice(['Pharmacy', 'Drug', 'Drugs', 'Apothecary', 'Rx', 'pharmacy'])}", "FACILITY"
        return rng.choice(w.PHARMACIES), "FACILITY"

    def _fac_unit(self):
        rng = self.rng
        return rng.choice([f"{SURNAMES.draw(rng)} {rng.choice(['Tower', 'Pavilion', 'Wing', 'Unit', 'Ward', 'Building', 'Center', 'House'])}",
                           f"{rng.randint(2, 14)} {rng.choice(['West', 'East', 'North', 'South', 'Tower', SURNAMES.draw(rng)])}",
                           f"{SURNAMES.draw(rng)} {rng.randint(2, 9)}"]), "FACILITY"

    def _org(self):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.6:
            joint = rng.choice(["", "", "'s", " & Sons", " Bros", " and " + SURNAMES.draw(rng)])
            return f"{self._place_name()}{joint} {rng.choice(w.ORG_NOUNS)}", "ORG"
        if kind < 0.85:
            return f"{rng.choice(w.PLEASANT + w.BRAND_BEGINNINGS)} {rng.choice(w.ORG_NOUNS)}", "ORG"
        return self._org_short()

    def _org_short(self):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.35:
            return rng.choice(w.BRAND_BEGINNINGS) + rng.choice(w.BRAND_ENDINGS), "ORG"
        if kind < 0.55:
            return SURNAMES.draw(rng) + rng.choice(["'s", "s", ""]), "ORG"
        if kind < 0.65:
            return "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.randint(3, 4))), "ORG"
        if kind < 0.8:
            return rng.choice(w.EMPLOYERS), "ORG"
        return f"{self._place_name()} {rng.choice(['Mill', 'Mine', 'Foods', 'Steel', 'Plant', 'Works', 'Motors', 'Paper'])}", "ORG"

    def _org_school(self):
        rng = self.rng
        return f"{self._place_name()} {rng.choice(w.SCHOOLS)}" if rng.random() < 0.85 else rng.choice(["UT", "USC", "Mizzou", "Ole Miss", "State", "Tech", "IU", "OSU", "Howard", "Purdue"]), "ORG"

    def _org_church(self):
        rng = self.rng
        return rng.choice([f"{rng.choice(['First', 'Second', 'Greater', 'New', 'Mt.', 'St.'])} {rng.choice(w.HOLY + w.SAINTS)} {rng.choice(w.CHURCHES)}",
                           f"{self._place_name()} {rng.choice(w.CHURCHES)}", f"{rng.choice(['St.', 'St'])} {rng.choice(w.SAINTS)}'s"]), "ORG"

    def _org_ins(self):
        rng = self.rng
        return rng.choice(w.INSURERS) if rng.random() < 0.6 else f"{rng.choice(w.BRAND_BEGINNINGS + w.PLEASANT)} {rng.choice(['Health', 'Health Plan', 'Mutual', 'Insurance', 'Advantage', 'Benefit Fund', 'Care'])}", "ORG"

    def _org_agency(self):
        rng = self.rng
        return f"{self._place_name()} {rng.choice(w.AGENCIES)}", "ORG"

    # Dates.
    def _day(self):
        rng = self.rng
        year = rng.randint(1930, 2026) if rng.random() < 0.3 else rng.randint(2017, 2026)
        self.last_day = year, rng.randint(1, 12), rng.randint(1, 28)
        return self.last_day

    def _date(self):
        rng = self.rng
        y, m, d = self._day()
        short = f"{y % 100:02d}"
        month, mon = w.MONTHS[m - 1], w.MONTHS[m - 1][:3]
        return rng.choice([f"{m}/{d}/{y}", f"{m:02d}/{d:02d}/{y}", f"{m}/{d}/{short}", f"{m:02d}/{d:02d}/{short}", f"{m}-{d}-{short}", f"{m:02d}-{d:02d}-{y}",
                           f"{month} {d}, {y}", f"{mon} {d}, {y}", f"{d} {month} {y}", f"{d} {mon} {y}", f"{d:02d}-{mon}-{y}", f"{d:02d}{mon.upper()}{y}",
                           f"{y}-{m:02d}-{d:02d}", f"{m}.{d}.{short}", f"{d:02d}-{mon.upper()}-{short}", f"{month} {w.ORDINALS[d]}, {y}"]), "DATE"

    def _date_md(self):
        _, m, d = self._day()
        return self.rng.choice([f"{m}/{d}", f"{m}/{d}", f"{m:02d}/{d:02d}", f"{m}-{d}"]), "DATE"

    def _date_iso(self):
        y, m, d = self._day()
        return f"{y}-{m:02d}-{d:02d}", "DATE"

    def _date_my(self):
        y, m, _ = self._day()
        month = w.MONTHS[m - 1]
        return self.rng.choice([f"{month} {y}", f"{month} of {y}", f"{m}/{y % 100:02d}", f"{m}/{y}", f"{month[:3]} {y}", f"{month[:3]}-{y % 100:02d}", f"{month[:3]} '{y % 100:02d}"]), "DATE"

    def _date_prose(self):
        _, m, d = self._day()
        month, nth = w.MONTHS[m - 1], w.ORDINALS[d]
        return self.rng.choice([f"{month} {nth}", f"{month} {d}", f"the {nth} of {month}", f"{d} {month}", f"{month[:3]} {d}", f"{month[:3]} {nth}",
                                f"{month} the {nth}", f"early {month}", f"late {month}", f"mid {month}", f"mid-{month}", f"the end of {month}"]), "DATE"

    def _date_nth(self):
        return self.rng.choice(["the ", "the ", ""]) + w.ORDINALS[self._day()[2]], "DATE"

    def _date_mon(self):
        month = w.MONTHS[self._day()[1] - 1]
        return self.rng.choice([month, month, month[:3], month[:3].lower(), month.lower()]), "DATE"

    def _date_words(self):
        y, m, d = self._day()
        month, nth = w.MONTHS[m - 1], w.ORDINAL_WORDS[d]
        year = f", {spoken_number(y // 100)} {spoken_number(y % 100)}" if self.rng.random() < 0.4 and y % 100 > 9 else ""
        return self.rng.choice([f"{month} {nth}{year}", f"the {nth} of {month}{year}", f"{month} the {nth}", f"the {nth}"]), "DATE"

    def _date_range(self):
        _, m, d = self._day()
        e = min(28, d + self.rng.randint(1, 9))
        return self.rng.choice([f"{m}/{d}-{m}/{e}", f"{m}/{d} - {m}/{e}", f"{w.MONTHS[m - 1]} {d}-{e}", f"{m}/{d} to {m}/{e}", f"{m}/{d}-{e}"]), "DATE"

    def _date_compact(self):
        y, m, d = self._day()
        return self.rng.choice([f"{y}{m:02d}{d:02d}", f"{y}{m:02d}{d:02d}{digits(self.rng, 4)}", f"{m:02d}{d:02d}{y % 100:02d}"]), "DATE"

    def _year(self):
        return str(self.rng.randint(1940, 2026)), "YEAR"

    def _time(self):
        h, m = self.rng.randint(0, 23), self.rng.randint(0, 59)
        return self.rng.choice([f"{h:02d}{m:02d}", f"{h:02d}:{m:02d}", f"{h % 12 + 1}:{m:02d} {self.rng.choice(['AM', 'PM', 'am', 'pm'])}", f"{h % 12 + 1}{self.rng.choice(['am', 'pm', 'p', 'a'])}"]), "TIME"

    def _age(self):
        return str(self.rng.randint(1, 89)), "AGE"

    def _age90(self):
        n = self.rng.randint(90, 104)
        return (str(n) if self.rng.random() < 0.8 or n > 99 else spoken_number(n)), "AGE90"

    def _age_words(self):
        n = self.rng.randint(18, 89)
        return spoken_number(n), "AGE"

    # Numbers and addresses on the net.
    def _phone(self):
        rng = self.rng
        a, b, c = str(rng.randint(201, 989)), str(rng.randint(200, 999)), digits(rng, 4)
        return rng.choice([f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a} {b} {c}", f"({a}){b}-{c}", f"+1 {a} {b} {c}", f"{a}{b}{c}", f"1-{a}-{b}-{c}", f"{a}/{b}-{c}", f"{a} {b}-{c}"]), "PHONE"

    def _fax(self):
        return self._phone()[0], "FAX"

    def _email(self):
        rng = self.rng
        user = self.people.setdefault("p", Person(rng)).text("user", rng)
        host = rng.choice(["gmail.com", "yahoo.com", "aol.com", "hotmail.com", f"{made_up_word(rng).lower()}.org", f"mail.{made_up_word(rng).lower()}.com", f"{made_up_word(rng).lower()}.edu"])
        return f"{user}@{host}", "EMAIL"

    def _url(self):
        host = made_up_word(self.rng).lower()
        return self.rng.choice([f"https://www.{host}.org/patients/{digits(self.rng, 5)}", f"www.{host}.com", f"{host}.com/p/{digits(self.rng, 6)}", f"https://portal.{host}.net/r?id={digits(self.rng, 4)}"]), "URL"

    def _ip(self):
        return ".".join(str(self.rng.randint(1, 254)) for _ in range(4)), "IP"

    def _mac(self):
        return ":".join(f"{self.rng.randint(0, 255):02x}" for _ in range(6)), "DEVICE"

    def _digits_words(self):
        return " ".join(w.NUMBERS[self.rng.randint(0, 9)] for _ in range(self.rng.randint(4, 10))), "ID"

    # Harmless.
    def _dose(self):
        return f"{self.rng.choice([5, 10, 12.5, 20, 25, 40, 50, 81, 100, 250, 500, 650, 1000])} {self.rng.choice(['mg', 'mg', 'mcg', 'units', 'mL'])} {self.rng.choice(['daily', 'BID', 'TID', 'q6h', 'qHS', 'PRN', 'po', 'IV', 'twice a day'])}", None

    def _lab(self):
        rng = self.rng
        return rng.choice([f"Na {rng.randint(125, 150)}", f"K {rng.randint(28, 60) / 10}", f"Hgb {rng.randint(60, 160) / 10}", f"WBC {rng.randint(20, 220) / 10}", f"Cr {rng.randint(5, 45) / 10}", f"plt {rng.randint(20, 450)}",
                           f"INR {rng.randint(9, 45) / 10}", f"A1c {rng.randint(50, 130) / 10}", f"BNP {rng.randint(40, 4000)}", f"lactate {rng.randint(5, 80) / 10}", f"glucose {rng.randint(50, 480)}"]), None

    def _bp(self):
        return f"{self.rng.randint(80, 210)}/{self.rng.randint(40, 110)}", None

    def _score(self):
        rng = self.rng
        return rng.choice([f"GCS {rng.randint(3, 15)}", f"{rng.randint(0, 5)}/5", f"{rng.randint(0, 10)}/10", f"PHQ-9 {rng.randint(0, 27)}", f"MMSE {rng.randint(8, 30)}/30", f"NIHSS {rng.randint(0, 30)}", f"{rng.randint(1, 6)}/6", f"Apgar {rng.randint(4, 9)}/{rng.randint(6, 10)}", f"MoCA {rng.randint(8, 30)}/30"]), None

    def _frac(self):
        d = self.rng.choice([2, 3, 4, 5, 6, 8, 10, 12])
        return f"{self.rng.randint(1, d)}/{d}", None
