"""Composition of the API's routes, topic by topic."""
