"""Topics: what customers say about things that staff do not make, as sentences of our own and their near twins."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from custservice.sentiment import families, find_mentions, find_topics
from custservice.sentiment.mentions import COLUMNS

#: By topic: "sentence => topic+ topic-"; + is praise, - is blame, nothing means that no topic is judged.
CASES = {
    "product": """
        The pasta was delicious. => product+
        The pasta was not delicious. => product-
        The soup was tasteless. => product-
        The soup came warm and full of flavour. => product+
        My steak was overcooked. => product-
        My steak was perfectly cooked. => product+
        We ordered two steaks and a salad. =>
        The portions were tiny. => product-
        The portions were huge. => product+
        A wide choice of wines. => product+
        Hardly any choice of wines. => product-
        They ran out of bread by noon. => product-
        There was plenty of bread left. => product+
        The noodles never disappoint. => product+
        The noodles were a disappointment. => product-
        We go back for the dumplings alone. => product+
        I would skip the dumplings. => product-
        There was a hair in my soup. => product-
        The tea tasted of nothing. => product-
        The haircut was excellent. => product+
        The haircut was terrible. => product-
        My new jacket fell apart in a week. => product-
        The jacket is sturdy and stylish. => product+
        The headphones stopped working after a day. => product-
        The treatment was painful. => product-
        The treatment was wonderful. => product+
        The in flight entertainment was great. => product+
        A poor selection of films on board. => product-
        The filling broke within days. => product-
        The food was not bad at all. => product+
        Worst burger I have ever had. => product-
        Best burger I have ever had. => product+
        The food on board was cold. => product-
        The waiter brought the food. =>
        The food was above average. => product+
        The food was average. => product-
        The menu hangs by the door. =>
        The dress shrank in the wash. => product-
        The jeans fit perfectly. => product+
        My size was out of stock. => product-
        The injection was painless. => product+
        The schnitzel was superb. => product+
        My stew was foul. => product-
        Food beautiful. => product+
        Crust a bit dry. => product-
        The bread is baked every morning. => product+
        The bread ran out by noon. => product-
        The gel polish lasted three weeks. => product+
        My crown fell out within a week. => product-
        The best ramen I have ever eaten. => product+
        The worst ramen I have ever eaten. => product-
        The plates hold two crowns each. =>
        We left hungry. => product-
        Hardly any vegan options. => product-
        The sandals did not fit. => product-
        The sandals were a perfect fit. => product+
        The soup could be hotter. => product-
    """,
    "place": """
        The room was spotless. => place+
        The room was filthy. => place-
        The room was not clean. => place-
        Our room was on the third floor. =>
        A cosy little restaurant. => place+
        A cramped little restaurant. => place-
        The waiting room was packed. => place-
        The waiting room was bright and airy. => place+
        The seats were worn. => place-
        The seats were very comfortable. => place+
        We could not find a seat anywhere. => place-
        There was plenty of space to sit. => place+
        The music was deafening. => place-
        The music was lovely. => place+
        The clinic is dated. => place-
        The clinic is modern and tidy. => place+
        The shop was a mess and smelled of damp. => place-
        Thin walls and a squeaky bed. => place-
        The bed was a dream, quiet and clean. => place+
        The lounge has been beautifully refurbished. => place+
        The lounge needs a complete refurbishment. => place-
        Not crowded at all. => place+
        The mattress was lumpy. => place-
        The cabin was freezing. => place-
        The decor was drab. => place-
        Loved the decor. => place+
        We slept in the front bedroom. =>
        The bathroom was in terrible condition. => place-
        The toilets were immaculate. => place+
        Seats with no legroom. => place-
        Lots of legroom. => place+
        The flat was exactly as described. => place+
        The flat was nothing like the photos. => place-
        It felt like home. => place+
        We were woken by drilling at six. => place-
        I slept very well. => place+
        The hostel is a dump. => place-
        The hostel is a gem. => place+
        Ants everywhere in the kitchen. => place-
        The stairs are steep. => place-
        All the seats were taken. => place-
        Hardly anyone was there. => place+
        Bathroom dirty. => place-
        Bathroom spotless. => place+
        The lounge is a disgrace. => place-
        The lounge is a delight. => place+
        The lounge is on the second floor. =>
    """,
    "price": """
        Great value for money. => price+
        Poor value for money. => price-
        The prices are reasonable. => price+
        The prices are ridiculous. => price-
        Prices have gone up again. => price-
        Prices are lower than elsewhere in town. => price+
        Overpriced. => price-
        Not overpriced at all. => price+
        It was worth every penny. => price+
        It was not worth the money. => price-
        They charge extra for everything. => price-
        Hidden fees on the bill. => price-
        No hidden fees. => price+
        The consultation cost a fortune. => price-
        The repair cost less than expected and was very affordable. => price+
        A complete rip off. => price-
        An absolute bargain. => price+
        You get a generous discount as a member. => price+
        I paid by card. =>
        The bill came with two mints. =>
        The bank charges far too much. => price-
        Twelve pounds for a sandwich. => price-
        The tour is twelve pounds. =>
        You get what you pay for. => price+
        Parking costs extra. => price-
        The fare has doubled. => price-
        The fare was a pleasant surprise. => price+
        Do not waste your money. => price-
        A tip was added automatically. => price-
    """,
    "waiting": """
        There was a long queue at the door. => waiting-
        There was no queue at the door. => waiting+
        Our flight was delayed by three hours. => waiting-
        Our flight left on time. => waiting+
        We queued for the shower. => waiting-
        I have an appointment next week. =>
        The first available appointment was weeks away. => waiting-
        A long wait for a table at weekends. => waiting-
        The line moved quickly. => waiting+
        We waited nearly an hour for a table. => waiting-
        The line went out the door. => waiting-
        My parcel was a week late. => waiting-
        My parcel came a day early. => waiting+
        Our train was cancelled. => waiting-
        Our train was on time. => waiting+
        Two hours in line. => waiting-
        A three month wait for a scan. => waiting-
        We sat in traffic for an hour. => waiting-
        We missed our connection. => waiting-
        The ferry goes twice a day. =>
    """,
    "facilities": """
        The wifi was fast. => facilities+
        The wifi was slow. => facilities-
        The wifi kept dropping out. => facilities-
        There is no wifi. => facilities-
        Free parking behind the house. => facilities+
        No parking anywhere near. => facilities-
        The app keeps crashing. => facilities-
        The app is clear and easy. => facilities+
        The website is useless. => facilities-
        The shower was broken. => facilities-
        The shower was powerful. => facilities+
        The lift was out of order. => facilities-
        There are plenty of sockets. => facilities+
        The card machine was down. => facilities-
        The self checkout never works. => facilities-
        The kitchen was fully equipped. => facilities+
        The phone menu is confusing. => facilities-
        Wheelchair accessible throughout. => facilities+
        We parked in the street. =>
        I used the app to book. =>
        The website would not let me pay. => facilities-
        My phone has no signal at home. => facilities-
        The heating refused to work. => facilities-
        Shower weak. => facilities-
        Shower powerful. => facilities+
        The lift takes ages. => facilities-
        The app was a joke. => facilities-
        The app was a blessing. => facilities+
        Thanks to the app we found the gate. => facilities+
        They could do with more sockets. => facilities-
        Fix your app please. => facilities-
        Lots of thoughtful touches. => facilities+
        The sink was blocked. => facilities-
        The sink is next to the door. =>
    """,
    "location": """
        Perfect location. => location+
        Terrible location. => location-
        Within walking distance of the centre. => location+
        Miles from anywhere. => location-
        Stunning views over the harbour. => location+
        The only view was of a brick wall. => location-
        A safe and quiet neighbourhood. => location+
        A sketchy neighbourhood. => location-
        The clinic was hard to find. => location-
        The clinic was easy to find. => location+
        It is a short walk from the station. => location+
        It is a long walk from the station. => location-
        Conveniently located near the gates. => location+
        The shop stands on Main Street. =>
        The flat is next to a metro station. => location+
        Handy for the airport. => location+
        A room with a sea view. => location+
        We looked out over the harbour. => location+
        It stands on an industrial estate. => location-
        The street is not safe. => location-
        Nothing nearby. => location-
        We felt very safe there. => location+
    """,
    "others": """
        Noisy neighbours. => others-
        Friendly neighbours. => others+
        The other guests were shouting all night. => others-
        The other guests were friendly. => others+
        Children were running around and screaming. => others-
        The couple behind us kept talking through the film. => others-
        A stranger gave up her seat for my mother. => others+
        Drunk passengers ruined the flight. => others-
        My children stayed at home. =>
        There were other guests in the house. =>
        The man next to me was on his phone the whole time. => others-
        A pretentious crowd. => others-
        A lovely crowd. => others+
        The man behind us snored all night. => others-
        Someone pushed in front of us. => others-
        People were on their phones. => others-
        A lovely mix of people. => others+
        A man sat near the door. =>
    """,
    "policy": """
        Check in was easy. =>
        Check in was complicated. => policy-
        A ridiculous cancellation policy. => policy-
        A generous returns policy. => policy+
        Dogs are welcome. => policy+
        No dogs allowed. =>
        Cash only. =>
        No refunds without a receipt. =>
        They would not refund my ticket. => policy-
        Locked in for two years. => policy-
        Free cancellation up to the day before. => policy+
        We were turned away by the dress code. => policy-
        The dress code is silly. => policy-
        Too much paperwork. => policy-
        Booking was simple. => policy+
        My points expired after a month. => policy-
        We made a reservation for six. =>
        The contract terms are unfair. => policy-
        Opening hours are inconvenient. => policy-
    """,
    "staff": """
        The waiter was lovely. =>
        The nurses were warm and welcoming. =>
        The agent was slow and rude. =>
        Our driver was on time and polite. =>
        We arrived on Monday and left on Friday. =>
        I came here with my sister. =>
        If the food is cold, send it back. =>
        Is the parking free? =>
    """,
    "mixed": """
        The food was awful but the room was lovely. => product- place+
        Great food, terrible parking. => product+ facilities-
        Nice room, shame about the noisy neighbours. => place+ others-
        Cheap and delicious. => price+ product+
        Good location but overpriced. => location+ price-
        Lovely staff, slow wifi. => facilities-
        The queue was long and the coffee was cold. => waiting- product-
    """,
}
TOPICS = ("product", "place", "price", "waiting", "facilities", "location", "others", "policy")
MAMS = Path(__file__).parents[2] / "../shared/data/mams_val.xml"


def cases() -> list[tuple[str, str]]:
    lines = [line.rsplit("=>", 1) for text in CASES.values() for line in text.strip().splitlines()]
    return [(sentence.strip(), labels.strip()) for sentence, labels in lines]


@pytest.mark.parametrize(("sentence", "labels"), cases())
def test_topics_are_found_the_right_way_round(sentence: str, labels: str) -> None:
    frame = find_topics([sentence])
    signs = frame["polarity"].map({"praise": "+", "blame": "-"})
    assert sorted(frame["driver"].str.removeprefix("topic_") + signs) == sorted(labels.split())


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("sign", ["+", "-"])
def test_each_topic_has_cases_of_each_polarity(topic: str, sign: str) -> None:
    assert sum(f"{topic}{sign}" in labels.split() for _, labels in cases()) >= 3


def test_each_topic_of_the_lexicon_has_cases() -> None:
    known = {driver for driver, family in families().items() if family == "topic"}
    assert known == {f"topic_{topic}" for topic in TOPICS}


def test_a_frame_has_the_columns_of_mentions_and_the_words_of_the_text() -> None:
    text = "Lovely staff. The room was spotless, but the wifi was slow."
    frame = find_topics([text, "", "Great location."])
    assert list(frame.columns) == list(COLUMNS)
    assert set(frame["family"]) == {"topic"}
    assert list(zip(frame["text_id"], frame["sentence"], frame["driver"], strict=True)) == [
        (0, 1, "topic_place"),
        (0, 1, "topic_facilities"),
        (2, 0, "topic_location"),
    ]
    assert [text[a:b] for a, b in zip(frame["start"][:2], frame["end"][:2], strict=True)] == list(frame["evidence"][:2])


def test_a_topic_and_a_driver_can_share_a_sentence_but_not_a_frame() -> None:
    text = ["Friendly staff and delicious food."]
    assert list(find_topics(text)["driver"]) == ["topic_product"]
    assert list(find_mentions(text)["driver"]) == ["warmth"]


def test_a_topic_is_judged_once_each_way_in_a_sentence() -> None:
    frame = find_topics(["Delicious soup, delicious bread, tasty cake, but the coffee was cold."])
    assert list(zip(frame["driver"], frame["polarity"], strict=True)) == [
        ("topic_product", "praise"),
        ("topic_product", "blame"),
    ]


@pytest.mark.parametrize(
    ("categories", "topic", "bar"),
    [(("food",), "product", 0.65), (("price",), "price", 0.47), (("place", "ambience"), "place", 0.61)],
)
def test_restaurant_sentences_labelled_by_others(categories: tuple[str, ...], topic: str, bar: float) -> None:
    if not MAMS.exists():
        pytest.skip("the restaurant sentences are not in ../shared/data")
    sentences = list(ET.parse(MAMS).getroot())
    found = find_topics([sentence.findtext("text", "") for sentence in sentences])
    got = set(found["text_id"][found["driver"] == f"topic_{topic}"])
    # A neutral label says that nothing was judged.
    want = {
        number
        for number, sentence in enumerate(sentences)
        for label in sentence.iter("aspectCategory")
        if label.get("category") in categories and label.get("polarity") in ("positive", "negative")
    }
    assert 2 * len(got & want) / (len(got) + len(want)) >= bar
