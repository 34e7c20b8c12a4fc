"""The app with an engine that fails every third call: for looking at failures, by hand and in a browser test.

PYTHONPATH=. .venv/bin/python tests/faulty_app.py --server.port 8501
"""

from __future__ import annotations

import sys
from functools import lru_cache

from streamlit.web import cli

from interview.engines import EvaluationRequest
from interview.engines.embedded import EmbeddedEngine
from interview.errors import EngineFailure
from interview.models import Evaluation
from interview.service import Service, open_service
from pages.components import service as pages_service


class FaultyEngine(EmbeddedEngine):
    """Evaluates like the embedded engine, and fails at every third evaluation."""

    calls = 0

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        FaultyEngine.calls += 1
        if FaultyEngine.calls % 3 == 0:
            raise EngineFailure("The model did not answer. Please send your answer again.")
        return super().evaluate(request)


@lru_cache(maxsize=1)
def faulty_service() -> Service:
    return open_service(engine=FaultyEngine())


if __name__ == "__main__":
    pages_service.service = faulty_service
    sys.argv = ["streamlit", "run", "app.py", *sys.argv[1:]]
    sys.exit(cli.main())
