"""The smallest words of the program: money, periods, ids, tiers, errors. They depend on nothing else."""
