"""The first page: says what runs."""

import streamlit as st

from interview import __version__

st.title("Candor")
st.write("Structured interviews that people can check.")
st.caption(f"Version {__version__}. Programs reach it under `/api`.")
