"""The Revenue Goal Accelerator: rebates and their statements (R-5)."""
