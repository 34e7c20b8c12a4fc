"""What calls of a model took, in tokens: metered around the use cases, limited, and added up for people.

An engine says what each call took (`spend`); whoever calls the engine says for which interview (`charged`). Neither
needs to know of the other, and an engine that spends nothing is metered all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from interview.access import HIRING_ROLES, Actor
from interview.context import Context
from interview.errors import InterviewError, NotFound
from interview.models import Model
from interview.settings import Settings
from interview.statistics import rollup
from interview.store import usage_queries as queries
from interview.store.tables import InterviewRow, ModelUsageRow

LIVE = "live"
"""The purpose of the live voice's calls, which have prices of their own."""


class BudgetReached(InterviewError):
    """The tokens that one interview, or one day (UTC), may take are spent. Nothing was changed."""

    code, status = "budget_reached", 429


class PurposeUsage(Model):
    """What the calls of one purpose took. `cost`: US dollars, None where a call had no price."""

    purpose: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost: float | None


class UsageSummary(Model):
    """What a number of calls took. `cost`: US dollars, None where a call had no price."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0
    by_purpose: tuple[PurposeUsage, ...] = ()


class Call(NamedTuple):
    """One call of a model, in tokens."""

    model: str
    purpose: str
    input_tokens: int
    output_tokens: int


_meter: ContextVar[list[Call] | None] = ContextVar("meter", default=None)
"""The calls of the block in hand. A list, so that threads which copy the context add to the same one."""


@contextmanager
def charged(context: Context, interview_id: str | None) -> Iterator[list[Call]]:
    """Charge what is spent in this block to an interview; None where there is none (yet), as for a position's plan.

    Gives the list that the block's calls are added to. Raises BudgetReached before the block begins. Written in a
    transaction of its own afterwards, also when the block fails, one row a call: use it outside of any transaction.
    """
    _check(context, interview_id)
    calls: list[Call] = []
    token = _meter.set(calls)
    try:
        yield calls
    finally:
        _meter.reset(token)
        _write(context, interview_id, calls)


def added_up(settings: Settings, calls: Sequence[Call]) -> UsageSummary:
    """What these calls took together, without a division by purpose."""
    costs = [_cost(settings, call) for call in calls]
    known = [cost for cost in costs if cost is not None]
    return UsageSummary(
        calls=len(calls),
        input_tokens=sum(call.input_tokens for call in calls),
        output_tokens=sum(call.output_tokens for call in calls),
        cost=sum(known) if len(known) == len(calls) else None,
    )


def spend(model: str, purpose: str, input_tokens: int, output_tokens: int) -> None:
    """One call took so many tokens. Charged to the block in hand, to nobody where there is none."""
    calls = _meter.get()
    if calls is not None:
        calls.append(Call(model, purpose, input_tokens, output_tokens))


def record(
    context: Context, interview_id: str, model: str, purpose: str, input_tokens: int, output_tokens: int
) -> None:
    """Write what was taken outside of any `charged` block, such as by a live voice (`purpose` "live")."""
    _write(context, interview_id, [Call(model, purpose, input_tokens, output_tokens)])


class Usages:
    """The use cases around what models took."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of_interview(self, actor: Actor, interview_id: str) -> UsageSummary:
        """What the interview's calls took so far. Raises NotFound `interview_not_found`."""
        actor.require(*HIRING_ROLES)
        with self._context.database.read() as tx:
            if tx.get(InterviewRow, interview_id) is None:
                raise NotFound("There is no such interview.", code="interview_not_found")
            return _summary(queries.purposes_of_interview(tx, interview_id))

    def today(self, actor: Actor) -> UsageSummary:
        """What all calls since midnight (UTC) took, those of deleted interviews too. Administrators only."""
        actor.require("administrator")
        with self._context.database.read() as tx:
            return _summary(queries.purposes_since(tx, _midnight(self._context.clock())))


def _check(context: Context, interview_id: str | None) -> None:
    settings = context.settings
    with context.database.read() as tx:
        of_day = queries.tokens_since(tx, _midnight(context.clock()))
        of_interview = queries.tokens_of_interview(tx, interview_id) if interview_id else 0
    if of_interview >= settings.tokens_per_interview:
        raise BudgetReached(
            "This interview has used up what one interview may take of the model. What was said is kept. The hiring "
            "team can raise INTERVIEW_TOKENS_PER_INTERVIEW; then it goes on from here."
        )
    if of_day >= settings.tokens_per_day:
        raise BudgetReached(
            "What all interviews of one day may take of the model is used up. What was said is kept. It goes on from "
            "here after midnight (UTC), or when the hiring team raises INTERVIEW_TOKENS_PER_DAY."
        )


def _write(context: Context, interview_id: str | None, calls: Sequence[Call]) -> None:
    if not calls:
        return
    with context.database.write() as tx:
        if interview_id and tx.get(InterviewRow, interview_id) is None:
            interview_id = None  # deleted meanwhile; the day's sum keeps it
        for call in calls:
            row = ModelUsageRow(
                interview_id=interview_id, at=context.clock(), cost=_cost(context.settings, call), **call._asdict()
            )
            tx.add(row)
            rollup.count_usage(tx, row)


def _cost(settings: Settings, call: Call) -> float | None:
    """US dollars at the prices that are set, a million tokens each; None where one is missing."""
    if call.purpose == LIVE:
        price_in, price_out = settings.live_input_price, settings.live_output_price
    else:
        price_in, price_out = settings.text_input_price, settings.text_output_price
    if price_in is None or price_out is None:
        return None
    return (call.input_tokens * price_in + call.output_tokens * price_out) / 1_000_000


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _summary(rows: Sequence[Any]) -> UsageSummary:
    parts = tuple(_part(row) for row in rows)
    costs = [part.cost for part in parts if part.cost is not None]
    return UsageSummary(
        calls=sum(part.calls for part in parts),
        input_tokens=sum(part.input_tokens for part in parts),
        output_tokens=sum(part.output_tokens for part in parts),
        cost=sum(costs) if len(costs) == len(parts) else None,
        by_purpose=parts,
    )


def _part(row: Any) -> PurposeUsage:
    return PurposeUsage(
        purpose=row.purpose,
        calls=row.calls,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost=row.cost if row.priced == row.calls else None,
    )
