"""The entry: one process serves the pages and REST. Started by `streamlit run app.py`.

The server imports this file once as `app`; Streamlit then runs it as a script on every page view and click. Only the
first time is there no runtime yet, and only then is the server built.
"""

import streamlit as st

if st.runtime.exists():
    st.navigation([st.Page("pages/home/start.py", title="Candor")], position="hidden").run()
else:
    from fastapi import FastAPI
    from starlette.routing import Mount

    api = FastAPI(title="Candor", openapi_url=None)

    @api.get("/health")
    async def health() -> dict[str, str]:
        """Asynchronous, so that slow requests in the thread pool do not hold it up."""
        return {"status": "ok"}

    app = st.App("app.py", routes=[Mount("/api", api)])
