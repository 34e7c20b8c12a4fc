import streamlit as st

st.title("analyst/scores")
