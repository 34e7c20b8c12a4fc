"""The LangGraph graph of one step of a session: its start, or one turn.

    start → open → end
    turn  → read → (evaluate →) decide → ask or close → end
                 → move or correct → end

The nodes are in `steps.py`, the rules in `policy.py`. There is no checkpointer: the database is the one system of
record, and a step that fails leaves nothing behind.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from interview import steps
from interview.contract import TurnRequest
from interview.draft import Draft

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph


def run(draft: Draft, turn: TurnRequest | None) -> Draft:
    """Take one step and return the draft, filled. Raises EngineFailure: the draft is then to be dropped."""
    compiled().invoke({"draft": draft, "turn": turn})
    return draft


@lru_cache(maxsize=1)
def compiled() -> CompiledStateGraph[Any, Any, Any, Any]:
    """The graph, built once per process."""
    from langgraph.graph import END, START, StateGraph

    graph = StateGraph(steps.Step)
    nodes: tuple[Any, ...] = (
        steps.open_, steps.read, steps.move, steps.correct, steps.evaluate, steps.decide, steps.ask, steps.close,
    )  # fmt: skip
    for node in nodes:
        graph.add_node(node.__name__, node)
    graph.add_conditional_edges(START, lambda step: "read" if step["turn"] else "open_", ["read", "open_"])
    graph.add_conditional_edges("read", steps.route, ["move", "correct", "evaluate", "decide", "close"])
    graph.add_edge("evaluate", "decide")
    graph.add_conditional_edges("decide", steps.route, ["ask", "close"])
    for last in ("open_", "move", "correct", "ask", "close"):
        graph.add_edge(last, END)
    return graph.compile()
