"""From a final statement to money at the bank: payouts, payees, bank details, batches, audit (R-5.4)."""
