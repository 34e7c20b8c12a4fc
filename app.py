"""The entry: one process serves pages, REST under `/api`, `/ws/live` and the door. Started by `streamlit run app.py`.

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
    from threading import Timer

    import pandas as pd  # noqa: F401  # pages need it; the first visitor does not wait for it
    from starlette.requests import Request
    from starlette.responses import FileResponse, Response
    from starlette.routing import Mount, Route

    from interview.api import create_api
    from interview.api.door import door
    from interview.api.socket import live_socket
    from interview.fonts import FOLDER
    from pages.components import upstream
    from pages.components.problems import on_script_error
    from pages.components.service import open_at_start, warm_up

    candor = open_at_start()
    upstream.change()
    WARM_UP_SECONDS = 5  # the first page comes before what the first answer needs, or both take turns and are late

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        """Tells whoever starts the server how to come in, and sends webhooks' messages until the server ends."""
        link = f"{candor.context.settings.public_url.rstrip('/')}/enter/{candor.access.local_link()}"
        print(f"\n  Administrator's link, for you alone: {link}\n", flush=True)  # noqa: T201
        warming = Timer(WARM_UP_SECONDS, warm_up)
        warming.daemon = True
        warming.start()
        candor.outbox.start()
        try:
            yield
        finally:
            warming.cancel()
            candor.close()

    fonts = {file.name: file for file in FOLDER.glob("*.ttf")}

    def font(request: Request) -> Response:
        """A font's file and nothing else of its folder."""
        file = fonts.get(request.path_params["name"])
        return FileResponse(file, headers={"Cache-Control": "max-age=86400"}) if file else Response(status_code=404)

    routes = [Mount("/api", create_api(candor)), Route("/fonts/{name}", font), live_socket(candor), *door(candor)]
    app = st.App("app.py", routes=routes, lifespan=lifespan, on_script_error=on_script_error)
