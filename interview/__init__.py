"""Candor's domain: structured interviews that people can check.

The package knows nothing of Streamlit. Pages, REST, the command line and the live voice all call the same use cases,
reached through :func:`interview.service.open_service`.
"""

__version__ = "0.1.0"
