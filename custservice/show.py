"""How results look at the end of a cell or in a terminal: small tables in plain words, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custservice.errors import CustserviceError
from custservice.quotes import no_controls
from custservice.words import certainty, plain, sentence

if TYPE_CHECKING:
    from custservice.regression import Effects
    from custservice.study import Study

#: Colour and shape of praise and blame, those of the figures.
_LOOK = {"praise": ("#0072B2", "\N{BLACK CIRCLE}"), "blame": ("#B84F00", "\N{BLACK DIAMOND}")}
_LEFT = "text-align:left;vertical-align:top"


def small_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], foot: Iterable[str] = ()) -> str:
    """Return a table as HTML: cells are HTML already, caption, headers and foot are plain text.

    Examples
    --------
    >>> small_table("Cafes <b>", ["what", "number"], [["visits", "12"]]).partition("<thead>")[0]
    '<table><caption style="text-align:left;font-weight:600">Cafes &lt;b&gt;</caption>'
    """
    heads = "".join(f'<th scope="col" style="{_LEFT}">{text(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row" style="{_LEFT};font-weight:normal">{row[0]}</th>'
        + "".join(f'<td style="{_LEFT}">{cell}</td>' for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    notes = "".join(f'<p style="margin:.2em 0;font-size:90%">{text(note)}</p>' for note in foot)
    title = f'<caption style="text-align:left;font-weight:600">{text(caption)}</caption>'
    return f"<table>{title}{f'<thead><tr>{heads}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table>{notes}"


def study_facts(study: Study) -> list[tuple[str, str]]:
    """Return what a study holds, in pairs of words; a study whose files cannot be read says why."""
    try:
        return [*_counts(study), ("tables in", _place(study.tables_in))]
    except CustserviceError as mistake:
        return [("cannot be read", str(mistake))]


def _counts(study: Study) -> list[tuple[str, str]]:
    visits = study.visits
    stands = " (the reviews stand in)" if study.stand_in else ""
    facts = [("reviews", f"{len(study.reviews):,}"), ("visits", f"{len(visits):,}{stands}")]
    if len(visits):
        facts.append(("customers", f"{visits['customer_id'].nunique():,}"))
        facts.append(("locations", f"{visits['location_id'].nunique():,}"))
        span = visits["visited_at"]
        facts.append(("from", f"{span.min():%Y-%m-%d} to {span.max():%Y-%m-%d}"))
    return [*facts, ("set aside", f"{len(study.quarantine):,}")]


def _place(folder: Path | None) -> str:
    """Return a folder as seen from here where it lies below, else in full."""
    if folder is None:
        return "memory only: no folder can be written"
    here = Path.cwd()
    return (folder.relative_to(here) if folder.is_relative_to(here) else folder).as_posix()


def study_text(study: Study) -> str:
    """Return a study in one line."""
    return f"<Study {study.title!r}: {', '.join(f'{name} {value}' for name, value in study_facts(study))}>"


def study_html(study: Study) -> str:
    """Return a study as a small table."""
    return small_table(study.title, [], [[text(name), text(value)] for name, value in study_facts(study)])


def effects_text(effects: Effects) -> str:
    """Return effects as lines of text: the main columns, in the order of the table, and the rule of the intervals."""
    main = effects.table[["driver", "polarity", "n_mentions", "effect", "low", "high", "q_value"]]
    rounded = main.round({"effect": 1, "low": 1, "high": 1, "q_value": 3})
    return f"{_about(effects)}\n{rounded.to_string(index=False)}\nIntervals: {effects.estimate.rule}."


def effects_html(effects: Effects) -> str:
    """Return effects as a table in plain words, largest share of all returns first, with the rule behind it."""
    table = effects.table
    order = table["effect_per_1000_reviewed"].abs().sort_values(ascending=False).index
    rows = [
        [
            f"{mark(row['polarity'])} {text(sentence(plain(row['driver'], row['polarity'])))}",
            f"{row['n_mentions']:,}",
            _signed(row["effect"]),
            f"{_signed(row['low'])} to {_signed(row['high'])}",
            certainty(row["p_value"], row["q_value"]),
        ]
        for row in table.loc[order].to_dict("records")
    ]
    rare = len(effects.too_rare)
    foot = [f"Intervals: {effects.estimate.rule}."]
    foot += [f"{rare} more are too rare to say anything about and were pooled into their family."] if rare else []
    return small_table(_about(effects), ["behaviour", "mentions", "effect", "95% interval", "this is"], rows, foot)


def _about(effects: Effects) -> str:
    unit = effects.table["unit"].iloc[0] if len(effects.table) else ""
    return f"Effects in {unit}, {effects.counts['sample']:,.0f} reviewed visits"


def _signed(value: float) -> str:
    return f"{value:+,.0f}".replace("-", "\N{MINUS SIGN}")


def mark(polarity: str) -> str:
    """Return the mark of praise or blame as HTML, in the colour and shape that the figures give it."""
    colour, shape = _LOOK.get(polarity, ("#565656", "\N{BULLET}"))
    return f'<span style="color:{colour}" aria-label="{escape(polarity)}">{shape}</span>'


def text(value: Any) -> str:
    """Return a value as text for HTML, without characters that control, or turn, what stands beside them."""
    return escape(no_controls(str(value)))
