"""The rules as pure functions: facts + rulebook + date → decision. No clock, no environment, no AWS."""
