"""phileas-redact with every filter of its manual's table, each with the strategy of its first example."""
from importlib.metadata import version

from phileas.policy.policy import Policy
from phileas.services.filter_service import FilterService

import peer

FILTERS = ("age", "emailAddress", "creditCard", "ssn", "phoneNumber", "ipAddress", "url", "zipCode", "vin",
           "bitcoinAddress", "bankRoutingNumber", "date", "macAddress", "currency", "streetAddress", "trackingNumber",
           "driversLicense", "ibanCode", "passportNumber")


def make(_arguments):
    policy = Policy.from_dict({"name": "all", "identifiers": {
        name: {name + "FilterStrategies": [{"strategy": "REDACT", "redactionFormat": "{{{REDACTED-%t}}}"}]}
        for name in FILTERS}})
    # A context remembers what it replaced; one for each note, as for each patient.
    service, number = FilterService(), iter(range(1 << 62))

    def result(text):
        return service.filter(policy=policy, context=str(next(number)), document_id="note", text=text)

    def spans(text):
        return [(s.character_start, s.character_end, s.filter_type) for s in result(text).spans]

    def redact(text):
        answer = result(text)
        if answer.spans and answer.filtered_text == text:
            raise SystemExit("found, and nothing replaced")
        return len(answer.spans)

    return redact, spans, version("phileas-redact"), "no filter for names of persons, places or facilities"


peer.run(make)
