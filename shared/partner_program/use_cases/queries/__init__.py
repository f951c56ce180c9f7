"""What partners and the vendor ask: reads only."""
