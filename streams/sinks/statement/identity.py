"""What stands on every sheet: number, date of issue, standing, contract and its version."""

from html import escape
from typing import Any

from streams.sinks.statement.writing import Writing

Thing = dict[str, Any]


def running(of: Thing, w: Writing) -> str:
    """The head of every printed sheet. On the screen it is not shown, and nobody is read it: the
    page begins with the same."""
    known = [
        _unbroken(escape(of["issue"]["number"])),
        f"{w.text('issued')} {_date(of, w)}",
        standing(of, w),
        f"{w.text('contract')} {'; '.join(contracts(of, w))}",
    ]
    return f'<div class="running" aria-hidden="true"><p>{" · ".join(known)}</p></div>'


def items(of: Thing, w: Writing) -> str:
    """The same as a list, with in place of which it stands."""
    issue = of["issue"]
    known = {
        "number": f"<strong>{escape(issue['number'])}</strong>",
        "issued": _date(of, w),
        "standing": f"<strong>{standing(of, w)}</strong>",
        "contract": "<br>".join(contracts(of, w)),
        "plan": f"<code>{of['plan_digest'][:16]}…</code>",
    }
    if issue["replaces"]:
        known["replaces"] = escape(issue["replaces"])
    shown = "".join(f"<dt>{w.text(key)}</dt><dd>{text}</dd>" for key, text in known.items())
    return f'<dl class="identity">{shown}</dl>'


def standing(of: Thing, w: Writing) -> str:
    """Final or provisional, which issue, and whether enough was heard."""
    issue = of["issue"]["issue"]
    if of["provisional"] is not None:
        texts = [w.text("provisional_title")]
    elif issue is None:
        texts = [w.text("final"), w.text("not_kept")]
    else:
        texts = [w.text("final"), w.text("issue", issue=issue)]
    if not of["complete"]:
        texts.append(w.text("incomplete_standing"))
    return ", ".join(texts)


def contracts(of: Thing, w: Writing) -> list[str]:
    """Each version of each contract, by the dates that the plan gives it."""
    shown = []
    for each in of["contracts"]:
        dates = [
            _unbroken(w.text(bound, day=f"{w.local(each[bound]):%Y-%m-%d}"))
            for bound in ("valid_from", "valid_until")
            if each[bound]
        ]
        shown.append(f"{escape(each['contract'])} ({', '.join(dates) or w.text('undated')})")
    return shown


def _date(of: Thing, w: Writing) -> str:
    date = of["issue"]["date"]
    return w.text("issue_unknown") if date is None else _unbroken(w.instant(date))


def _unbroken(text: str) -> str:
    """A text that no line is broken in: numbers and dates are compared by eye."""
    return f'<span class="unbroken">{text}</span>'
