"""The entry: one process serves the pages, REST under `/api` and the door. Started by `streamlit run app.py`.

The server imports this file once as `app`; Streamlit then runs it as a script on every page view and click. Only the
first time is there no runtime yet, and only then is the server built.
"""

import streamlit as st

if st.runtime.exists():
    from pages.components.frame import run

    run()
else:
    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager
    from threading import Thread

    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles
    from streamlit.runtime.pages_manager import PagesManager

    from interview.api import create_api
    from interview.api.door import door
    from interview.fonts import FOLDER
    from pages.components.problems import on_script_error
    from pages.components.service import service

    candor = service()
    # A folder named `pages` makes Streamlit look for pages of the older kind until `st.navigation` has run once: on a
    # fresh server the first visitor's deep link would be "not found".
    PagesManager.uses_pages_directory = False

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        """Tells whoever starts the server how to come in."""
        link = f"{candor.context.settings.public_url.rstrip('/')}/enter/{candor.access.local_link()}"
        print(f"\n  Administrator's link, for you alone: {link}\n", flush=True)  # noqa: T201
        Thread(target=candor.warm_up, name="warm-up", daemon=True).start()
        try:
            yield
        finally:
            candor.close()

    routes = [Mount("/api", create_api(candor)), Mount("/fonts", StaticFiles(directory=FOLDER)), *door(candor)]
    app = st.App("app.py", routes=routes, lifespan=lifespan, on_script_error=on_script_error)
