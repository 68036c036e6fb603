"""What the patient's chart holds of a filling: the identifiers a caller would hand in with the text.

Of a template: every name of `p` is the patient's, every one of `r1`…`r9` a relative's; of the numbers and places
the first of each kind is the patient's, unless words just before the slot say whose else it is (a pharmacy, an
aunt, the sender). The chart has them in its own form, hardly ever the one in the text: the name as it stands on
a registration form, dates in ISO form, ten-digit phones, the address in one line.
"""
import re
import string

import slots

# Slot -> key of "known".
NUMBERS = {"mrn": "mrn", "ssn": "ids", "ssn4": "ids", "plan": "ids", "acct": "ids", "lic": "ids", "plate": "ids",
           "phone": "phones", "phone.short": "phones", "email": "emails"}
ADDRESS = ("street", "unit", "city", "st", "zip", "zip9")
BIRTH = re.compile(r"(?:\b(?:dob|d\.o\.b\.?|born|b\.|birthday|bday|birthdate|birth date)[\s:,(]*)$", re.I)
# Said in the same line, at most so far before the slot: the number or address is somebody else's.
ANOTHERS = re.compile(r"\b(?:aunt|uncle|mother|mom|mum|father|dad|wife|husband|daughter|son|sister|brother|cousin|niece|nephew|landlady|neighbou?r|"
                      r"girlfriend|next of kin|emergency|hcpoa|estate|po is|parole|called|pharm\w*|rx|funeral home|sender|from|to|fax|"
                      r"office|services|surgery|clinic|line|pay at|card|mum|old|moved)\b[^\n]{0,60}$", re.I)
PREFERRED = ("nick", "word", "new")  # names that no rule makes of the legal one: the chart lists them beside it


def _digits(text):
    return "".join(c for c in text if c in string.digits)


class Chart:
    def __init__(self, rng):
        self.rng = rng
        self.known = {}
        self.address = {}
        self.address_line = None
        self.taken = set()

    def take(self, kind, form, before, value, filler):
        """Notes a slot that was filled with `value` after the text `before`; whether it is the patient's own."""
        if kind == "p":
            return self._name(filler.people["p"], form, value)
        if kind in slots.PEOPLE and kind[0] == "r":
            self._add("relatives", self._relative(filler.people[kind], form, value))
            return False
        if kind == "date":
            return self._birth(form, before, filler)
        name = f"{kind}.{form}" if form else kind
        if name in NUMBERS:
            return self._number(name, before, value)
        if name in ADDRESS or name == "pobox":
            return self._place(name, before, value)
        return False

    def done(self):
        """The finished "known"."""
        parts = self.address
        if "street" in parts or "pobox" in parts:
            line = parts.get("street", parts.get("pobox"))
            if "unit" in parts:
                line += " " + parts["unit"]
            tail = " ".join(filter(None, [parts.get("st"), parts.get("zip9", parts.get("zip"))]))
            self._add("addresses", ", ".join(filter(None, [line, parts.get("city"), tail])))
        return self.known

    def _add(self, key, value):
        values = self.known.setdefault(key, [])
        if value not in values:
            values.append(value)

    def _name(self, person, form, value):
        legal = f"{person.last}, {person.first} {person.middle}"
        if "p" not in self.taken:
            self.taken.add("p")
            self.known.setdefault("names", []).insert(0, self.rng.choice([legal, legal.upper()]))
        if form in PREFERRED:
            self._add("names", value)
        return True

    @staticmethod
    def _relative(person, form, value):
        return value if form in PREFERRED else f"{person.first} {person.last}"

    def _birth(self, form, before, filler):
        if form or "birth" in self.taken or not BIRTH.search(before[-30:]):
            return False
        self.taken.add("birth")
        self.known["birth_date"] = "{:04d}-{:02d}-{:02d}".format(*filler.last_day)
        return True

    def _number(self, name, before, value):
        if name in self.taken or ANOTHERS.search(before[-60:]):
            return False
        self.taken.add(name)
        if name == "phone":
            value = _digits(value)[-10:]
        elif name == "phone.short":
            value = str(self.rng.randint(201, 989)) + _digits(value)
        elif name == "ssn4":
            value = slots.shaped(self.rng, "###-##-") + value
        elif name == "ssn":
            value = _digits(value)
        elif name == "mrn" and value.isdigit() and self.rng.random() < 0.3:
            value = value.zfill(10)
        elif self.rng.random() < 0.3:
            value = value if name == "email" else re.sub("[^A-Za-z0-9]", "", value)
        self._add(NUMBERS[name], value)
        return True

    def _place(self, name, before, value):
        """Street or box, and what follows it in the same line."""
        head = name in ("street", "pobox")
        line = before.count("\n")
        if head:
            if self.address or ANOTHERS.search(before[-60:]):
                return False
            self.address_line = line
        elif self.address_line != line or name in self.address or len(before) - self.address_end > 3:
            return False
        self.address[name] = value
        self.address_end = len(before) + len(value)
        return True
