"""Composition: environment → settings → clients → adapters → use case, one module for each function.

Nothing happens at import. A module per function keeps every cold start to what that function needs.
"""
