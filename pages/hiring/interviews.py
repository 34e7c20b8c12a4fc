import streamlit as st

st.title("hiring/interviews")
