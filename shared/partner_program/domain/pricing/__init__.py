"""What a basket costs an account, and whether it may sell it (R-4.2)."""
