"""What reviews say: staff behaviours, topics and sentiment, sentence by sentence."""

from custservice.sentiment.explain import Explanation, explain
from custservice.sentiment.lexicon import Lexicon, LexiconError, families, load_lexicon
from custservice.sentiment.mentions import find_all, find_mentions, find_topics
from custservice.sentiment.vader import score_sentiment

__all__ = [
    "Explanation",
    "Lexicon",
    "LexiconError",
    "explain",
    "families",
    "find_all",
    "find_mentions",
    "find_topics",
    "load_lexicon",
    "score_sentiment",
]
