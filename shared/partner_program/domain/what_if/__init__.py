"""What would be: facts that are supposed, not recorded (R-3, R-5)."""
