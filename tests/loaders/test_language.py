import pandas as pd
import pytest

from custservice.loaders.language import add_language, detect_language

ENGLISH = [
    "Great host!",
    "Nice place",
    "AMAZING",
    "Perfect!",
    "Kenneth",
    "Super",
    "Pad thai, spring rolls, tom yum",
    "10/10",
    "👍👍👍",
    ".",
    "Was fantastic",
    "no clutter",
    "Maria was very kind<br/>and helped us with our bags.",
    "The crème brûlée was burnt and the maître d' ignored us.",
    "Rude.",
]
FOREIGN = [
    ("Le personnel était très gentil avec nous.", "fr"),
    ("Muy buen servicio, volveremos pronto.", "es"),
    ("Das Personal war sehr freundlich und hilfsbereit.", "de"),
    ("O atendimento foi ótimo, recomendo muito!", "pt"),
    ("Il personale è stato gentilissimo con noi.", "it"),
    ("De medewerkers waren heel vriendelijk en behulpzaam.", "nl"),
    ("服务员非常热情，下次还会再来。", "zh"),
    ("とても親切なスタッフでした。", "ja"),
    ("직원들이 매우 친절했습니다.", "ko"),
    ("Персонал был очень вежливым и внимательным.", "ru"),
    ("השירות היה מצוין והצוות אדיב", "he"),
    ("Très bien", "fr"),
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_and_what_cannot_be_told_is_english(text):
    assert detect_language(text) == "en"


@pytest.mark.parametrize(("text", "language"), FOREIGN)
def test_other_languages_are_told(text, language):
    assert detect_language(text) == language


def test_what_the_file_says_is_believed():
    reviews = pd.DataFrame(
        {"text": ["Nice place"] * 4, "language": pd.Series(["French", "EN-us", None, "zh_CN"], dtype="str")}
    )
    told, notes = add_language(reviews)
    assert told["language"].tolist() == ["fr", "en", "en", "zh"]
    assert notes == ["2 of 4 reviews are not in English: they are not read for mentions."]
    assert reviews["language"].isna().sum() == 1


def test_no_reviews_no_languages():
    told, notes = add_language(pd.DataFrame({"text": pd.Series(dtype="str")}))
    assert (list(told.columns), notes) == (["text", "language"], [])
