"""The partner program engine: Sales Revenue, tiers and growth rebates, each decision with its reasons."""
