"""Simulated candidates, their way through a plan, and what is made of it."""
